"""Voices and band to one stereo recording: voice in front, the band makes room for it."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pyloudnorm
from pedalboard import (  # type: ignore[attr-defined] # Pedalboard is exported, but not in its __all__
    Chorus,
    Compressor,
    Delay,
    HighpassFilter,
    HighShelfFilter,
    Limiter,
    LowpassFilter,
    LowShelfFilter,
    PeakFilter,
    Pedalboard,
    Reverb,
)
from scipy.signal import resample_poly

from stornello.providers.music.embedded.score import Instrument
from stornello.providers.music.embedded.singer import RATE, Samples

_METER_RATE: Final = 16_000
_VOICE_LUFS: Final = -16.5
_SECOND_LUFS: Final = -27.5
_BAND_LUFS: Final[Mapping[Instrument, float]] = {
    "drums": -21.0,
    "bass": -22.0,
    "keys": -25.0,
    "guitar": -26.5,
    "pad": -28.5,
    "lead": -28.5,
}
_ROOM: Final[Mapping[Instrument, float]] = {"drums": 0.25, "keys": 0.5, "guitar": 0.6, "lead": 0.8}
_MAKES_ROOM: Final = frozenset({"keys", "guitar", "pad", "lead"})
_DUCKING: Final = 0.25
_EFFECTS: Final[Mapping[Instrument, Pedalboard]] = {
    "drums": Pedalboard([Compressor(-18, 3, 6, 80), Limiter(-9, 60), HighShelfFilter(9000, 1.5)]),
    "bass": Pedalboard([HighpassFilter(35), Compressor(-20, 3, 6, 90), PeakFilter(900, 1.5, 0.8)]),
    "keys": Pedalboard([HighpassFilter(140), PeakFilter(2500, -2, 0.7)]),
    "guitar": Pedalboard([HighpassFilter(180), PeakFilter(2800, -2, 0.8)]),
    "pad": Pedalboard([HighpassFilter(220), LowpassFilter(6000), Chorus(0.3, 0.3, 9, 0, 0.4)]),
    "lead": Pedalboard([HighpassFilter(300), PeakFilter(2800, -2, 0.8)]),
}
_VOICE_CHAIN: Final = Pedalboard(
    [
        HighpassFilter(100),
        PeakFilter(280, -2.5, 0.9),
        Compressor(-24, 3.5, 4, 90),
        Compressor(-16, 2, 1, 60),
        PeakFilter(3200, 2.0, 0.8),
        HighShelfFilter(8000, 2.5),
    ]
)
_VOICE_ROOM: Final = Pedalboard(
    [HighpassFilter(250), LowpassFilter(7500), Reverb(room_size=0.55, damping=0.45, wet_level=1, dry_level=0)]
)
_SECOND_CHAIN: Final = Pedalboard(
    [
        HighpassFilter(160),
        Compressor(-24, 4, 3, 80),
        HighShelfFilter(7000, 1),
        Chorus(0.5, 0.25, 12, 0, 0.6),
        Reverb(room_size=0.6, wet_level=0.35, dry_level=0.65),
    ]
)
_BAND_ROOM: Final = Pedalboard(
    [HighpassFilter(300), LowpassFilter(8000), Reverb(room_size=0.4, damping=0.5, wet_level=1, dry_level=0)]
)
_GLUE: Final = Pedalboard(
    [HighpassFilter(28), Compressor(-20, 1.7, 25, 180), LowShelfFilter(110, 1.0), HighShelfFilter(9500, 1.5)]
)
_HOP: Final = 480


def at_loudness(samples: Samples, lufs: float) -> Samples:
    """Return ``samples`` (2, n) at this integrated loudness; silence stays silence. Source: ITU-R BS.1770-4."""
    mono = resample_poly(samples.mean(axis=0), 1, RATE // _METER_RATE)
    loudness = pyloudnorm.Meter(_METER_RATE).integrated_loudness(mono)
    gain = 10 ** ((lufs - loudness) / 20) if np.isfinite(loudness) else 1.0
    return np.asarray(samples * gain, np.float32)


def voice_bus(lead: Samples, beat_s: float) -> Samples:
    """Return the mono lead voice in stereo, with presence, a room, an echo in time and a little width."""
    dry = _VOICE_CHAIN(at_loudness(np.stack([lead, lead]), -18), RATE)
    dry = at_loudness(dry, _VOICE_LUFS)
    room = _VOICE_ROOM(dry * np.float32(0.5), RATE)
    echo = Pedalboard([Delay(0.75 * beat_s, 0.28, 1.0), HighpassFilter(400), LowpassFilter(3800)])(dry, RATE)
    width = Pedalboard([Chorus(0.7, 0.18, 9, 0, 1)])(dry, RATE)
    sides = np.array([[0.9], [1.1]], np.float32)
    return np.asarray(dry + 0.1 * room + 0.07 * echo * sides + 0.12 * width * sides[::-1], np.float32)


def second_bus(second: Samples) -> Samples:
    """Return the mono second voice wide and behind the lead."""
    if not second.any():
        return np.zeros((2, len(second)), np.float32)
    wet = _SECOND_CHAIN(at_loudness(np.stack([second, second]), -18), RATE)
    return at_loudness(wet, _SECOND_LUFS) * np.array([[1.15], [0.85]], np.float32)


class BandBus:
    """Adds the parts up one by one, so that only one of them is in memory at a time."""

    def __init__(self, lead: Samples) -> None:
        self._dry = np.zeros((2, len(lead)), np.float32)
        self._to_room = np.zeros((2, len(lead)), np.float32)
        self._ducking = _ducking(lead)

    def add(self, instrument: Instrument, part: Samples) -> None:
        """Put one part into the mix at its level."""
        sound = at_loudness(_EFFECTS[instrument](part, RATE), _BAND_LUFS[instrument])
        if instrument in _MAKES_ROOM:
            sound *= self._ducking
        self._dry += sound
        self._to_room += np.float32(_ROOM.get(instrument, 0.0)) * sound

    def sound(self) -> Samples:
        """Return the band in its room."""
        room = _BAND_ROOM(self._to_room, RATE)
        return self._dry + np.float32(0.09) * room


def _ducking(lead: Samples) -> Samples:
    """Return the gain, up to a quarter down, with which accompanying instruments make room for the voice."""
    power = np.convolve(np.abs(lead[::_HOP]) ** 2, np.ones(12) / 12, "same")
    present = np.clip(4 * np.sqrt(power) / (np.sqrt(power.max()) + 1e-9), 0, 1)
    smooth = np.convolve(present, np.ones(15) / 15, "same")
    envelope = np.interp(np.arange(len(lead)), np.arange(len(smooth)) * _HOP, smooth)
    return (1 - _DUCKING * envelope).astype(np.float32)


def glued(mix: Samples, ring_s: float) -> Samples:
    """Return the mix held together by soft compression, its last ``ring_s`` seconds faded out."""
    glue = _GLUE(mix, RATE)
    fade = int(ring_s * RATE)
    glue[:, -fade:] *= np.linspace(1, 0, fade, dtype=np.float32) ** 1.5
    return glue
