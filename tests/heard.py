"""What a recording of the room tells of the songs in it, sample by sample.

The songs are :func:`a_song`'s: noise with nothing above 2 kHz, each unlike the other. So the level of each in the mix
follows by least squares, and whatever sounds above 3.5 kHz is a fault: a click, or the steps ("zipper") of a gain that
jumps.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import curve_fit
from scipy.signal import correlate, firwin, oaconvolve, resample_poly

from recorded_room import RATE, Sound

BLOCK: Final = RATE // 200
"""Samples of 5 ms: one figure of a gain, of a level, of the faults."""

SILENCE_DBFS: Final = -60.0
"""Below this a room hears nothing."""

AUDIBLE: Final = 10 ** (SILENCE_DBFS / 20)

_LOUD: Final = 0.12
"""The songs' root mean square, about -18 dBFS: two of them together stay far from full scale."""

_NOTHING: Final = 1e-12

Figures = npt.NDArray[np.float64]


def a_song(seconds: float, seed: int) -> Sound:
    """Return noise that falls by 3 dB an octave and has nothing above 2 kHz, the same one for the same ``seed``."""
    count = round(seconds * RATE)
    frequency = np.fft.rfftfreq(count, 1 / RATE)
    slope = np.where((frequency > 60) & (frequency < 2000), 1 / np.sqrt(np.maximum(frequency, 1)), 0)
    noise = np.random.default_rng(seed).standard_normal((2, count))
    pink = np.fft.irfft(np.fft.rfft(noise) * slope, count)
    song: Sound = (pink.T * (_LOUD / np.sqrt(np.mean(pink**2)))).astype(np.float32)
    return song


@dataclass(frozen=True)
class Heard:
    """``song`` is heard ``at_s`` seconds into the recording (its own 0, whether or not that was played)."""

    song: Sound
    at_s: float


def find(recording: Sound, song: Sound, probe_s: float = 1.0, from_s: float = 0.0) -> Heard:
    """Return when the song is heard, to the sample, by the second of it that begins at ``probe_s``.

    ``from_s``: not in what was recorded before. Raises LookupError: that second is not in the recording.
    """
    first, probe = round(probe_s * RATE), song[round(probe_s * RATE) : round((probe_s + 1) * RATE), 0]
    skipped = round(from_s * RATE)
    matches = correlate(recording[skipped:, 0], probe, "valid", "fft")
    best = int(np.argmax(matches))
    if matches[best] < 0.3 * float(probe @ probe):  # another song reaches 0.1 by chance
        raise LookupError("the song is not heard")
    return Heard(song, (best + skipped - first) / RATE)


def gains(recording: Sound, songs: tuple[Heard, ...], from_s: float, to_s: float) -> Figures:
    """Return each song's amplitude gain in the mix, a row a block of 5 ms between two moments, by least squares."""
    begin, count = round(from_s * RATE), round((to_s - from_s) * RATE) // BLOCK
    sources = [_blocks(_cut(song.song, begin - round(song.at_s * RATE), count * BLOCK)) for song in songs]
    mix = _blocks(_cut(recording, begin, count * BLOCK))
    found = np.zeros((count, len(songs)))
    for block in range(count):
        parts = np.stack([source[block] for source in sources], axis=1)
        found[block] = np.linalg.lstsq(parts, mix[block], rcond=None)[0]
    return found


@dataclass(frozen=True)
class Passage:
    """How one song became the next. Levels are those of both together against one alone.

    ``dip_db`` (at most 0) and ``bump_db`` (at least 0) are the extremes of the power sum of both gains, each against
    the song's own steady gain, in blocks of 5 ms. ``gap_ms`` counts blocks of the mix below -60 dBFS. ``zipper_dbc`` is
    the 99th percentile, over blocks, of what sounds above 3.5 kHz, against the songs' level; ``click_dbfs`` its highest
    peak. ``start_error_ms`` is how much later the coming song's slope begins than the leaving one's,
    ``length_error_ms`` how much longer either slope is than it was to be, whichever is further off. ``fall_s`` is when
    the leaving song's slope begins, in its own time. These three suppose quarter sines; NaN where there are none.
    """

    dip_db: float
    bump_db: float
    gap_ms: float
    zipper_dbc: float
    click_dbfs: float
    start_error_ms: float
    length_error_ms: float
    fall_s: float


def passage(recording: Sound, leaving: Heard, coming: Heard, around_s: tuple[float, float], fade_s: float) -> Passage:
    """Analyse the passage that lies between two moments of the recording, with half a second of calm on either side."""
    begin, end = around_s
    both = gains(recording, (leaving, coming), begin, end)
    calm = round(0.3 * RATE / BLOCK)
    away, near = both[:, 0] / np.median(both[:calm, 0]), both[:, 1] / np.median(both[-calm:, 1])
    power = 10 * np.log10(np.maximum(away**2 + near**2, _NOTHING))
    times = begin + (np.arange(len(both)) + 0.5) * BLOCK / RATE
    fall_at, fall_s = _slope(times, away[::-1], fade_s, backwards=True)
    rise_at, rise_s = _slope(times, near, fade_s)
    mix = _cut(recording, round(begin * RATE), round((end - begin) * RATE))
    return Passage(
        dip_db=min(0.0, float(power.min())),
        bump_db=max(0.0, float(power.max())),
        gap_ms=5.0 * int(np.sum(np.abs(_blocks(mix)).max(axis=1) < AUDIBLE)),
        zipper_dbc=zipper_dbc(recording, begin, end),
        click_dbfs=click_dbfs(recording, begin, end),
        start_error_ms=(rise_at - fall_at) * 1000,
        length_error_ms=max((fall_s - fade_s, rise_s - fade_s), key=abs) * 1000,
        fall_s=fall_at - leaving.at_s,
    )


def zipper_dbc(recording: Sound, from_s: float, to_s: float) -> float:
    """Return the 99th percentile over blocks of 5 ms of what sounds above 3.5 kHz, against the level of all."""
    faults, mix = _faults(recording, from_s, to_s)
    levels = np.sqrt(np.mean(_blocks(faults) ** 2, axis=1))
    carrier = float(np.sqrt(np.mean(mix.astype(np.float64) ** 2)))
    return _db(float(np.percentile(levels, 99)) / max(carrier, _NOTHING))


def click_dbfs(recording: Sound, from_s: float, to_s: float) -> float:
    """Return the highest peak of what sounds above 3.5 kHz."""
    return _db(float(np.abs(_faults(recording, from_s, to_s)[0]).max()))


def silences(recording: Sound) -> Figures:
    """Return when it is below -60 dBFS: a row a stretch, its beginning and its end in seconds, to a block of 5 ms."""
    silent = np.abs(_blocks(recording)).max(axis=1) < AUDIBLE
    edges = np.flatnonzero(np.diff(np.concatenate(([False], silent, [False])).astype(np.int8)))
    return edges.reshape(-1, 2).astype(np.float64) * (BLOCK / RATE)


def longest_silence_s(recording: Sound) -> float:
    """Return the longest stretch below -60 dBFS, in seconds, to a block of 5 ms."""
    return float(np.max(np.diff(silences(recording)), initial=0))


def peak_dbfs(recording: Sound) -> float:
    """Return the highest sample."""
    return _db(float(np.abs(recording).max(initial=0)))


def true_peak_dbtp(recording: Sound) -> float:
    """Return the highest peak, between the samples too.

    Source: ITU-R BS.1770-4, annex 2: four times as many samples.
    """
    return peak_dbfs(resample_poly(recording, 4, 1, axis=0))


_HIGH: Final = firwin(1023, 3500, fs=RATE, pass_zero=False, window=("kaiser", 12.3))  # 120 dB down at 3.2 kHz
_EDGE: Final = 512


def _faults(recording: Sound, from_s: float, to_s: float) -> tuple[Figures, Sound]:
    begin, count = round(from_s * RATE), round((to_s - from_s) * RATE)
    wide = _cut(recording, begin - _EDGE, count + 2 * _EDGE).astype(np.float64)
    high = oaconvolve(wide, _HIGH[:, None], "same", axes=0)
    return high[_EDGE : _EDGE + count], _cut(recording, begin, count)


def _slope(times: Figures, gain: Figures, fade_s: float, *, backwards: bool = False) -> tuple[float, float]:
    """Return when a quarter sine begins and how long it is, by the middle of its course; NaN where there is none."""
    gain = np.clip(gain, 0, 1)
    middle = (gain > 0.1) & (gain < 0.99)
    if middle.sum() < 10:
        return float("nan"), float("nan")
    if backwards:
        times = -times[::-1]
    (start, length), _ = curve_fit(
        lambda at, start, length: np.sin(np.clip((at - start) / length, 0, 1) * np.pi / 2),
        times[middle],
        gain[middle],
        p0=(times[middle][0], fade_s),
    )
    return (float(-start - length), float(length)) if backwards else (float(start), float(length))


def _cut(sound: Sound, begin: int, count: int) -> Sound:
    """Return ``count`` samples from ``begin``, silence where there are none."""
    piece = np.zeros((count, 2), np.float32)
    first, last = max(begin, 0), min(begin + count, len(sound))
    if last > first:
        piece[first - begin : last - begin] = sound[first:last]
    return piece


def _blocks(sound: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Return blocks of 5 ms, both channels of each in one row."""
    count = len(sound) // BLOCK
    return sound[: count * BLOCK].reshape(count, -1)


def _db(ratio: float) -> float:
    return 20 * float(np.log10(max(ratio, _NOTHING)))
