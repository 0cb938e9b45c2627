"""WORK_IN_PROGRESS/{table}/: transcripts waiting to become a song. Any program may drop a text file there.

Our own files are named ``{arrival}_{sha}_{guest}.txt``, so that the name alone tells the order and who spoke.
"""

import contextlib
import logging
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from stornello.domain.names import MAX_TABLE, TableId, guest_in
from stornello.seams import Told
from stornello.spool import outside
from stornello.spool.strays import is_passing

log = logging.getLogger(__name__)

_OURS = re.compile(r"^\d{8}T\d{12}_(?P<sha>[0-9a-f]{16})_(?P<guest>.*)$", re.DOTALL)
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 1, 1, tzinfo=UTC)
_STAMPED = re.compile(r"[0-9]{8}T[0-9]{12}")


def staged_name(arrival: str, sha: str, guest: str) -> str:
    """Return the file name of a transcript: ``arrival`` sorts by time, ``sha`` is the recording's."""
    return f"{arrival}_{sha[:16]}_{guest}.txt"


def is_ours(name: str) -> bool:
    """Return whether ``name`` is one that :func:`staged_name` gives: such a file came whole, by a rename."""
    return _OURS.match(name.removesuffix(".txt")) is not None


def guest_of(transcript: Path) -> str:
    """Return the guest that a staged file's name tells; empty for none."""
    match = _OURS.match(transcript.stem)
    return guest_in(match["guest"] if match else transcript.stem)  # anybody may name a file as we do


def shas_in(folder: Path) -> tuple[str, ...]:
    """Return the recordings' shas (16 hex digits) that our own names in ``folder`` tell, in order of arrival."""
    matches = (_OURS.match(path.stem) for path in in_order(folder))
    return tuple(match["sha"] for match in matches if match)


def told_in(folder: Path) -> tuple[Told, ...]:
    """Return what the transcripts in ``folder`` say, in order of arrival; empty ones are left out.

    Of a very long one only the beginning: see :func:`outside.text`.
    """
    told = []
    for path in in_order(folder):
        if outside.is_longer(path):
            log.warning("text too long, only its beginning counts", extra={"bytes": outside.MOST_TEXT_BYTES})
        told.append(Told(guest_of(path), outside.text(path)))
    return tuple(one for one in told if one.text)


def since(folder: Path) -> datetime | None:
    """Return when the first of the transcripts in ``folder`` arrived; None when there are none."""
    told = in_order(folder)
    return arrival(told[0]) if told else None


def in_order(folder: Path) -> list[Path]:
    """Return the transcripts of ``folder`` in order of arrival: by time for our names, by mtime for others."""
    return sorted((folder / name for name in text_names(folder)), key=lambda path: (arrival(path), path.name))


def text_names(folder: Path) -> list[str]:
    """Return the names of the transcripts of ``folder`` as the disk lists them: no links, no pipes, nothing hidden."""
    return texts_in(folder).names


class Texts(NamedTuple):
    """The names of a folder's transcripts; ``others`` is what else is there and will never be taken."""

    names: list[str]
    others: Sequence[str] = ()


def texts_in(folder: Path) -> Texts:
    """List ``folder`` as :func:`text_names` does, and the rest."""
    names, others = [], []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.name.endswith(".txt") and entry.is_file(follow_symlinks=False):
                    names.append(entry.name)
                else:
                    others += [] if is_passing(entry.name) else [entry.name]
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return Texts([])
    return Texts(names, others)


def arrival(path: Path) -> datetime:
    """Return when a transcript arrived, by its name or, where that tells nothing, by its mtime.

    Files may be of any year; we tell none that a time zone could carry out of the calendar.
    """
    return min(max(_told_arrival(path), _FIRST), _LAST)


def _told_arrival(path: Path) -> datetime:
    name = path.name
    if _STAMPED.match(name):
        with contextlib.suppress(ValueError):  # it only looks so
            second = datetime.fromisoformat(name[:15])  # strptime takes twenty times as long
            return second.replace(microsecond=int(name[15:21]), tzinfo=UTC)
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (FileNotFoundError, OverflowError, ValueError):  # gone, or of a year that is none
        return _LAST


@dataclass(frozen=True, slots=True)
class Waiting:
    """A table with material: how many transcripts, and since when the first has waited."""

    notes: int
    since: datetime


class Folders(NamedTuple):
    """The tables that have a folder; ``others`` is what else is there and will never be taken."""

    tables: set[TableId]
    others: Sequence[str] = ()


def tables_in(work_in_progress: Path) -> Folders:
    """Return the tables that have a folder, and the rest."""
    tables, others = set(), []
    try:
        with os.scandir(work_in_progress) as entries:
            for entry in entries:
                if _is_table(entry.name) and entry.is_dir(follow_symlinks=False):
                    tables.add(TableId(int(entry.name)))
                else:
                    others += [] if is_passing(entry.name) else [entry.name]
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return Folders(set())
    return Folders(tables, others)


def _is_table(name: str) -> bool:
    """Return whether ``name`` is a table's folder as :meth:`Venue.staged` writes it: ``5``, not ``05``."""
    return name.isdecimal() and name == str(int(name)) and 1 <= int(name) <= MAX_TABLE
