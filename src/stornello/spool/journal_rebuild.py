"""journal.db built anew from the spool, the old one kept aside. A crash at any point leaves the old one or the new.

Call everything here while holding the journal alone.
"""

import itertools
import logging
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from stornello.spool import atomic, journal_file, journal_rows, journal_sources, journal_versions
from stornello.spool.journal_file import with_ending
from stornello.spool.journal_rows import COLUMNS, Cell, Row
from stornello.spool.paths import Venue

log = logging.getLogger(__name__)

_ONE_PLAY: Final = timedelta(seconds=3)
"""The journal's and the log's word for when a song began are less than this apart."""

_UNKNOWN: Final = {"", None}


def rebuild(path: Path) -> Path | None:
    """Build the journal at ``path`` anew; return where the old one is now, None when there was none.

    Raises:
        OSError, sqlite3.Error: it cannot be written; the old one is where it was.
    """
    old = _source(path)
    if old == path:
        _write_back(path)
    part = path.with_name(f".{path.name}.part")
    try:
        _build(part, _merged(list(journal_sources.everything(Venue(path.parent))), list(_salvaged(old))))
        atomic.remove(with_ending(old, "-shm"))  # of our reading
        kept = _keep_aside(path)
        atomic.move(part, path)
    finally:
        atomic.remove(part)
    level = logging.WARNING if kept else logging.INFO
    log.log(level, "journal built anew", extra={"kept": kept.name if kept else ""})
    return kept


def forget_half_a_rebuild(path: Path) -> None:
    """Take away the second name that a crash in the middle of a rebuild left to a sound journal."""
    if twin := _twin(path):
        atomic.remove(twin)


def _write_back(path: Path) -> None:
    """Let SQLite bring what lies beside a sound journal into it, so that a crash leaves it whole."""
    with suppress(sqlite3.Error):
        if path.is_file() and path.stat().st_size:
            journal_file.is_sound(path)


def _build(part: Path, rows: Iterable[Row]) -> None:
    """Write the new journal, durable and with nothing beside it, as ``part``."""
    for ending in ("", "-wal", "-shm", "-journal"):
        atomic.remove(with_ending(part, ending))
    with closing(sqlite3.connect(part)) as db:
        db.execute("PRAGMA journal_mode = MEMORY")  # what a crash leaves of it is thrown away
        journal_versions.bring_up_to_date(db)
        with db:
            for row in rows:
                with suppress(sqlite3.IntegrityError):  # a row of a damaged journal that is none
                    db.execute(row.statement, row.cells)
        db.execute("PRAGMA journal_mode = WAL")
    for ending in ("-wal", "-shm"):
        atomic.remove(with_ending(part, ending))
    atomic.sync_file(part)


def _keep_aside(path: Path) -> Path | None:
    """Give the old journal, and what SQLite keeps beside it, names that nothing has; return its new one.

    Its changes that are not in it yet (``-wal``) must be gone from beside it before the new one comes: SQLite would
    write them into that.
    """
    aside, wal = _aside(path), with_ending(path, "-wal")
    was_there = journal_file.holds_something(path)
    if path.is_dir():
        atomic.move_folder(path, aside)
    elif was_there:
        atomic.name_again(path, aside)
    if wal.exists():
        atomic.move_new(wal, with_ending(aside, "-wal"))
    atomic.remove(with_ending(path, "-shm"))
    return aside if was_there else None


def _source(path: Path) -> Path:
    """Return the name under which the old journal is to be read: SQLite looks beside it for the changes to add."""
    twin = _twin(path)
    return twin if twin and not with_ending(path, "-wal").exists() else path


def _aside(path: Path) -> Path:
    """Return the name for the old journal: what a rebuild broken off has given it, unless other changes lie there."""
    twin = _twin(path)
    is_taken = twin and with_ending(twin, "-wal").exists() and with_ending(path, "-wal").exists()
    return twin if twin and not is_taken else _free_name(path)


def _twin(path: Path) -> Path | None:
    """Return the name under which a rebuild that did not come to its end has already kept the journal."""
    if not path.is_file():
        return None
    return next((name for name in path.parent.glob(f"{path.name}.bad*") if _is_same(name, path)), None)


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _free_name(path: Path) -> Path:
    names = (with_ending(path, ".bad" if n == 1 else f".bad-{n}") for n in itertools.count(1))
    return next(name for name in names if not (name.exists() or with_ending(name, "-wal").exists()))


def _salvaged(path: Path) -> Iterator[Row]:
    """Yield what can still be read of the old journal."""
    if not (path.is_file() and path.stat().st_size):
        return
    for table in COLUMNS:
        with suppress(sqlite3.Error), journal_file.reading(path) as db:
            yield from _rows_of(db, table)


def _rows_of(db: sqlite3.Connection, table: str) -> Iterator[Row]:
    """Yield the rows of a table from its beginning and, where a page cannot be read, from its end too."""
    seen: set[int] = set()
    for direction in ("ASC", "DESC"):
        columns = f"rowid, {', '.join(COLUMNS[table])}"
        with suppress(sqlite3.Error):
            for rowid, *cells in db.execute(f"SELECT {columns} FROM {table} ORDER BY rowid {direction}"):  # noqa: S608 - ours
                if rowid in seen:
                    return
                seen.add(rowid)
                if not any(isinstance(cell, bytes) for cell in cells):
                    yield Row(table, tuple(cells))
            return


def _merged(told: list[Row], salvaged: list[Row]) -> Iterator[Row]:
    """Yield what the spool tells, completed by the old journal, and what only that one knows."""
    known = {_key(row): row for row in told if row.table != "plays"}
    ended = {name: key for key, row in known.items() if row.table == "recordings" for name in _old_names(row)}
    for row in salvaged:
        if row.table != "plays":
            key = next((ended[name] for name in _old_names(row) if name in ended), _key(row))
            known[key] = _completed(known[key], row) if key in known else row
    yield from known.values()
    yield from _plays([row for row in salvaged if row.table == "plays"], [row for row in told if row.table == "plays"])


def _key(row: Row) -> tuple[Cell, ...]:
    """Return what no other row has."""
    if row.table == "recordings":
        return (row.table, row["outcome"], row["arrival"], row["sha256"])
    return (row.table, row.cells[0])


def _old_names(row: Row) -> Iterator[tuple[Cell, ...]]:
    """Yield what finds a recording's end in a journal of an earlier version, which knew no arrivals."""
    if row.table == "recordings" and row["outcome"] != "duplicate":
        yield (row["outcome"], row["arrival"])
        yield (row["outcome"], row["sha256"] or row["name"])


def _completed(told: Row, old: Row) -> Row:
    """Return the spool's word, completed by the old journal's.

    How a recording ended is as it was noted at the time: in the spool names are shortened, and times are the files'.
    """
    first, second = (old, told) if told.table == "recordings" else (told, old)
    pairs = zip(first.cells, second.cells, strict=True)
    return Row(told.table, tuple(other if one in _UNKNOWN else one for one, other in pairs))


def _plays(old: list[Row], logged: list[Row]) -> list[Row]:
    """Return what the old journal and the player's log tell, each play once, in order, for as long as either knows."""
    plays, known = list(old), dict[Cell, list[int]]()
    for number, row in enumerate(old):
        known.setdefault(row["song"], []).append(number)
    for row in logged:
        same = next((n for n in known.get(row["song"], []) if _is_one_play(row, plays[n])), None)
        if same is None:
            plays.append(row)
        else:
            plays[same] = _longer(plays[same], row)
    return sorted(plays, key=lambda row: str(row["started_at"]))


def _longer(old: Row, logged: Row) -> Row:
    """Return the old journal's play, with the log's length if that is longer: the journal was lost while it lasted."""
    lengths = [row["heard_s"] for row in (old, logged)]
    longest = max((length for length in lengths if isinstance(length, int | float)), default=0.0)
    return journal_rows.play(str(old["song"]), str(old["started_at"]), longest, str(old["kind"]))


def _is_one_play(row: Row, other: Row) -> bool:
    try:
        apart = datetime.fromisoformat(str(row["started_at"])) - datetime.fromisoformat(str(other["started_at"]))
    except (ValueError, TypeError):
        return False
    return abs(apart) < _ONE_PLAY
