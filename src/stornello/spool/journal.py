"""journal.db (SQLite, WAL): what happened, for history and reports. It never decides what happens next.

A journal that cannot be written costs a log line, never a recording or a song.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from stornello.domain.names import TableId
from stornello.domain.songs import SongCard
from stornello.spool.ledger import Charge

log = logging.getLogger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS recordings (
    sha256 TEXT NOT NULL, name TEXT NOT NULL, tbl INTEGER, outcome TEXT NOT NULL, chars INTEGER NOT NULL,
    at TEXT NOT NULL, PRIMARY KEY (sha256, outcome)
);
CREATE TABLE IF NOT EXISTS songs (
    id TEXT PRIMARY KEY, tbl INTEGER NOT NULL, title TEXT NOT NULL, duration_s REAL NOT NULL, engine TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS costs (
    id TEXT PRIMARY KEY, at TEXT NOT NULL, seam TEXT NOT NULL, engine TEXT NOT NULL, tbl INTEGER NOT NULL,
    about TEXT NOT NULL, euro REAL NOT NULL, credits REAL, state TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS failures (job TEXT PRIMARY KEY, tbl INTEGER NOT NULL, code TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS plays (id INTEGER PRIMARY KEY, song TEXT NOT NULL, started_at TEXT NOT NULL, heard_s REAL);
"""


class Journal:
    """The journal at ``path``. One short connection a call: any process may write at any time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ready = False

    def recording(self, sha256: str, name: str, table: TableId | None, outcome: str, chars: int, at: datetime) -> None:
        """Remember a recording's end: ``outcome`` is staged, short, error or duplicate."""
        self._run(
            "INSERT OR REPLACE INTO recordings VALUES (?, ?, ?, ?, ?, ?)",
            sha256,
            name,
            table,
            outcome,
            chars,
            at.isoformat(),
        )

    def song(self, card: SongCard) -> None:
        """Remember a finished song."""
        engine = card.engines.get("music", "")
        self._run(
            "INSERT OR REPLACE INTO songs VALUES (?, ?, ?, ?, ?, ?)",
            *(card.id, card.table, card.title, card.sound.duration_s, engine, card.created_at),
        )

    def cost(self, charge: Charge) -> None:
        """Remember what a paid call has cost; a charge that is told again replaces itself."""
        self._run(
            "INSERT OR REPLACE INTO costs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(charge.id, charge.at, charge.seam, charge.engine, charge.table, charge.about),
            *(charge.euro if charge.counts else 0.0, charge.credits, charge.state),
        )

    def failure(self, job: str, table: TableId, code: str, at: datetime) -> None:
        """Remember a job that did not become a song."""
        self._run("INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?)", job, table, code, at.isoformat())

    def play(self, song: str, started_at: datetime, heard_s: float) -> None:
        """Remember that the room heard ``song`` for ``heard_s`` seconds."""
        self._run(
            "INSERT INTO plays (song, started_at, heard_s) VALUES (?, ?, ?)", song, started_at.isoformat(), heard_s
        )

    def plays(self) -> list[tuple[str, str, float]]:
        """Return what the room heard: (song, started at, seconds), oldest first; empty when there is no journal."""
        try:
            with self._open() as db:
                return db.execute("SELECT song, started_at, heard_s FROM plays ORDER BY id").fetchall()
        except (sqlite3.Error, OSError):
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
                db.executescript(_SCHEMA)
                self._ready = True
            yield db
