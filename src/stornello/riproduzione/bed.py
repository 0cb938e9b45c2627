"""The bed: what the room hears when there is nothing else, a calm pad that follows itself without end."""

import subprocess
import sys
from contextlib import suppress

from stornello import processes
from stornello.domain.pieces import BED, Piece
from stornello.domain.songs import Sound
from stornello.riproduzione import pad
from stornello.spool import atomic
from stornello.spool.paths import Venue

BELOW_LU = 8.0
"""So much softer than the target it plays: there to cover silence, not to be listened to."""

_SEED = 1
_PATIENCE_S = 30.0


def piece() -> Piece:
    """Return the bed as a piece. Its sound is told louder than it is, by BELOW_LU: so it is levelled below the rest."""
    sound = Sound(pad.LENGTH_S, pad.LOUDNESS_LUFS + BELOW_LU, pad.TRUE_PEAK_DBTP + BELOW_LU, 0.0, pad.LENGTH_S)
    return Piece(BED, "bed", "", ".tmp_player/bed.wav", sound)


def is_whole(venue: Venue) -> bool:
    """Return whether the bed is on the disk as it was made."""
    try:
        return pad.is_whole(venue.bed.read_bytes())
    except OSError:
        return False


def make(venue: Venue) -> None:
    """Make the bed in a process of its own, for the room may wait for it; what fails is tried at the next look."""
    command = [sys.executable, "-m", "stornello.riproduzione.pad", str(venue.bed), str(_SEED)]
    with suppress(OSError, subprocess.TimeoutExpired):
        processes.run(command, _PATIENCE_S)


def discard(venue: Venue) -> None:
    """Remove a bed that did not play."""
    with suppress(OSError):
        atomic.remove(venue.bed)
