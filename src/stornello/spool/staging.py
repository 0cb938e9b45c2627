"""WORK_IN_PROGRESS/{table}/: transcripts waiting to become a song. Any program may drop a text file there.

Our own files are named ``{arrival}_{sha}_{guest}.txt``, so that the name alone tells the order and who spoke.
"""

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from stornello.domain.names import MAX_TABLE, TableId, guest_in
from stornello.seams import Told
from stornello.spool.paths import Venue

_OURS = re.compile(r"^\d{8}T\d{12}_(?P<sha>[0-9a-f]{16})_(?P<guest>.*)$", re.DOTALL)


def staged_name(arrival: str, sha: str, guest: str) -> str:
    """Return the file name of a transcript: ``arrival`` sorts by time, ``sha`` is the recording's."""
    return f"{arrival}_{sha[:16]}_{guest}.txt"


def guest_of(transcript: Path) -> str:
    """Return the guest that a staged file's name tells; empty for none."""
    match = _OURS.match(transcript.stem)
    return match["guest"] if match else guest_in(transcript.stem)


def shas_in(folder: Path) -> tuple[str, ...]:
    """Return the recordings' shas (16 hex digits) that our own names in ``folder`` tell, in order of arrival."""
    matches = (_OURS.match(path.stem) for path in in_order(folder))
    return tuple(match["sha"] for match in matches if match)


def told_in(folder: Path) -> tuple[Told, ...]:
    """Return what the transcripts in ``folder`` say, in order of arrival; empty ones are left out."""
    texts = ((path, path.read_text(encoding="utf-8", errors="replace").strip()) for path in in_order(folder))
    return tuple(Told(guest_of(path), text) for path, text in texts if text)


def since(folder: Path) -> datetime | None:
    """Return when the first of the transcripts in ``folder`` arrived; None when there are none."""
    texts = in_order(folder)
    return _arrival(texts[0]) if texts else None


def in_order(folder: Path) -> list[Path]:
    """Return the transcripts of ``folder`` in order of arrival: by time for our names, by mtime for others."""
    return sorted(_texts(folder), key=lambda path: (_arrival(path), path.name))


def _texts(folder: Path) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if (
                    entry.name.endswith(".txt")
                    and not entry.name.startswith(".")
                    and entry.is_file(follow_symlinks=False)
                ):
                    yield Path(entry.path)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return


def _arrival(path: Path) -> datetime:
    with contextlib.suppress(ValueError):  # not our name, or one that only looks so
        return datetime.strptime(path.name[:21], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A table with material: how many transcripts, and since when the first has waited."""

    notes: int
    since: datetime


def waiting_tables(venue: Venue) -> dict[TableId, Waiting]:
    """Return the tables that have staged transcripts."""
    tables = {}
    for table, folder in _folders(venue):
        if texts := in_order(folder):
            tables[table] = Waiting(len(texts), _arrival(texts[0]))
    return tables


def _folders(venue: Venue) -> Iterator[tuple[TableId, Path]]:
    try:
        with os.scandir(venue.work_in_progress) as entries:
            for entry in entries:
                if _is_table(entry.name) and entry.is_dir(follow_symlinks=False):
                    yield TableId(int(entry.name)), Path(entry.path)
    except FileNotFoundError:
        return


def _is_table(name: str) -> bool:
    """Return whether ``name`` is a table's folder as :meth:`Venue.staged` writes it: ``5``, not ``05``."""
    return name.isdecimal() and name == str(int(name)) and 1 <= int(name) <= MAX_TABLE
