"""Cues to vocal tracks: every phrase is sung once, however often it returns."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from stornello.providers.music.embedded.score import Cue, Phrase
from stornello.providers.music.embedded.singer import RATE, Samples, Singer, Voice

_LEAD_IN_S: Final = 0.35
"""Singing starts this much before a phrase's downbeat: consonants come before the beat."""
_FADE: Final = 2400
_LEVEL: Final = 0.1
"""Every phrase is brought to this root mean square: a line's vowels should not decide how loud it is."""


def lead_track(cues: Sequence[Cue], singer: Singer, voice: Voice, frames: int) -> Samples:
    """Return the lead voice alone: mono, ``frames`` long."""
    return _track([(cue.at_s, cue.phrase) for cue in cues], singer, voice, frames)


def second_track(cues: Sequence[Cue], singer: Singer, voice: Voice, frames: int) -> Samples:
    """Return the second voice alone; silent where nobody sings second."""
    return _track([(cue.at_s, cue.harmony) for cue in cues if cue.harmony], singer, voice, frames)


def _track(phrases: Sequence[tuple[float, Phrase]], singer: Singer, voice: Voice, frames: int) -> Samples:
    track = np.zeros(frames, np.float32)
    sung: dict[Phrase, Samples] = {}
    for at_s, phrase in phrases:
        if phrase not in sung:
            sung[phrase] = _levelled(singer.sing(phrase, voice, _LEAD_IN_S))
        start = int((at_s - _LEAD_IN_S) * RATE)
        part = sung[phrase][: frames - start]
        track[start : start + len(part)] += part
    return track


def _levelled(samples: Samples) -> Samples:
    power = float(np.sqrt(np.mean(samples**2)))
    level = samples * np.float32(_LEVEL / max(power, 1e-6))
    level[-_FADE:] *= np.linspace(1, 0, len(level[-_FADE:]), dtype=np.float32)
    return level
