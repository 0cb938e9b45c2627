"""Recordings that came in and are not staged yet, for dashboards: at the door, or being heard."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from stornello.domain.clock import Clock
from stornello.domain.names import TableId, origin_of
from stornello.spool import reasons
from stornello.spool.glance import Glance
from stornello.spool.paths import Venue
from stornello.spool.reasons import Reason
from stornello.spool.recordings import Recording
from stornello.spool.strays import LITTER, is_passing


@dataclass(frozen=True, slots=True)
class Arrived:
    """A recording on its way. ``since`` is when it was claimed, None while it is at the door."""

    name: str
    table: TableId | None
    since: datetime | None = None


class _Entry(NamedTuple):
    arrived: Arrived
    reason: Reason | None


class _Listed(NamedTuple):
    """What a folder holds; ``others`` are neither files nor folders."""

    files: list[str]
    folders: list[str]
    others: list[str]


class Hearing:
    """.tmp_player/hearing/, looked at again and again: an entry is read when it has changed."""

    def __init__(self, venue: Venue, clock: Clock | None = None) -> None:
        self._folder = venue.hearing
        self._clock = clock
        self._known: dict[str, Glance[_Entry]] = {}

    def look(self) -> tuple[tuple[Arrived, ...], tuple[Reason, ...]]:
        """Return what is being heard, oldest first, and why some of it waits for another attempt."""
        names = sorted(entry.name for entry in _folders(self._folder))
        self._known = {name: self._known.get(name) or self._glance(name) for name in names}
        found = [glance.get() for glance in self._known.values()]
        return tuple(one.arrived for one in found), tuple(one.reason for one in found if one.reason)

    def _glance(self, name: str) -> Glance[_Entry]:
        return Glance(self._folder / name, _entry, self._clock)


def _entry(folder: Path) -> _Entry:
    """Read one recording's folder. Its files are replaced whole, which changes the folder."""
    recording = Recording(folder.name, folder)
    name, origin, reason = recording.name, recording.origin, reasons.read(folder)
    arrived = Arrived(name or folder.name, origin.table if origin else None, _claimed_at(folder.name))
    return _Entry(arrived, reason and replace(reason, name=name))


class Door:
    """FROM_TABLES: what may become recordings, files that are no links, there or one folder down."""

    def __init__(self, venue: Venue, clock: Clock | None = None) -> None:
        self._clock = clock
        self._top = self._glance(venue.from_tables)
        self._below: dict[str, Glance[_Listed]] = {}

    def look(self) -> tuple[Arrived, ...]:
        """Return what stands at the door."""
        top = self._top.get()
        self._below = {name: self._below.get(name) or self._glance(self._top.folder / name) for name in top.folders}
        names = top.files + [
            f"{folder}/{name}" for folder, glance in self._below.items() for name in glance.get().files
        ]
        return tuple(Arrived(name, origin.table if (origin := origin_of(name)) else None) for name in names)

    def strays(self) -> list[str]:
        """Return what there is never taken, as it was at the last look: links, pipes, what lies deeper."""
        below = [(name, glance.get()) for name, glance in self._below.items()]
        deeper = [f"{folder}/{name}" for folder, found in below for name in (*found.others, *found.folders)]
        return self._top.get().others + deeper

    def _glance(self, folder: Path) -> Glance[_Listed]:
        return Glance(folder, _listed, self._clock)


def _listed(folder: Path) -> _Listed:
    """List ``folder``; hidden things and what other systems leave are nothing."""
    files, folders, others = [], [], []
    for entry in _entries(folder):
        if entry.is_dir(follow_symlinks=False):
            folders.append(entry.name)
        elif not entry.is_file(follow_symlinks=False):
            others += [] if is_passing(entry.name) else [entry.name]
        elif entry.name.lower() not in LITTER:
            files.append(entry.name)
    return _Listed(files, folders, others)


def _folders(folder: Path) -> Iterator[os.DirEntry[str]]:
    return (entry for entry in _entries(folder) if entry.is_dir(follow_symlinks=False))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if not entry.name.startswith(".")]
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return []


def _claimed_at(arrival: str) -> datetime | None:
    try:
        return datetime.strptime(arrival[:21], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
    except ValueError:
        return None
