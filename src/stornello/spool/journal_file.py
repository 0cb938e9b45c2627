"""journal.db as a file: who has it now, what is wrong with it, and how it is opened.

Whoever writes holds the file ``journal.db.lock`` alone for the moment, whoever reads shares it: so a journal is
replaced, with what SQLite keeps beside it, while nobody has it open.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from stornello.domain.clock import Clock, SystemClock
from stornello.spool import journal_versions
from stornello.spool.journal_rows import COLUMNS

_LOOK_AGAIN_S: Final = 0.005
_SYSTEM: Final = SystemClock()

_NO_DAMAGE: Final = {
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR),
    *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT),
}
"""What SQLite answers when it is the disk that refuses, or somebody who has the file, and not the file that is ill."""


def with_ending(path: Path, ending: str) -> Path:
    """Return the file beside ``path`` whose name has ``ending`` (such as ``-wal``) after it."""
    return path.with_name(path.name + ending)


@contextmanager
def alone(path: Path, patience_s: float, clock: Clock = _SYSTEM) -> Iterator[None]:
    """Hold the journal alone. Raises TimeoutError when others have it for longer than ``patience_s``."""
    lock = os.open(with_ending(path, ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        _take(lock, fcntl.LOCK_EX, patience_s, clock)
        yield
    finally:
        os.close(lock)  # which lets go


@contextmanager
def shared(path: Path, patience_s: float, clock: Clock = _SYSTEM) -> Iterator[None]:
    """Share the journal with others who read; nothing is made where nobody has ever written."""
    try:
        lock = os.open(with_ending(path, ".lock"), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        yield
        return
    try:
        _take(lock, fcntl.LOCK_SH, patience_s, clock)
        yield
    finally:
        os.close(lock)


def _take(lock: int, how: int, patience_s: float, clock: Clock) -> None:
    until = clock.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(lock, how | fcntl.LOCK_NB)
        except BlockingIOError:
            if clock.monotonic() >= until:
                raise TimeoutError from None
            clock.sleep(_LOOK_AGAIN_S)
        else:
            return


def holds_something(path: Path) -> bool:
    """Return whether there is anything in place of the journal; an empty file is nothing."""
    return path.is_dir() or (path.is_file() and path.stat().st_size > 0)


def is_damage(error: sqlite3.Error, path: Path) -> bool:
    """Return whether ``error`` says that the journal itself is ill, so that building it anew mends it."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    return path.is_dir() or code not in _NO_DAMAGE


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the journal, which is there, to write; call while holding it alone."""
    with closing(sqlite3.connect(_uri(path, "mode=rw"), timeout=5, uri=True)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        journal_versions.bring_up_to_date(db)
        yield db


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the journal to read, changing nothing on disk: one of an earlier version is brought up to date in memory."""
    wal = with_ending(path, "-wal")
    is_still = not wal.exists() or not wal.stat().st_size
    with closing(sqlite3.connect(_uri(path, "mode=ro" + "&immutable=1" * is_still), timeout=5, uri=True)) as db:
        if journal_versions.version_of(db) >= len(journal_versions.VERSIONS):
            yield db
            return
        with closing(sqlite3.connect(":memory:")) as copy:
            db.backup(copy)
            journal_versions.bring_up_to_date(copy)
            yield copy


def is_sound(path: Path) -> bool:
    """Return whether every page of the journal can be read and all tables are there; call while holding it alone.

    Raises:
        sqlite3.Error: nobody can tell now, because the disk refuses.
    """
    try:
        with writing(path) as db:
            (answer,) = db.execute("PRAGMA quick_check(1)").fetchone()
            tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    except sqlite3.Error as error:
        if is_damage(error, path):
            return False
        raise
    return answer == "ok" and tables.issuperset(COLUMNS)


def _uri(path: Path, options: str) -> str:
    return f"{path.absolute().as_uri()}?{options}"
