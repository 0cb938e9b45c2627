"""journal.db (SQLite, WAL): what happened, for history and reports. It never decides what happens next.

A journal that cannot be written costs a log line, never a recording or a song; what it lacks is written with the next
note that can be. One that is missing or damaged is built anew from the spool by the first who writes; who only reads
changes nothing.
"""

import logging
import math
import sqlite3
import threading
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from stornello.domain.clock import Clock, SystemClock
from stornello.domain.errors import StornelloError
from stornello.domain.eta import Pace
from stornello.domain.names import TableId
from stornello.domain.pieces import Kind
from stornello.domain.plain import Plain
from stornello.domain.songs import SongCard
from stornello.spool import journal_file, journal_rebuild, journal_rows
from stornello.spool.charges import Charge
from stornello.spool.journal_rows import SHA_DIGITS, Ended, FailureRow, PlayRow, RecordingRow, Row, SongRow

log = logging.getLogger(__name__)

PATIENCE_S: Final = 10.0
"""So long is waited for others who have the journal: each note takes milliseconds, a rebuild seconds."""

_REST_S: Final = 60.0
"""So long nobody waits again for a journal that could not be had, or built."""

_LATELY: Final = 50
"""So many of the last times tell how long things take."""

_MOST_OWED: Final = 1000
"""Rows that are kept in memory while others have the journal, or the disk refuses."""


class Journal:
    """The journal at ``path``. One short connection a call: any process may write at any time.

    ``waits`` False: for who must never wait, such as the room's player. What cannot be written at once is written
    beside, by a thread.
    """

    def __init__(self, path: Path, *, waits: bool = True, clock: Clock | None = None) -> None:
        self.path = path
        self._clock = clock or SystemClock()
        self._waits = waits
        self._owed: list[Row] = []
        self._owing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._not_before = -math.inf

    def check(self) -> None:
        """Build the journal anew if it is missing or damaged: what each service asks for at its start."""
        self._write(is_start=True)

    def rebuild(self) -> Path | None:
        """Build the journal anew, whatever it is like; return where the old one is now, None when there was none.

        Raises:
            StornelloError: others have it, or the disk refuses; the old one is where it was.
        """
        try:
            with journal_file.alone(self.path, PATIENCE_S, self._clock):
                return journal_rebuild.rebuild(self.path)
        except TimeoutError:
            raise _BUSY from None
        except sqlite3.Error as error:
            raise _refused(error) from error

    def recording(  # noqa: PLR0913 - what there is to say of a recording's end
        self,
        sha256: str,
        name: str,
        table: TableId | None,
        outcome: str,
        chars: int,
        at: datetime,
        engine: str = "",
        *,
        arrival: str = "",
        seconds: float | None = None,
    ) -> None:
        """Remember a recording's end, see :class:`Ended`: ``engine`` heard it."""
        self._note(Ended(arrival, sha256, name, table, outcome, chars, at.isoformat(), engine, seconds).row())

    def song(self, card: SongCard, seconds: float | None = None) -> None:
        """Remember a finished song; it took ``seconds`` from claim to card, None: not known."""
        self._note(journal_rows.song(card, seconds))

    def cost(self, charge: Charge) -> None:
        """Remember what a paid call has cost; a charge that is told again replaces itself."""
        self._note(journal_rows.cost(charge))

    def failure(self, job: str, table: TableId, code: str, at: datetime) -> None:
        """Remember a job that did not become a song."""
        self._note(journal_rows.failure(job, table, code, at.isoformat()))

    def play(self, song: str, started_at: datetime, heard_s: float, kind: Kind = "song") -> None:
        """Remember that the room hears the piece ``song`` since ``started_at``, and ``heard_s`` seconds of it so far.

        Told again with the same beginning it is the same play.
        """
        self._note(journal_rows.play(song, started_at.isoformat(), heard_s, kind))

    def plays(self) -> list[PlayRow]:
        """Return what the room heard, filler too, oldest first; empty when there is no journal."""
        rows = self._rows("SELECT song, started_at, coalesce(heard_s, 0), kind FROM plays ORDER BY id")
        return [PlayRow(*row) for row in rows]

    def songs(self) -> list[SongRow]:
        """Return all finished songs, oldest first; empty when there is no journal, as for the others below."""
        columns = "id, tbl, title, duration_s, engine, at, told_at, words_by, heard_by, seconds"
        return [SongRow(*row) for row in self._rows(f"SELECT {columns} FROM songs ORDER BY at, id")]  # noqa: S608 - ours

    def recordings(self) -> list[RecordingRow]:
        """Return the ends of all recordings, oldest first."""
        rows = self._rows("SELECT name, tbl, outcome, engine, at, seconds FROM recordings ORDER BY at, id")
        return [RecordingRow(*row) for row in rows]

    def failures(self) -> list[FailureRow]:
        """Return the jobs that did not become songs, oldest first."""
        return [FailureRow(*row) for row in self._rows("SELECT job, tbl, code, at FROM failures ORDER BY at, job")]

    def heard_by(self, shas: Collection[str]) -> tuple[str, ...]:
        """Return which engines heard the recordings whose sha256 begins with these 16 digits, each once, in order."""
        known = {sha[:SHA_DIGITS] for sha in shas}
        rows = self._rows("SELECT sha256, engine FROM recordings WHERE engine <> '' ORDER BY at, id")
        return tuple(dict.fromkeys(engine for sha, engine in rows if sha in known))

    def pace(self, since: str) -> Pace:
        """Return the medians of what things took since the moment ``since`` (ISO 8601, UTC), else of the last times."""
        return Pace.of(
            self._lately("seconds", "recordings", since),
            self._lately("seconds", "songs", since),
            self._lately("duration_s", "songs", since),
        )

    def _lately(self, what: str, table: str, since: str) -> list[float]:
        known = f"SELECT {what}, at FROM {table} WHERE {what} IS NOT NULL ORDER BY rowid DESC LIMIT {_LATELY}"  # noqa: S608 - ours
        rows = [(took, at) for took, at in self._rows(known) if isinstance(took, float)]
        return [took for took, at in rows if at >= since] or [took for took, _ in rows]

    def is_readable(self) -> bool:
        """Return whether there is a journal that can be read."""
        return bool(self._rows("SELECT 1 FROM sqlite_schema"))

    def is_damaged(self) -> bool:
        """Return whether there is a journal, and it cannot be read."""
        return journal_file.holds_something(self.path) and not self.is_readable()

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        try:
            if not journal_file.holds_something(self.path):  # who only looks makes none
                return []
            with journal_file.shared(self.path, PATIENCE_S, self._clock), journal_file.reading(self.path) as db:
                return db.execute(statement).fetchall()
        except (sqlite3.Error, OSError) as error:
            log.warning("journal not read", extra={"error": type(error).__name__})
            return []

    def _note(self, row: Row) -> None:
        with self._owing:
            self._owed = [*self._owed, row][-_MOST_OWED:]
        self._write()

    def _write(self, *, is_start: bool = False) -> None:
        """Write what is owed, or have it written by a thread where we must not wait and it would take time."""
        if self._waits:
            self._pay(is_start=is_start)
        elif not self._is_paying() and (is_start or not self._pay(patience_s=0.0, mends=False)):
            self._thread = threading.Thread(target=self._pay, kwargs={"is_start": is_start}, daemon=True)
            self._thread.start()

    def _is_paying(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _pay(self, *, patience_s: float = PATIENCE_S, mends: bool = True, is_start: bool = False) -> bool:
        """Write what is owed; return whether that is done, however it ended. False: who may wait is to do it."""
        try:
            with journal_file.alone(self.path, 0.0 if self._rests() else patience_s, self._clock):
                return self._pay_alone(mends=mends, is_start=is_start)
        except TimeoutError:  # written with the next note
            if mends:
                self._rest()
                log.warning("journal busy")
            return mends
        except (sqlite3.Error, OSError) as error:
            log.warning("journal not written", extra={"error": type(error).__name__})
            if not isinstance(error, OSError | sqlite3.OperationalError):  # the rows are to blame
                self._owed = []
            return True

    def _pay_alone(self, *, mends: bool, is_start: bool) -> bool:
        is_there = journal_file.holds_something(self.path)
        if not is_there or (is_start and not journal_file.is_sound(self.path)):
            if not mends:
                return False
            self._mend()
        elif is_start:
            journal_rebuild.forget_half_a_rebuild(self.path)
        try:
            self._insert()
        except sqlite3.Error as error:
            if not journal_file.is_damage(error, self.path):
                raise
            if not mends:
                return False
            self._mend()
            self._insert()
        return True

    def _insert(self) -> None:
        with self._owing:
            rows, self._owed = self._owed, []
        if not rows:
            return
        try:
            with journal_file.writing(self.path) as db, db:
                for row in rows:
                    db.execute(row.statement, row.cells)
        except BaseException:
            with self._owing:
                self._owed = [*rows, *self._owed]
            raise

    def _mend(self) -> None:
        """Build the journal anew. One that could not be built is left alone for a while."""
        if self._rests():
            raise OSError
        try:
            journal_rebuild.rebuild(self.path)
        except (sqlite3.Error, OSError):
            self._rest()
            raise

    def _rest(self) -> None:
        self._not_before = self._clock.monotonic() + _REST_S

    def _rests(self) -> bool:
        return self._clock.monotonic() < self._not_before


_BUSY = StornelloError(
    "journal-busy",
    Plain("Un altro processo sta usando journal.db da troppo tempo.", "Another process has had journal.db too long."),
    Plain("Riprova; se non basta, ferma i servizi.", "Try again; if that does not help, stop the services."),
)


def _refused(error: sqlite3.Error) -> StornelloError:
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    return StornelloError(
        "journal-not-written",
        Plain(f"journal.db non si può scrivere ({name}).", f"journal.db cannot be written ({name})."),
        Plain(
            "Fai spazio sul disco e riprova: stornello doctor", "Make room on the disk and try again: stornello doctor"
        ),
    )
