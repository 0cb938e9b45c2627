"""Little melodies for the takes: a music box, each another tune, cheap enough to render on demand.

Notes are rendered once and kept; a tune only strings their samples together.
"""

import io
import math
import shutil
import sys
import tempfile
import wave
from array import array
from functools import lru_cache
from itertools import cycle
from pathlib import Path
from random import Random

from stornello import processes

RATE = 22050
_PROGRESSIONS = ((0, 5, 3, 4), (0, 3, 4, 0), (5, 3, 0, 4), (0, 4, 5, 3))
"""Degrees of the scale, counted from 0, one a bar."""

_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_STEPS_A_BAR = 8
_FADE_S = 0.6


def extension() -> str:
    """Return mp3 where ffmpeg is installed, else wav."""
    return "mp3" if shutil.which("ffmpeg") else "wav"


def take(seed: str, seconds: float) -> bytes:
    """Return the file of a take that is ``seconds`` long; another seed is another tune."""
    samples = _tune(Random(seed), round(seconds * RATE))  # noqa: S311 - music, not secrets
    return _mp3(_wav(samples)) if extension() == "mp3" else _wav(samples)


def _tune(dice: Random, length: int) -> "array[int]":
    key, step = dice.randrange(55, 63), dice.choice((5000, 5800, 6600))
    progression = dice.choice(_PROGRESSIONS)
    motif = [dice.choice((None, 0, 1, 2, 2, 4, 5, 7)) for _ in range(_STEPS_A_BAR * 2)]
    samples = array("h")
    for bar, root in enumerate(cycle(progression)):
        half = motif[(bar % 2) * _STEPS_A_BAR :][:_STEPS_A_BAR]
        for beat, wish in enumerate(half):
            bass = _pitch(key - 12, root) if beat in {0, 4} else None
            middle = _pitch(key, root + (0, 2, 4, 2)[beat % 4])
            samples.extend(_step(bass, middle, None if wish is None else _pitch(key + 12, root + wish), step))
        if len(samples) >= length:
            break
    del samples[length:]
    return _faded(samples)


def _pitch(key: int, degree: int) -> int:
    return key + 12 * (degree // 7) + _MAJOR[degree % 7]


@lru_cache(maxsize=1024)
def _step(bass: int | None, middle: int, melody: int | None, length: int) -> "array[int]":
    voices = [_note(middle, length, 3900)]
    voices += [_note(bass, length, 9000)] if bass else []
    voices += [_note(melody, length, 10500)] if melody else []
    return array("h", map(sum, zip(*voices, strict=True)))


@lru_cache(maxsize=512)
def _note(pitch: int, length: int, level: int) -> "array[int]":
    turn = 2 * math.pi * 440 * 2 ** ((pitch - 69) / 12) / RATE
    attack, release = 0.004 * RATE, 0.02 * RATE
    fall = 3.5 / length
    return array(
        "h",
        (
            round(
                level
                * min(1, n / attack, (length - n) / release)
                * math.exp(-fall * n)
                * (math.sin(turn * n) + 0.3 * math.sin(2 * turn * n))
            )
            for n in range(length)
        ),
    )


def _faded(samples: "array[int]") -> "array[int]":
    span = min(len(samples), round(_FADE_S * RATE))
    for n in range(span):
        samples[-1 - n] = samples[-1 - n] * n // span
    return samples


def _wav(samples: "array[int]") -> bytes:
    if sys.byteorder == "big":
        samples.byteswap()
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return buffer.getvalue()


def _mp3(sound: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "take.wav"), Path(folder, "take.mp3")
        source.write_bytes(sound)
        processes.run(
            [
                "ffmpeg",
                "-v",
                "error",
                "-nostdin",
                "-i",
                str(source),
                "-b:a",
                "64k",
                "-compression_level",
                "9",
                str(target),
            ],
            60,
        ).check_returncode()
        return target.read_bytes()
