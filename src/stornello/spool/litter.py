"""What a killed process leaves behind that is of no use to anybody: files that it had begun to write."""

import logging
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from stornello.spool import atomic, lives
from stornello.spool.paths import Venue

log = logging.getLogger(__name__)

_BEGUN = re.compile(r"^\..*\.(?P<writer>\d+-\d+-[0-9a-f]+)\.[0-9a-f]{8}" + re.escape(atomic.PART) + "$", re.DOTALL)


def sweep(venue: Venue) -> None:
    """Remove what processes that live no more had begun to write, and make what they had done durable.

    For the start of each service; nobody is disturbed.

    A disk that refuses is no trouble: the next start tries again.
    """
    for folder in _folders(venue):
        with suppress(OSError):
            _sweep(folder)
    atomic.settle(venue.root)


def sweep_tree(folder: Path) -> None:
    """Do the same for ``folder`` and all below it."""
    with suppress(OSError):
        for below, _, _ in os.walk(folder):
            _sweep(Path(below))


def _folders(venue: Venue) -> Iterator[Path]:
    """Yield where processes write: all scratch, whatever it is called, what was set aside, and what lasts.

    As deep as a job's steps.
    """
    yield from (venue.root, venue.scratch, venue.songs, venue.heard_in_part)
    yield from (venue.archived_recordings, venue.archived_recordings / "refused")
    set_aside = (venue.held, venue.failed_processing, venue.transcription_errors, venue.short_transcriptions)
    for kind in (*_below(venue.scratch), *set_aside):
        yield kind
        for entry in _below(kind):
            yield entry
            yield from _below(entry)


def _below(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def _sweep(folder: Path) -> None:
    with os.scandir(folder) as entries:
        begun = [
            entry.path for entry in entries if (match := _BEGUN.match(entry.name)) and lives.is_over(match["writer"])
        ]
    for path in begun:
        atomic.remove(Path(path))
    if begun:
        log.info("litter removed", extra={"folder": folder.name, "files": len(begun)})
