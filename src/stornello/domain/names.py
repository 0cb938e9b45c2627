"""What a file's name says: the table it came from and who spoke."""

import re
import unicodedata
from dataclasses import dataclass
from typing import NewType

TableId = NewType("TableId", int)
Seconds = NewType("Seconds", float)
JobId = NewType("JobId", str)
SongId = NewType("SongId", str)

MAX_TABLE = 9999
_TABLE = re.compile(r"^(?:tavolo|table|tavola|t)?[ _.-]*0*(\d{1,4})(?!\d)[ _.-]*(.*)$", re.IGNORECASE | re.DOTALL)
_NOT_A_NAME = re.compile(r"[^\w' -]+|[_\d]+", re.UNICODE)
_NO_GUEST = {"rec", "recording", "registrazione", "audio", "voice", "voce", "note", "nota", "memo", "new", "nuova"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a recording or transcript comes from. ``guest`` is empty when the name tells none."""

    table: TableId
    guest: str


def origin_of(name: str) -> Origin | None:
    """Read table and guest from a file's path below FROM_TABLES, or None when no table is named.

    Accepts ``5-anna.wav``, ``05_anna.wav``, ``tavolo5-anna.wav``, ``table 5 anna.wav``, ``5.wav`` and ``5/anna.wav``.
    A table is a whole number from 1 to 9999.
    """
    *folders, last = unicodedata.normalize("NFC", name).split("/")
    stem = last.rpartition(".")[0] or last
    if match := _TABLE.match(stem):
        table, rest = int(match[1]), match[2]
    elif folders and (match := _TABLE.match(folders[-1])) and not match[2]:
        table, rest = int(match[1]), stem
    else:
        return None
    if not 1 <= table <= MAX_TABLE:
        return None
    return Origin(TableId(table), guest_in(rest))


def guest_in(text: str) -> str:
    """Return the guest's name as one would write it, or nothing: ``anna_2`` -> ``Anna``, ``rec01`` -> ``""``."""
    words = _NOT_A_NAME.sub(" ", text).split()
    words = [w for w in words if w.casefold() not in _NO_GUEST]
    return " ".join(w[:1].upper() + w[1:] for w in words)[:40]
