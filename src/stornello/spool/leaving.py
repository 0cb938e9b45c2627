"""How a recording leaves ``hearing/``: its sound archived, its transcript staged, or all of it set aside."""

import contextlib
import unicodedata
from datetime import datetime
from pathlib import Path

from stornello.domain.errors import StornelloError
from stornello.domain.names import Origin
from stornello.spool import atomic, reasons
from stornello.spool.paths import Venue
from stornello.spool.recordings import FACTS, Recording, entries, short_sha
from stornello.spool.staging import staged_name

_LONGEST_NAME = 120
"""Bytes of the guest's file name that are kept in ours: with our own parts it stays below what file systems take."""


def archive(venue: Venue, recording: Recording, *, refused: bool = False) -> None:
    """Give the audio its lasting name; a refused one keeps a second name in its quarantine. Safe to repeat.

    A refused file of another user's, to which the kernel allows us no second name, stays in its quarantine only.
    """
    audio = recording.audio
    if audio is None:
        return
    folder = venue.archived_recordings / "refused" if refused else venue.archived_recordings
    atomic.make_folder(folder)
    target = folder / f"{recording.arrival}_{short_sha(recording)}_{safe_name(recording.name) or audio.name}"
    if refused:
        with contextlib.suppress(PermissionError):
            atomic.name_again(audio, target)
    else:
        atomic.publish(audio, target)


def tell_in_part(venue: Venue, recording: Recording, error: StornelloError, at: datetime) -> None:
    """Leave word, for people, of why only the beginning of the recording was heard. Safe to repeat."""
    atomic.make_folder(venue.heard_in_part)
    reasons.note(venue.heard_in_part / f"{recording.arrival}_{safe_name(recording.name)}.json", error, at)


def stage(venue: Venue, recording: Recording, origin: Origin) -> None:
    """Hand the transcript to the table's waiting texts and let go of the recording. Safe to repeat."""
    folder = venue.staged(origin.table)
    atomic.make_folder(folder)
    if recording.transcript.exists():
        atomic.move(recording.transcript, folder / staged_name(recording.arrival, short_sha(recording), origin.guest))
    forget(recording)


def set_aside(folder: Path, recording: Recording, error: StornelloError, at: datetime) -> None:
    """Move the whole entry into ``folder`` (short ones, or quarantine) with its reason."""
    for scratch in recording.folder.glob(f"{recording.speech.stem}.*"):
        atomic.remove(scratch)
    reasons.write(recording.folder, error, at)
    try:
        name = recording.name
    except OSError:  # what is known of it cannot be read: that is why it is set aside
        name = ""
    atomic.move_folder(recording.folder, folder / f"{recording.arrival}_{safe_name(name)}")


def forget(recording: Recording) -> None:
    """Remove a recording's folder, once all that mattered has left it, with what was only known or scratch.

    ``stornello retry`` may put an entry over a folder that is empty: where anything else is, all of it stays.
    """
    there = [Path(entry.path) for entry in entries(recording.folder)]
    if not all(map(_is_scratch, there)):
        return
    for scratch in there:
        atomic.remove(scratch)
    with contextlib.suppress(OSError):  # filled meanwhile, or gone
        atomic.remove_folder(recording.folder)


def _is_scratch(file: Path) -> bool:
    """Return whether nothing is lost with ``file``."""
    return (
        file.name in {FACTS, reasons.FILE} or file.name.startswith(("speech.", ".")) or file.name.endswith(atomic.PART)
    )


def safe_name(name: str) -> str:
    """Return ``name`` as one short path component without control characters or a leading dot."""
    flat = unicodedata.normalize("NFC", name).replace("/", "-")
    printable = "".join(c for c in flat if c.isprintable()).lstrip(".").strip()
    stem, dot, suffix = printable.rpartition(".")
    stem = stem.encode()[: _LONGEST_NAME - len(suffix.encode()[:10])].decode(errors="ignore")
    return f"{stem}{dot}{suffix[:10]}" if dot else printable.encode()[:_LONGEST_NAME].decode(errors="ignore")
