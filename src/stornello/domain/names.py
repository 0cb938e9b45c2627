"""What a file's name says: the table it came from and who spoke."""

import re
import unicodedata
from dataclasses import dataclass
from typing import NewType

TableId = NewType("TableId", int)
JobId = NewType("JobId", str)
SongId = NewType("SongId", str)

MAX_TABLE = 10_000
_TABLE = re.compile(r"^(?:tavolo|tavola|table|tav|t)?[ _.-]*0*(\d{1,5})(?!\d)[ _.-]*(.*)$", re.IGNORECASE | re.DOTALL)
_NO_GUEST = frozenset(
    (
        *("rec", "recording", "registrazione", "audio", "voice", "voce", "vocale", "message", "messaggio", "ptt", "wa"),
        *("note", "nota", "memo", "new", "nuova"),
    )
)
"""What recorders and phones write into a name; nobody is called so."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a recording or transcript comes from. ``guest`` is empty when the name tells none."""

    table: TableId
    guest: str


def origin_of(name: str) -> Origin | None:
    """Read table and guest from a file's path below FROM_TABLES, or None when no table is named.

    Accepts ``5-anna.wav``, ``05_anna.wav``, ``tavolo5-anna.wav``, ``table 5 anna.wav``, ``5.wav`` and ``5/anna.wav``.
    A table is a whole number from 1 to 10,000. A folder that is called after a table decides for all that lies in it:
    there the files' own numbers only count (``5/01.wav``, ``5/2026-11-23.wav``).
    """
    *folders, last = unicodedata.normalize("NFC", name).split("/")
    stem = last.rpartition(".")[0] or last
    if folders and (match := _TABLE.match(folders[-1])) and not match[2]:
        table, rest = int(match[1]), stem
    elif match := _TABLE.match(stem):
        table, rest = int(match[1]), match[2]
    else:
        return None
    if not 1 <= table <= MAX_TABLE:
        return None
    return Origin(TableId(table), guest_in(rest))


def guest_in(text: str) -> str:
    """Return the guest's name as one would write it, or nothing: ``anna-2`` -> ``Anna``, ``rec01`` -> ``""``."""
    words = [word.strip("-'’") for word in "".join(c if _is_written_in_names(c) else " " for c in text).split()]
    words = [word for word in words if word and word.casefold() not in _NO_GUEST]
    return " ".join(word[:1].upper() + word[1:] for word in words)[:40].strip()


def _is_written_in_names(char: str) -> bool:
    return char in "-'’" or unicodedata.category(char)[0] in "LM"
