"""What is wrong with a venue's disk, found by looking alone, so that it can be told when nothing can be written.

A condition has no memory: it is there as long as what causes it, and its end needs nobody.
"""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stornello.domain.plain import Language, Plain
from stornello.spool import mounts
from stornello.spool.paths import Venue

_MB: Final = 1_000_000
_FULL_MB: Final = 5
"""Less than this is called full: one step of one song may not find room."""

_FEWEST_FILES: Final = 1000
"""With fewer files to be had nothing is begun: each song makes some thirty."""

EXIT_CODE: Final = 74
"""Of a song's child when the disk would not take what it wrote (EX_IOERR of sysexits.h)."""

_OF_THE_DISK: Final = frozenset(
    {
        *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ESTALE, errno.ENXIO, errno.ENODEV),
        *(errno.ETIMEDOUT, errno.EHOSTDOWN, errno.ENFILE),
    }
)
"""What only a disk, or a network share, answers: no song and no recording is to blame."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing wrong with the disk. ``stops``: nothing new is begun before it ends; what is under way goes on."""

    code: str
    plain: Plain
    todo: Plain
    stops: bool

    def within(self, language: Language) -> str:
        """Return what is wrong and what to do, in ``language``."""
        return f"{self.plain.within(language)} {self.todo.within(language)}"


def look(venue: Venue, floor_mb: int) -> tuple[Condition, ...]:
    """Return what is wrong now, what matters most first; writes nothing, raises nothing.

    ``floor_mb`` is the setting ``free_space_floor_mb``: with less free space nothing new is begun; 0: never mind.
    """
    if not venue.is_there():
        return (_venue_missing(venue),)
    found = (*_access(venue), *_room(venue, floor_mb), *_devices(venue), *_missing(venue))
    return tuple(sorted(found, key=lambda condition: not condition.stops))


def may_begin(venue: Venue, floor_mb: int) -> bool:
    """Return whether something new may be begun now. A quarter of a millisecond: for every pass."""
    return not any(condition.stops for condition in look(venue, floor_mb))


def is_of_the_disk(error: OSError) -> bool:
    """Return whether the disk is to blame for ``error``, and not what was asked of it."""
    return error.errno in _OF_THE_DISK


def _access(venue: Venue) -> Iterator[Condition]:
    try:
        is_read_only = bool(os.statvfs(venue.root).f_flag & os.ST_RDONLY)
    except OSError:
        is_read_only = False
    if is_read_only:
        yield _read_only(venue)
        return
    closed = [folder for folder in (venue.root, *venue.folders()) if _is_folder(folder) and not _is_open(folder)]
    state = [folder for folder in closed if folder not in {venue.from_tables, venue.house_music}]
    if state:
        yield _not_writable(state[0])
    if venue.from_tables in closed:
        yield _door_not_writable(venue)


def _is_open(folder: Path) -> bool:
    return os.access(folder, os.R_OK | os.W_OK | os.X_OK)


def _room(venue: Venue, floor_mb: int) -> Iterator[Condition]:
    try:
        disk = os.statvfs(venue.root)
    except OSError:
        return
    free_mb = disk.f_bavail * disk.f_frsize // _MB
    if free_mb < _FULL_MB:
        yield _disk_full(free_mb, floor_mb)
    elif free_mb < floor_mb:
        yield _disk_low(free_mb, floor_mb)
    if disk.f_files and disk.f_favail < _FEWEST_FILES and floor_mb:  # file systems without a limit tell 0
        yield _no_more_files(disk.f_favail)


def _devices(venue: Venue) -> Iterator[Condition]:
    """Look whether a rename crosses devices anywhere; FROM_TABLES may be a share, songs/ a disk of its own."""
    others = [folder for folder in venue.one_device() if mounts.are_apart(folder, venue.scratch)]
    if others:
        yield _two_devices(others)


def _missing(venue: Venue) -> Iterator[Condition]:
    gone = [folder for folder in venue.folders() if not _is_folder(folder)]
    if gone:
        yield _folder_missing(venue, gone)


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except OSError:
        return False


def _venue_missing(venue: Venue) -> Condition:
    return Condition(
        "venue-missing",
        Plain(
            f"La cartella del locale non c'è, o è vuota: {venue.root}.",
            f"The venue's folder is not there, or empty: {venue.root}.",
        ),
        Plain(
            "Ricollega il suo disco o la sua cartella di rete: si riprende da soli.",
            "Connect its disk or network share again: it goes on by itself.",
        ),
        stops=True,
    )


def _read_only(venue: Venue) -> Condition:
    return Condition(
        "read-only",
        Plain(
            f"Il disco di {venue.root} è in sola lettura: niente di nuovo si comincia.",
            f"The disk of {venue.root} is read-only: nothing new is begun.",
        ),
        Plain(
            "Spesso è un disco che si guasta: controllalo e rimontalo in scrittura. Poi si riprende da soli.",
            "Often this is a failing disk: check it and mount it for writing. Then it goes on by itself.",
        ),
        stops=True,
    )


def _not_writable(folder: Path) -> Condition:
    return Condition(
        "not-writable",
        Plain(
            f"In {folder} Stornello non può scrivere: niente di nuovo si comincia.",
            f"Stornello may not write in {folder}: nothing new is begun.",
        ),
        Plain(
            "Rendi tutta la cartella del locale all'utente di Stornello (chown -R). Poi si riprende da soli.",
            "Give the whole venue's folder back to Stornello's user (chown -R). Then it goes on by itself.",
        ),
        stops=True,
    )


def _door_not_writable(venue: Venue) -> Condition:
    return Condition(
        "door-not-writable",
        Plain(
            f"Da {venue.from_tables} Stornello non può prendere le registrazioni.",
            f"Stornello may not take recordings out of {venue.from_tables}.",
        ),
        Plain("Dagli il permesso di scrivere in quella cartella.", "Allow it to write in that folder."),
        stops=False,
    )


def _disk_full(free_mb: int, floor_mb: int) -> Condition:
    return Condition(
        "disk-full",
        Plain(f"Il disco è pieno: liberi {free_mb} MB.", f"The disk is full: {free_mb} MB free."),
        _make_room(floor_mb),
        stops=floor_mb > 0,
    )


def _disk_low(free_mb: int, floor_mb: int) -> Condition:
    return Condition(
        "disk-low",
        Plain(
            f"Spazio sul disco: {free_mb} MB, sotto i {floor_mb} MB niente di nuovo si comincia.",
            f"Disk space: {free_mb} MB, below {floor_mb} MB nothing new is begun.",
        ),
        _make_room(floor_mb),
        stops=True,
    )


def _make_room(floor_mb: int) -> Plain:
    return Plain(
        f"Libera almeno {max(floor_mb, _FULL_MB)} MB. Poi si riprende da soli.",
        f"Make at least {max(floor_mb, _FULL_MB)} MB free. Then it goes on by itself.",
    )


def _no_more_files(left: int) -> Condition:
    return Condition(
        "files-low",
        Plain(f"Il disco può tenere solo altri {left} file.", f"The disk can hold only {left} more files."),
        Plain(
            "Cancella file di cui non hai bisogno. Poi si riprende da soli.",
            "Delete files that you do not need. Then it goes on by itself.",
        ),
        stops=True,
    )


def _two_devices(folders: list[Path]) -> Condition:
    names = ", ".join(folder.name for folder in folders)
    return Condition(
        "two-devices",
        Plain(
            f"Su un altro disco rispetto al resto del locale: {names}. Niente di nuovo si comincia.",
            f"On another disk than the rest of the venue: {names}. Nothing new is begun.",
        ),
        Plain(
            "Tieni tutto il locale su un disco solo; altrove possono stare FROM_TABLES, songs e house_music.",
            "Keep the whole venue on one disk; only FROM_TABLES, songs and house_music may lie elsewhere.",
        ),
        stops=True,
    )


def _folder_missing(venue: Venue, gone: list[Path]) -> Condition:
    names = ", ".join(str(folder.relative_to(venue.root)) for folder in gone)
    return Condition(
        "folder-missing",
        Plain(f"Manca: {names}.", f"Missing: {names}."),
        Plain(
            "I servizi la rifanno, vuota; se era un disco, ricollegalo.",
            "The services make it again, empty; if it was a disk, connect it again.",
        ),
        stops=False,
    )
