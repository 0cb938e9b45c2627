"""producer_state.json: who has had how many songs, tonight and ever. Written by the producer only."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from stornello.domain.names import JobId, TableId
from stornello.spool import atomic

REMEMBERED = 200
"""Jobs whose song is known to be counted; far more than can be between a count and its repetition after a crash."""

_DAMAGE = (ValueError, KeyError, TypeError, AttributeError)
"""What a file that is none of ours raises."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The producer's memory.

    ``fair`` orders the tables (songs tonight, newcomers raised to the others' level), ``tonight`` and ``ever`` are true
    counts, ``counted`` names the jobs counted last, so that none is counted twice.
    """

    night: str = ""
    fair: dict[TableId, int] = field(default_factory=dict)
    tonight: dict[TableId, int] = field(default_factory=dict)
    ever: dict[TableId, int] = field(default_factory=dict)
    counted: tuple[JobId, ...] = ()

    def during(self, night: str) -> "Counts":
        """Return the counts for ``night``: as they are, or begun anew when another night has begun."""
        return self if night == self.night else replace(self, night=night, fair={}, tonight={})

    def with_fair(self, fair: dict[TableId, int]) -> "Counts":
        """Return the counts with other fair counts."""
        return replace(self, fair=fair)

    def plus(self, job: JobId, table: TableId) -> "Counts":
        """Count the song of ``job``, once."""
        if job in self.counted:
            return self
        fair, tonight, ever = (_raised(of, table) for of in (self.fair, self.tonight, self.ever))
        return replace(self, fair=fair, tonight=tonight, ever=ever, counted=(*self.counted, job)[-REMEMBERED:])


def _raised(counts: dict[TableId, int], table: TableId) -> dict[TableId, int]:
    return counts | {table: counts.get(table, 0) + 1}


def load(path: Path) -> Counts:
    """Read the counts to go on from; a missing file reads as none, a damaged one is kept beside as ``.bad``."""
    try:
        return _read(path)
    except FileNotFoundError:
        return Counts()
    except _DAMAGE:
        atomic.move(path, path.with_name(path.name + ".bad"))
        return Counts()


def look(path: Path) -> Counts:
    """Read the counts to show them; what cannot be read reads as none, and nothing on disk changes."""
    try:
        return _read(path)
    except (OSError, *_DAMAGE):
        return Counts()


def _read(path: Path) -> Counts:
    return _parse(json.loads(path.read_text(encoding="utf-8")))


def save(path: Path, counts: Counts) -> None:
    """Write the counts, whole or not at all."""
    atomic.write_json(
        path,
        {
            "night": counts.night,
            "fair": counts.fair,
            "songs_tonight": counts.tonight,
            "songs_ever": counts.ever,
            "counted": counts.counted,
        },
    )


def _parse(data: dict[str, Any]) -> Counts:
    return Counts(
        str(data["night"]),
        _tables(data["fair"]),
        _tables(data["songs_tonight"]),
        _tables(data["songs_ever"]),
        tuple(map(JobId, data["counted"])),
    )


def _tables(data: dict[str, int]) -> dict[TableId, int]:
    return {TableId(int(table)): int(songs) for table, songs in data.items()}
