"""The pub around a voice: neighbours, glasses and hum. Only :mod:`make_voices` needs this."""

from collections.abc import Callable, Sequence

import numpy as np

from stornello.samples.kokoro import RATE, Samples

_NEIGHBOURS_DB, _HUM_DB, _GLASSES_DB = 0.0, -8.0, -14.0
_SECONDS_BETWEEN_GLASSES = 2.2


def pub(neighbours: Sequence[Samples], length: int, chance: np.random.Generator) -> Samples:
    """Return ``length`` samples of a busy room, at 1.0 RMS."""
    room = (
        _level(_babble(neighbours, length, chance), _NEIGHBOURS_DB)
        + _level(_hum(length, chance), _HUM_DB)
        + _level(_glasses(length, chance), _GLASSES_DB)
    )
    return _level(room, 0.0)


def over(voice: Samples, noise: Samples, snr_db: float) -> Samples:
    """Return ``voice`` with ``noise`` so far below it; the voice's level is that of its loud half, pauses left out."""
    frames = voice[: len(voice) // 480 * 480].reshape(-1, 480)
    power = np.mean(frames**2, axis=1)
    spoken = np.sqrt(np.mean(power[power >= np.median(power)]))
    return np.asarray(voice + noise * spoken * 10 ** (-snr_db / 20), np.float32)


def rms(sound: Samples) -> float:
    """Return the root mean square."""
    return float(np.sqrt(np.mean(sound.astype(np.float64) ** 2)))


def _level(sound: Samples, db: float) -> Samples:
    return np.asarray(sound * (10 ** (db / 20) / rms(sound)), np.float32)


def _babble(neighbours: Sequence[Samples], length: int, chance: np.random.Generator) -> Samples:
    """Everybody twice, at different moments, heard from across the room."""
    room = np.zeros(length, np.float32)
    for voice in (*neighbours, *neighbours):
        start = int(chance.integers(len(voice)))
        room += np.resize(np.roll(_level(voice, 0.0), -start), length) * np.float32(chance.uniform(0.5, 1.0))
    return _shaped(room, lambda hz: 1 / (1 + (hz / 2500) ** 2))


def _hum(length: int, chance: np.random.Generator) -> Samples:
    """Brown noise, without what no loudspeaker plays."""
    white = chance.standard_normal(length).astype(np.float32)
    return _shaped(white, lambda hz: np.where(hz > 60, 1 / np.maximum(hz, 1.0), 0.0))  # noqa: PLR2004 - Hz: below it nothing is heard


def _glasses(length: int, chance: np.random.Generator) -> Samples:
    """Now and then two glasses meet: three bright partials that die away."""
    room = np.zeros(length, np.float32)
    t = np.arange(RATE // 2) / RATE
    for _ in range(max(1, round(length / RATE / _SECONDS_BETWEEN_GLASSES))):
        tones = [np.sin(2 * np.pi * hz * t) for hz in chance.uniform(2000, 6500, 3)]
        clink = np.sum(tones, axis=0) * np.exp(-t / chance.uniform(0.03, 0.09)) * chance.uniform(0.4, 1.0)
        at = int(chance.integers(max(1, length - len(clink))))
        room[at : at + len(clink)] += clink.astype(np.float32)[: length - at]
    return room


def _shaped(sound: Samples, gain: Callable[[np.ndarray], np.ndarray]) -> Samples:
    """Return ``sound`` with each frequency (Hz) multiplied by ``gain``."""
    spectrum = np.fft.rfft(sound)
    return np.asarray(np.fft.irfft(spectrum * gain(np.fft.rfftfreq(len(sound), 1 / RATE)), len(sound)), np.float32)
