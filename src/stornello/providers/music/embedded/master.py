"""The last step: -14 LUFS, no true peak over -1 dBTP after encoding, and an MP3 that is whole or not there."""

from pathlib import Path
from typing import Final

import numpy as np
import pyloudnorm
from pedalboard import Clipping, Gain, Limiter, Pedalboard  # type: ignore[attr-defined] # exported, not in __all__
from pedalboard.io import AudioFile
from scipy.signal import resample_poly

from stornello.providers.music.embedded.singer import RATE, Samples
from stornello.spool import atomic

MASTER_LUFS: Final = -14.0
_CEILING_DBTP: Final = -2.0
"""A decibel below what we promise: MP3 encoding moves the peaks."""
_CLOSE_ENOUGH: Final = 0.1
_LIMITERS_ADD: Final = 19.7
"""Decibels that the two limiters' own make-up gain brings, as measured; the search starts from there."""

_ROUNDS: Final = 6
_KBPS: Final = 192


def mastered(mix: Samples) -> Samples:
    """Return the mix (2, n) at -14 LUFS with true peaks at most -2 dBTP. Source: EBU R 128, ITU-R BS.1770-4."""
    meter = pyloudnorm.Meter(RATE)
    gain = MASTER_LUFS - meter.integrated_loudness(mix.T) - _LIMITERS_ADD
    for _ in range(_ROUNDS):
        loud = _limited(mix, gain)
        missing = MASTER_LUFS - meter.integrated_loudness(loud.T)
        if abs(missing) < _CLOSE_ENOUGH:
            break
        gain += 1.3 * missing  # part of every decibel goes into the limiters
    over = max(0.0, true_peak_dbtp(loud) - _CEILING_DBTP)
    return loud * np.float32(10 ** (-over / 20))


def _limited(mix: Samples, gain_db: float) -> Samples:
    board = Pedalboard([Gain(gain_db), Limiter(-6.0, 60), Gain(3.2), Limiter(-2.9, 40), Clipping(-2.4)])
    return np.asarray(board(mix, RATE), np.float32)


def true_peak_dbtp(samples: Samples) -> float:
    """Return the true peak of (channels, n) samples, four times oversampled. Source: ITU-R BS.1770-4, annex 2."""
    peak = max(float(np.abs(resample_poly(channel, 4, 1)).max()) for channel in samples)
    return 20 * float(np.log10(peak + 1e-12))


def write_mp3(samples: Samples, path: Path) -> None:
    """Write ``path`` whole or not at all: beside it, to the disk, then renamed."""
    part = path.with_name(f".{path.name}{atomic.PART}")
    with (
        part.open("wb") as file,
        AudioFile(file, "w", samplerate=RATE, num_channels=2, quality=_KBPS, format="mp3") as encoder,
    ):
        encoder.write(samples)
    atomic.sync_file(part)
    atomic.move(part, path)
