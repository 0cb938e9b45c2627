"""How one song becomes the next: pure plans over what a listening pass found in the two files.

All times are seconds in the file's own time, so that a plan stays true whatever is paused, sought or resumed.
"""

from dataclasses import dataclass
from typing import Literal

from stornello.domain.songs import Sound

Curve = Literal["equal-power", "smooth", "linear"]
"""The shape of a slope: quarter sine (in² + out² = 1), half sine, straight."""

CEILING_DBTP = -1.0
"""What the room hears stays below this true peak, also while two songs sound."""

OVERLAP_DB = 3.02
"""Two equal-power slopes let at most this much more through than one song: sin + cos is at most the root of 2."""

LEAD_S = 0.22
"""What the player has filtered already and can no longer be shaped (measured: 0.19 s at most, with a 0.1 s buffer)."""

SHORTEST_FADE_S = 0.5
"""Below this a crossfade is no longer heard as one: the songs are joined instead."""

DECLICK_S = 0.02
"""A beginning in the middle of a sound is this soft."""

CUT_FADE_S = 1.0
"""How a song ends that is not played to its end, when nothing follows."""


@dataclass(frozen=True, slots=True)
class Fade:
    """A slope over ``length_s`` from ``start_s``."""

    start_s: float
    length_s: float
    curve: Curve = "equal-power"

    @property
    def end_s(self) -> float:
        """Where the slope is over."""
        return self.start_s + self.length_s


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a player does to a song's level: all of it at once, each multiplied with the others.

    A gain in dB; silence before each of ``rises`` and after each of ``falls``; ``limit_dbtp``: the true peak that a
    limiter holds after the gain, before the slopes, None for no limiter.
    """

    gain_db: float
    rises: tuple[Fade, ...] = ()
    falls: tuple[Fade, ...] = ()
    limit_dbtp: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What of a file the room hears. ``cut`` means that the file sounds on after ``end_s``."""

    begin_s: float
    end_s: float
    cut: bool = False

    @property
    def length_s(self) -> float:
        """How long the room hears it."""
        return self.end_s - self.begin_s


@dataclass(frozen=True, slots=True)
class Handover:
    """When, in the leaving song's time, the next one begins, and how long both sound. 0: one ends, the other begins."""

    at_s: float
    length_s: float


def part(sound: Sound, only_s: float = 0, *, at_cue_out: bool = True) -> Part:
    """Return the audible part of a song, or its first ``only_s`` seconds (0: all).

    Without ``at_cue_out`` it ends where the file does.
    """
    begin = min(max(0.0, sound.cue_in_s), sound.duration_s)
    end = sound.cue_out_s if at_cue_out and begin < sound.cue_out_s <= sound.duration_s else sound.duration_s
    if only_s and begin + only_s < end:
        return Part(begin, begin + only_s, cut=True)
    return Part(begin, end)


def level(sound: Sound, target_lufs: float) -> Envelope:
    """Return the gain that brings a song to ``target_lufs``, and a limiter if its peaks would then be too high.

    Too high is what would pass CEILING_DBTP while two songs overlap.
    """
    gain_db = target_lufs - sound.loudness_lufs if sound.loudness_lufs is not None else 0.0
    most_dbtp = CEILING_DBTP - OVERLAP_DB
    is_hot = sound.true_peak_dbtp is None or sound.true_peak_dbtp + gain_db > most_dbtp
    return Envelope(gain_db, limit_dbtp=most_dbtp if is_hot else None)


def fade_length(crossfade_s: float, leaving: Part, coming: Part) -> float:
    """Return the crossfade's length: as set, but never longer than a third of either song."""
    return max(0.0, min(crossfade_s, leaving.length_s / 3, coming.length_s / 3))


def handover(leaving: Part, ear_s: float, length_s: float) -> Handover:
    """Plan the passage at the end of ``leaving``, of which the room now hears ``ear_s``.

    When less than the whole length can still be shaped, it is shorter; when hardly any can, the songs are joined.
    """
    start = max(leaving.end_s - length_s, ear_s + LEAD_S)
    left = leaving.end_s - start
    return Handover(start, left) if left >= SHORTEST_FADE_S else Handover(max(leaving.end_s, ear_s), 0.0)


def skip(leaving: Part, ear_s: float, length_s: float) -> Handover:
    """Plan the passage that begins as soon as it can be shaped."""
    return handover(Part(leaving.begin_s, min(leaving.end_s, ear_s + LEAD_S + length_s)), ear_s, length_s)


def cut(heard: Part) -> Fade | None:
    """Return how a song ends that is not played to its end and is followed by nothing."""
    length = min(CUT_FADE_S, heard.length_s / 3)
    return Fade(heard.end_s - length, length) if heard.cut else None
