"""What lies where recordings and texts are dropped and is never taken: told, so that nobody waits for it in vain."""

from dataclasses import dataclass
from typing import Final

LITTER: Final = frozenset({"desktop.ini", "thumbs.db"})
"""What other systems leave at any door, besides hidden files such as .DS_Store; in small letters."""

UNFINISHED: Final = (".part", ".partial", ".tmp", ".crdownload", ".filepart", "~")
"""How programs name files that they will rename when they are done."""


@dataclass(frozen=True, slots=True)
class Strays:
    """How many things in each of the two folders are never taken as they are."""

    from_tables: int = 0
    work_in_progress: int = 0

    @property
    def all(self) -> int:
        """How many in both."""
        return self.from_tables + self.work_in_progress


def is_passing(name: str) -> bool:
    """Return whether nobody expects anything of ``name``: hidden, litter, or not finished by the program it is of."""
    plain = name.lower()
    return plain.startswith(".") or plain.endswith(UNFINISHED) or plain in LITTER
