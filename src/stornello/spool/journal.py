"""journal.db (SQLite, WAL): what happened, for history and reports. It never decides what happens next.

A journal that cannot be written costs a log line, never a recording or a song.
"""

import logging
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from stornello.domain.names import TableId
from stornello.domain.songs import SongCard
from stornello.spool import journal_versions
from stornello.spool.charges import Charge

log = logging.getLogger(__name__)

_SHA_DIGITS = 16
"""So many of a recording's sha256 are in the names of its transcripts."""


@dataclass(frozen=True, slots=True)
class SongRow:
    """A finished song. Times are ISO 8601; ``told_at`` is empty where that is not known."""

    id: str
    table: TableId
    title: str
    duration_s: float
    music_by: str
    made_at: str
    told_at: str
    words_by: str
    heard_by: str


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """A recording's end: ``outcome`` is staged, short, error or duplicate."""

    name: str
    table: TableId | None
    outcome: str
    engine: str
    at: str


@dataclass(frozen=True, slots=True)
class FailureRow:
    """A job that did not become a song."""

    job: str
    table: TableId
    code: str
    at: str


class Journal:
    """The journal at ``path``. One short connection a call: any process may write at any time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ready = False

    def recording(
        self,
        sha256: str,
        name: str,
        table: TableId | None,
        outcome: str,
        chars: int,
        at: datetime,
        engine: str = "",
    ) -> None:
        """Remember a recording's end: ``outcome`` is staged, short, error or duplicate; ``engine`` heard it."""
        self._run(
            "INSERT OR REPLACE INTO recordings (sha256, name, tbl, outcome, chars, at, engine)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(sha256, name, table, outcome, chars, at.isoformat(), engine),
        )

    def song(self, card: SongCard) -> None:
        """Remember a finished song."""
        by = card.engines.get
        self._run(
            "INSERT OR REPLACE INTO songs (id, tbl, title, duration_s, engine, at, told_at, words_by, heard_by)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(card.id, card.table, card.title, card.sound.duration_s, by("music", ""), card.created_at),
            *(card.told_at, by("words", ""), by("speech", "")),
        )

    def cost(self, charge: Charge) -> None:
        """Remember what a paid call has cost; a charge that is told again replaces itself."""
        self._run(
            "INSERT OR REPLACE INTO costs (id, at, seam, engine, tbl, about, euro, credits, state)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(charge.id, charge.at, charge.seam, charge.engine, charge.table, charge.about),
            *(charge.euro if charge.counts else 0.0, charge.credits, charge.state),
        )

    def failure(self, job: str, table: TableId, code: str, at: datetime) -> None:
        """Remember a job that did not become a song."""
        self._run(
            "INSERT OR REPLACE INTO failures (job, tbl, code, at) VALUES (?, ?, ?, ?)", job, table, code, at.isoformat()
        )

    def play(self, song: str, started_at: datetime, heard_s: float) -> None:
        """Remember that the room heard ``song`` for ``heard_s`` seconds."""
        self._run(
            "INSERT INTO plays (song, started_at, heard_s) VALUES (?, ?, ?)", song, started_at.isoformat(), heard_s
        )

    def plays(self) -> list[tuple[str, str, float]]:
        """Return what the room heard: (song, started at, seconds), oldest first; empty when there is no journal."""
        return self._rows("SELECT song, started_at, coalesce(heard_s, 0) FROM plays ORDER BY id")

    def songs(self) -> list[SongRow]:
        """Return all finished songs, oldest first; empty when there is no journal, as for the others below."""
        columns = "id, tbl, title, duration_s, engine, at, told_at, words_by, heard_by"
        return [SongRow(*row) for row in self._rows(f"SELECT {columns} FROM songs ORDER BY at, id")]  # noqa: S608 - ours

    def recordings(self) -> list[RecordingRow]:
        """Return the ends of all recordings, oldest first."""
        rows = self._rows("SELECT name, tbl, outcome, engine, at FROM recordings ORDER BY at, rowid")
        return [RecordingRow(*row) for row in rows]

    def failures(self) -> list[FailureRow]:
        """Return the jobs that did not become songs, oldest first."""
        return [FailureRow(*row) for row in self._rows("SELECT job, tbl, code, at FROM failures ORDER BY at, job")]

    def heard_by(self, shas: Collection[str]) -> tuple[str, ...]:
        """Return which engines heard the recordings whose sha256 begins with these 16 digits, each once, in order."""
        known = {sha[:_SHA_DIGITS] for sha in shas}
        rows = self._rows("SELECT sha256, engine FROM recordings WHERE engine <> '' ORDER BY at, rowid")
        return tuple(dict.fromkeys(engine for sha, engine in rows if sha[:_SHA_DIGITS] in known))

    def is_readable(self) -> bool:
        """Return whether there is a journal that can be read."""
        return bool(self._rows("PRAGMA user_version"))

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        if not self.path.is_file():  # who only looks makes none
            return []
        try:
            with self._open() as db:
                return db.execute(statement).fetchall()
        except (sqlite3.Error, OSError) as error:
            log.warning("journal not read", extra={"error": type(error).__name__})
            return []

    def _run(self, statement: str, *values: object) -> None:
        try:
            with self._open() as db, db:
                db.execute(statement, values)
        except (sqlite3.Error, OSError) as error:
            log.warning("journal not written", extra={"error": type(error).__name__})

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=5)) as db:
            if not self._ready:
                db.execute("PRAGMA journal_mode = WAL")
                journal_versions.bring_up_to_date(db)
                self._ready = True
            yield db
