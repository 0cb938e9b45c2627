"""What each condition of the disk is called, what it means and what to do about it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stornello.domain.plain import Language, Plain
from stornello.spool.paths import Venue

FULL_MB: Final = 5
"""Less than this is called full: one step of one song may not find room."""


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


def unreadable(error: OSError) -> Condition:
    """Return what it means that the venue cannot be read though nothing else is wrong with its disk."""
    return Condition(
        "unreadable",
        Plain(f"Il locale non si può leggere ({error.strerror}).", f"The venue cannot be read ({error.strerror})."),
        Plain("Controlla il disco e i permessi.", "Check the disk and its permissions."),
        stops=True,
    )


def venue_missing(venue: Venue) -> Condition:
    """Return what it means that the venue is away."""
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


def read_only(folder: Path) -> Condition:
    """Return what it means that the disk takes no writing."""
    return Condition(
        "read-only",
        Plain(
            f"Il disco di {folder} è in sola lettura: niente di nuovo si comincia.",
            f"The disk of {folder} is read-only: nothing new is begun.",
        ),
        Plain(
            "Spesso è un disco che si guasta: controllalo e rimontalo in scrittura. Poi si riprende da soli.",
            "Often this is a failing disk: check it and mount it for writing. Then it goes on by itself.",
        ),
        stops=True,
    )


def not_writable(folder: Path) -> Condition:
    """Return what it means that we have no rights in one of the venue's folders."""
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


def door_not_writable(venue: Venue) -> Condition:
    """Return what it means that files cannot be taken out of FROM_TABLES."""
    return Condition(
        "door-not-writable",
        Plain(
            f"Da {venue.from_tables} Stornello non può prendere le registrazioni.",
            f"Stornello may not take recordings out of {venue.from_tables}.",
        ),
        Plain("Dagli il permesso di scrivere in quella cartella.", "Allow it to write in that folder."),
        stops=False,
    )


def disk_full(free_mb: int, floor_mb: int) -> Condition:
    """Return what it means that the disk is full."""
    return Condition(
        "disk-full",
        Plain(f"Il disco è pieno: liberi {free_mb} MB.", f"The disk is full: {free_mb} MB free."),
        _make_room(floor_mb),
        stops=floor_mb > 0,
    )


def disk_low(free_mb: int, floor_mb: int) -> Condition:
    """Return what it means that less is free than the owner wants."""
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
        f"Libera almeno {max(floor_mb, FULL_MB)} MB. Poi si riprende da soli.",
        f"Make at least {max(floor_mb, FULL_MB)} MB free. Then it goes on by itself.",
    )


def no_more_files(left: int) -> Condition:
    """Return what it means that the file system has hardly a name for a new file left."""
    return Condition(
        "files-low",
        Plain(f"Il disco può tenere solo altri {left} file.", f"The disk can hold only {left} more files."),
        Plain(
            "Cancella file di cui non hai bisogno. Poi si riprende da soli.",
            "Delete files that you do not need. Then it goes on by itself.",
        ),
        stops=True,
    )


def no_room_for(count: int) -> Condition:
    """Return what it means that so many recordings of a share would fill the disk."""
    return Condition(
        "no-room-for-recording",
        Plain(
            f"In FROM_TABLES, registrazioni troppo grandi per lo spazio libero: {count}.",
            f"In FROM_TABLES, recordings too large for the free space: {count}.",
        ),
        Plain(
            "Fai spazio, o toglile: restano lì, e si riprova da soli.",
            "Make room, or take them out: they stay there, and it is tried again by itself.",
        ),
        stops=False,
    )


def two_devices(folders: list[Path]) -> Condition:
    """Return what it means that these folders lie on another device."""
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


def folder_missing(venue: Venue, gone: list[Path]) -> Condition:
    """Return what it means that these folders are not there."""
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
