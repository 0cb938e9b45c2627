"""The pitch of a singing voice: glides between notes, vibrato that comes late, a little human drift."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stornello.providers.music.embedded.score import SungNote

Floats = NDArray[np.float64]

_GLIDE_S: Final = 0.09
_VIBRATO_HZ: Final = 5.6
_VIBRATO_SEMITONES: Final = 0.3
_VIBRATO_AFTER_S: Final = 0.22
_LONG_NOTE_S: Final = 0.35
_DRIFT_SEMITONES: Final = 0.05
_CONCERT_A: Final = 440.0


def pitch_curve(notes: Sequence[SungNote], times: Floats) -> Floats:
    """Return the pitch in Hz at each of ``times`` (seconds, evenly spaced, from the phrase's downbeat)."""
    starts = np.array([note.start_s for note in notes])
    place = np.clip(np.searchsorted(starts, times, side="right") - 1, 0, len(notes) - 1)
    midi = np.array([float(note.pitch) for note in notes])[place]
    frame_s = float(times[1] - times[0])
    midi = _smoothed(midi, int(_GLIDE_S / frame_s) | 1)
    for note in notes:
        _add_vibrato(midi, times, note)
    return np.asarray(_CONCERT_A * 2 ** ((midi + _drift(len(times)) - 69) / 12))


def _smoothed(curve: Floats, width: int) -> Floats:
    window = np.hanning(width + 2)[1:-1]
    padded = np.pad(curve, width // 2, mode="edge")
    return np.convolve(padded, window / window.sum(), "valid")


def _add_vibrato(midi: Floats, times: Floats, note: SungNote) -> None:
    if note.end_s - note.start_s <= _LONG_NOTE_S:
        return
    inside = (times >= note.start_s) & (times < note.end_s)
    since = times[inside] - note.start_s
    swell = np.clip((since - _VIBRATO_AFTER_S) / 0.25, 0, 1) * np.clip((note.end_s - times[inside]) / 0.08, 0, 1)
    midi[inside] += _VIBRATO_SEMITONES * swell * np.sin(2 * np.pi * _VIBRATO_HZ * since)


def _drift(frames: int) -> Floats:
    """The same drift for every phrase: unnoticed, and a repeated chorus stays the same to the byte."""
    window = np.hanning(25)
    noise = np.random.default_rng(1).standard_normal(frames + len(window) - 1)
    return _DRIFT_SEMITONES * np.convolve(noise, window / np.sqrt((window**2).sum()), "valid")
