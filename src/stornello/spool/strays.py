"""What lies where recordings and texts are dropped and is never taken: told, so that nobody waits for it in vain."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

LITTER: Final = frozenset({"desktop.ini", "thumbs.db"})
"""What other systems leave at any door, besides hidden files such as .DS_Store; in small letters."""

UNFINISHED: Final = (".part", ".partial", ".tmp", ".crdownload", ".filepart", "~")
"""How programs name files that they will rename when they are done."""


NAMED: Final = 3
"""So many of them are named: enough to find the others."""


@dataclass(frozen=True, slots=True)
class Strays:
    """How many things in each of the two folders are never taken as they are, and how some of them are called."""

    from_tables: int = 0
    work_in_progress: int = 0
    some: tuple[str, ...] = ()

    @classmethod
    def of(cls, from_tables: Sequence[str], work_in_progress: Sequence[str]) -> Self:
        """Return what is told of things that are called so."""
        return cls(len(from_tables), len(work_in_progress), (*from_tables, *work_in_progress)[:NAMED])

    @property
    def all(self) -> int:
        """How many in both."""
        return self.from_tables + self.work_in_progress


def is_passing(name: str) -> bool:
    """Return whether nobody expects anything of ``name``: hidden, litter, or not finished by the program it is of."""
    plain = name.lower()
    return plain.startswith(".") or plain.endswith(UNFINISHED) or plain in LITTER
