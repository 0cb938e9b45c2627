"""What is wrong with a venue's disk, found by looking alone, so that it can be told when nothing can be written.

A condition has no memory: it is there as long as what causes it, and its end needs nobody.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from stornello.spool import condition_sentences as sentences
from stornello.spool import mounts
from stornello.spool.condition_sentences import FULL_MB, Condition, unreadable
from stornello.spool.paths import Venue

__all__ = ["EXIT_CODE", "Condition", "fits", "look", "may_begin", "unreadable"]

_MB: Final = 1_000_000
_FEWEST_FILES: Final = 1000
"""With fewer files to be had nothing is begun: each song makes some thirty."""

EXIT_CODE: Final = 74
"""Of a song's child when the disk would not take what it wrote (EX_IOERR of sysexits.h)."""


def look(venue: Venue, floor_mb: int) -> tuple[Condition, ...]:
    """Return what is wrong now, what matters most first; writes nothing, raises nothing.

    ``floor_mb`` is the setting ``free_space_floor_mb``: with less free space nothing new is begun; 0: never mind.
    """
    found = (*_of_the_whole(venue, floor_mb), *_door(venue, floor_mb))
    return tuple(sorted(found, key=lambda condition: not condition.stops))


def may_begin(venue: Venue, floor_mb: int) -> bool:
    """Return whether something new may be begun now. Half a millisecond: for every pass."""
    return not any(condition.stops for condition in _of_the_whole(venue, floor_mb))


def fits(venue: Venue, size: int, floor_mb: int) -> bool:
    """Return whether a file of ``size`` bytes, copied into the venue from another device, leaves the floor free."""
    disk = _statistics(venue)
    return disk is not None and _free(disk) - size >= max(floor_mb, FULL_MB) * _MB


def _of_the_whole(venue: Venue, floor_mb: int) -> Iterator[Condition]:
    if not venue.is_there():
        yield sentences.venue_missing(venue)
        return
    for looked in (_access(venue), _room(venue, floor_mb), _devices(venue), _missing(venue)):
        yield from looked


def _access(venue: Venue) -> Iterator[Condition]:
    if _is_read_only(venue.root):
        yield sentences.read_only(venue.root)
        return
    closed = [folder for folder in (venue.root, *venue.folders()) if _is_folder(folder) and not _is_open(folder)]
    state = [folder for folder in closed if folder not in {venue.from_tables, venue.house_music}]
    if state:
        is_mount = _is_read_only(state[0])  # of its own, or bound there: no rights would help
        yield sentences.read_only(state[0]) if is_mount else sentences.not_writable(state[0])
    if venue.from_tables in closed:
        yield sentences.door_not_writable(venue)


def _is_read_only(folder: Path) -> bool:
    try:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def _is_open(folder: Path) -> bool:
    return os.access(folder, os.R_OK | os.W_OK | os.X_OK)


def _room(venue: Venue, floor_mb: int) -> Iterator[Condition]:
    disk = _statistics(venue)
    if disk is None:
        return
    free_mb = _free(disk) // _MB
    if free_mb < FULL_MB:
        yield sentences.disk_full(free_mb, floor_mb)
    elif free_mb < floor_mb:
        yield sentences.disk_low(free_mb, floor_mb)
    if disk.f_files and disk.f_favail < _FEWEST_FILES and floor_mb:  # file systems without a limit tell 0
        yield sentences.no_more_files(disk.f_favail)


def _statistics(venue: Venue) -> os.statvfs_result | None:
    try:
        return os.statvfs(venue.root)
    except OSError:
        return None


def _free(disk: os.statvfs_result) -> int:
    """Return how many bytes we may still write."""
    return disk.f_bavail * disk.f_frsize


def _devices(venue: Venue) -> Iterator[Condition]:
    """Look whether a rename crosses devices anywhere; FROM_TABLES may be a share, songs/ a disk of its own."""
    if others := mounts.apart(venue.one_device(), venue.scratch):
        yield sentences.two_devices(others)


def _door(venue: Venue, floor_mb: int) -> Iterator[Condition]:
    """Look for recordings on a share that would fill our disk, were they copied; on our own they take no room."""
    if not mounts.are_apart(venue.from_tables, venue.scratch):
        return
    try:
        found = (*venue.from_tables.glob("[!.]*"), *venue.from_tables.glob("[!.]*/[!.]*"))
    except OSError:  # the share does not answer
        return
    large = [path for path in found if not fits(venue, _size(path), floor_mb)]
    if large and fits(venue, 0, floor_mb):
        yield sentences.no_room_for(len(large))


def _size(path: Path) -> int:
    try:
        return path.stat(follow_symlinks=False).st_size
    except OSError:
        return 0


def _missing(venue: Venue) -> Iterator[Condition]:
    gone = [folder for folder in venue.folders() if not _is_folder(folder)]
    if gone:
        yield sentences.folder_missing(venue, gone)


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except OSError:
        return False
