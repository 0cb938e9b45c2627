"""producer_state.json: who has had how many songs, tonight and ever. Written by the producer only."""

import json
import logging
import re
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeVar

from stornello.domain.names import MAX_TABLE, JobId, TableId
from stornello.spool import atomic, salvage

log = logging.getLogger(__name__)

_Kind = TypeVar("_Kind")
_ALWAYS: Final = {"night", "songs_tonight", "fair", "counted", "songs_ever"}
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,4}")

REMEMBERED: Final = 200
"""Jobs whose song is known to be counted; far more than can be between a count and its repetition after a crash."""

NIGHTS: Final = 4
"""Nights before this one whose counts are kept, for a clock that jumps over the hour and back."""

Written = tuple[int, int, int]
"""A file's number, size and mtime: another answer means that others wrote it."""

MOST: Final = 1_000_000
"""A larger count is a slip of somebody's hand."""


@dataclass(frozen=True, slots=True)
class Failures:
    """A table's failed jobs since its last song, and until when it rests after the last (ISO 8601; by what clock)."""

    in_a_row: int
    rests_until: str = ""


@dataclass(frozen=True, slots=True)
class Night:
    """The counts of another night."""

    fair: dict[TableId, int] = field(default_factory=dict)
    tonight: dict[TableId, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counts:
    """The producer's memory.

    ``fair`` orders the tables (songs tonight, newcomers raised to the others' level), ``tonight`` and ``ever`` are true
    counts, ``counted`` names the jobs counted last, so that none is counted twice. ``present`` are the tables that had
    material or a song in the making when it was last looked, ``failed`` those whose last job failed, ``nights`` the
    nights before this one, the last one last.
    """

    night: str = ""
    fair: dict[TableId, int] = field(default_factory=dict)
    tonight: dict[TableId, int] = field(default_factory=dict)
    ever: dict[TableId, int] = field(default_factory=dict)
    counted: tuple[JobId, ...] = ()
    present: frozenset[TableId] = frozenset()
    failed: dict[TableId, Failures] = field(default_factory=dict)
    nights: dict[str, Night] = field(default_factory=dict)

    def during(self, night: str) -> "Counts":
        """Return the counts for ``night``: as they are, or begun anew when another night has begun.

        A night that comes again, because the clock was wrong meanwhile, goes on where it was.
        """
        if night == self.night:
            return self
        if not self.night:  # lost with a damaged file
            return replace(self, night=night)
        others = {name: known for name, known in self.nights.items() if name != self.night}
        others[self.night] = Night(self.fair, self.tonight)
        back = others.pop(night, Night())
        kept = dict(list(others.items())[-NIGHTS:])
        return replace(self, night=night, fair=back.fair, tonight=back.tonight, failed={}, nights=kept)

    def seen(self, fair: dict[TableId, int], present: frozenset[TableId]) -> "Counts":
        """Return the counts after a look at who is here."""
        return replace(self, fair=fair, present=present)

    def plus(self, job: JobId, table: TableId) -> "Counts":
        """Count the song of ``job``, once. It ends the table's failures."""
        if job in self.counted:
            return self
        fair, tonight, ever = (_raised(of, table) for of in (self.fair, self.tonight, self.ever))
        failed = {other: failures for other, failures in self.failed.items() if other != table}
        counted = (*self.counted, job)[-REMEMBERED:]
        return replace(self, fair=fair, tonight=tonight, ever=ever, counted=counted, failed=failed)

    def with_failures(self, table: TableId, failures: Failures) -> "Counts":
        """Return the counts with one table's failures changed."""
        return replace(self, failed=self.failed | {table: failures})


def _raised(counts: dict[TableId, int], table: TableId) -> dict[TableId, int]:
    return counts | {table: counts.get(table, 0) + 1}


def load(path: Path) -> Counts:
    """Read the counts to go on from; a missing file reads as none.

    Of a damaged one the good parts go on, and the file is kept as it was found, see :func:`set_aside`. Raises OSError.
    """
    try:
        found, is_whole = _read(path)
    except FileNotFoundError:
        return Counts()
    if not is_whole:
        kept = _keep(path)
        save(path, found)
        log.error("producer's memory damaged, its good parts go on", extra={"kept": kept.name})
    return found


def look(path: Path) -> Counts:
    """Read the counts to show them; what cannot be read reads as none, and nothing on disk changes."""
    try:
        return _read(path)[0]
    except OSError:
        return Counts()


def set_aside(path: Path) -> tuple[Path, ...]:
    """Return the damaged files that were kept: ``producer_state.json.bad``, ``.bad.2``, ..."""
    return tuple(sorted(path.parent.glob(f"{path.name}.bad*")))


def _keep(path: Path) -> Path:
    """Give the damaged file a second name that nothing has, unless an earlier life, cut off, did."""
    for number in count(1):
        kept = path.with_name(f"{path.name}.bad" + (f".{number}" if number > 1 else ""))
        if not kept.exists():
            atomic.name_again(path, kept)
            break
        if kept.samefile(path):
            break
    return kept


def keep_strange(path: Path, ours: Written | None) -> None:
    """Keep the file as it is when somebody has changed it since we wrote ``ours``: the counts in memory go on."""
    if ours and written(path) not in {ours, None}:
        log.error("producer's memory changed by others, ours goes on", extra={"kept": _keep(path).name})


def written(path: Path) -> Written | None:
    """Return which file it is and when it was written; None for none."""
    try:
        facts = path.stat()
    except FileNotFoundError:
        return None
    return facts.st_ino, facts.st_size, facts.st_mtime_ns


def save(path: Path, counts: Counts) -> None:
    """Write the counts, whole or not at all: a member a line, so that a file cut short by others loses only its end."""
    members = {
        "night": counts.night,
        "songs_tonight": counts.tonight,
        "fair": counts.fair,
        "counted": counts.counted,
        "songs_ever": counts.ever,
        "present": sorted(counts.present),
        "failed": {table: [failures.in_a_row, failures.rests_until] for table, failures in counts.failed.items()},
        "nights": {name: {"fair": of.fair, "songs_tonight": of.tonight} for name, of in counts.nights.items()},
    }
    lines = (f"{json.dumps(name)}: {json.dumps(value)}" for name, value in members.items())
    atomic.write_text(path, "{\n" + ",\n".join(lines) + "\n}\n")


def _read(path: Path) -> tuple[Counts, bool]:
    data, is_whole = salvage.read_object(path.read_text(encoding="utf-8", errors="replace"))
    reader = _Reader()
    found = reader.counts(data)
    return found, is_whole and not reader.is_damaged


class _Reader:
    """Takes what it can use of each member, and remembers whether there was anything else."""

    def __init__(self) -> None:
        self.is_damaged = False

    def counts(self, data: dict[str, Any]) -> Counts:
        self.is_damaged |= not data.keys() >= _ALWAYS
        tonight = self._tables(data.get("songs_tonight", {}))
        return Counts(
            self._date(data.get("night", "")),
            self._tables(data["fair"]) if "fair" in data else tonight,
            tonight,
            self._tables(data.get("songs_ever", {})),
            tuple(JobId(job) for job in self._list(data.get("counted", []), str)),
            frozenset(self._known(self._list(data.get("present", []), int))),
            self._failed(data.get("failed", {})),
            {name: self._night(of) for name, of in self._members(data.get("nights", {})).items() if self._date(name)},
        )

    def _night(self, data: Any) -> Night:  # noqa: ANN401 - whatever the file holds
        members = self._members(data)
        return Night(self._tables(members.get("fair", {})), self._tables(members.get("songs_tonight", {})))

    def _tables(self, data: Any) -> dict[TableId, int]:  # noqa: ANN401 - whatever the file holds
        return {table: songs for table, songs in self._by_table(data).items() if self._is_a_count(songs)}

    def _failed(self, data: Any) -> dict[TableId, Failures]:  # noqa: ANN401 - whatever the file holds
        found = {}
        for table, told in self._by_table(data).items():
            match told:
                case [int(in_a_row), str(until)] if self._is_a_count(in_a_row):
                    found[table] = Failures(in_a_row, until)
                case _:
                    self.is_damaged = True
        return found

    def _by_table(self, data: Any) -> dict[TableId, Any]:  # noqa: ANN401 - whatever the file holds
        members = self._members(data)
        numbers = {int(name): value for name, value in members.items() if _NUMBER.fullmatch(name)}
        found = {TableId(table): numbers[table] for table in self._known(list(numbers))}
        self.is_damaged |= len(found) < len(members)
        return found

    def _known(self, numbers: list[int]) -> list[TableId]:
        found = [TableId(number) for number in numbers if 1 <= number <= MAX_TABLE]
        self.is_damaged |= len(found) < len(numbers)
        return found

    def _is_a_count(self, told: Any) -> bool:  # noqa: ANN401 - whatever the file holds
        is_one = type(told) is int and 0 <= told <= MOST
        self.is_damaged |= not is_one
        return is_one

    def _members(self, data: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the file holds
        self.is_damaged |= not isinstance(data, dict)
        return data if isinstance(data, dict) else {}

    def _list(self, data: Any, kind: type[_Kind]) -> list[_Kind]:  # noqa: ANN401 - whatever the file holds
        found = [one for one in data if type(one) is kind] if isinstance(data, list) else []
        self.is_damaged |= not isinstance(data, list) or len(found) < len(data)
        return found

    def _date(self, data: Any) -> str:  # noqa: ANN401 - whatever the file holds
        try:
            return date.fromisoformat(data or "").isoformat()
        except (ValueError, TypeError):
            self.is_damaged |= data != ""
            return ""
