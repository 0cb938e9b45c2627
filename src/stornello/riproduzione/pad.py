"""The bed's sound: a soft pad of four slow chords, computed by the standard library alone, a pure function of a seed.

Run as a program, ``python -m stornello.riproduzione.pad FILE``, it writes the sound there: a process of its own, for in
the DJ's it would hold the interpreter for a second. Measured: 1.1 s of a processor, 59 MB.
"""

import math
import operator
import random
import struct
import sys
import zlib
from array import array
from collections.abc import Sequence
from itertools import repeat
from pathlib import Path
from typing import Final

from stornello.spool import atomic

RATE: Final = 16_000
"""Samples a second: there is nothing above 1.5 kHz in it."""

CHORD_S: Final = 16
"""How long a chord lasts, from the middle of one change to the middle of the next."""

LENGTH_S: Final = 4 * CHORD_S
LOUDNESS_LUFS: Final = -23.0
TRUE_PEAK_DBTP: Final = -12.0
"""No higher (measured with two seeds: -13.2 and -12.8)."""

_CHANGE_S: Final = 6
"""How long one chord and the next sound together, equal power."""

_ATTACK_S: Final = 0.5
"""How softly the first chord begins where nothing sounded before it; short enough that no crossfade dips by it."""

_CYCLE_S: Final = 4
"""All frequencies are whole multiples of 1 / 4 Hz, so that a chord is a few seconds of sound, repeated."""

_RMS: Final = 0.0565
"""Of each channel; makes LOUDNESS_LUFS (measured by EBU R 128)."""

_HARMONICS: Final = (1.0, 0.32, 0.10, 0.03)
_SIDE: Final = 0.4
"""What differs between left and right, against what is the same: a mono system hears no beating."""

_HIGHEST_HZ: Final = 1500.0

_CHORDS: Final = (
    ((48, 55, 59, 64), (45, 52, 60, 67), (41, 53, 60, 64), (43, 50, 57, 62)),  # Cmaj7  Am7   Fmaj7  Gsus2
    ((45, 52, 59, 60), (41, 53, 57, 64), (48, 55, 62, 64), (43, 55, 59, 62)),  # Am9    Fmaj7 Cadd9  G
    ((41, 53, 57, 64), (43, 55, 57, 62), (45, 52, 60, 64), (48, 55, 60, 62)),  # Fmaj7  Gadd9 Am     Cadd9
)
"""MIDI notes: what stays between two chords stays in its voice."""


def samples(seed: int) -> "array[int]":
    """Return the bed, two interleaved channels of 16 bits. The same seed makes the same sound, another another one."""
    chance = random.Random(seed)  # noqa: S311 - music, no secret
    key = chance.randint(-3, 3)
    sides = [array("d", bytes(8 * LENGTH_S * RATE)), array("d", bytes(8 * LENGTH_S * RATE))]
    for number, chord in enumerate(chance.choice(_CHORDS)):
        cycle = _cycle([note + key for note in chord], chance)
        begin = max(0, number * CHORD_S * RATE - _CHANGE_S * RATE // 2)
        shape = _shape(is_first=number == 0, is_last=number == len(_CHORDS[0]) - 1)
        for side, wave in zip(sides, cycle, strict=True):
            turned = begin % len(wave)  # the phase that it would have, had it sounded from the beginning on
            sound = (wave[turned:] + wave[:turned]) * (len(shape) // len(wave) + 1)
            part = side[begin : begin + len(shape)]
            side[begin : begin + len(shape)] = array("d", map(operator.add, part, map(operator.mul, sound, shape)))
    both = array("h", bytes(4 * LENGTH_S * RATE))
    both[0::2], both[1::2] = (array("h", map(round, side)) for side in sides)
    return both


def _cycle(chord: Sequence[int], chance: random.Random) -> tuple["array[float]", "array[float]"]:
    """Return a cycle of the chord's sound on the left and on the right, in 16-bit units."""
    frames = _CYCLE_S * RATE
    middle, side = array("d", bytes(8 * frames)), array("d", bytes(8 * frames))
    for note in chord:
        base_hz = 440 * 2 ** ((note - 69) / 12)
        for number, level in enumerate(_HARMONICS, 1):
            if (hertz := base_hz * number) > _HIGHEST_HZ:
                break
            turns = round(hertz * _CYCLE_S)
            soft = level / (1 + (hertz / 600) ** 2)
            _add(middle, turns, soft, chance.random())
            _add(side, turns + chance.choice((-1, 1)), soft * _SIDE, chance.random())
    rms = math.sqrt((sum(map(operator.mul, middle, middle)) + sum(map(operator.mul, side, side))) / frames)
    gain = repeat(_RMS * 32768 / rms)
    middle, side = (array("d", map(operator.mul, one, gain)) for one in (middle, side))
    return array("d", map(operator.add, middle, side)), array("d", map(operator.sub, middle, side))


def _add(wave: "array[float]", turns: int, level: float, phase: float) -> None:
    """Add a sine of ``turns`` whole periods. Its sum with any other such is as strong at every phase."""
    step, begin = 2 * math.pi * turns / len(wave), 2 * math.pi * phase
    for at in range(len(wave)):
        wave[at] += level * math.sin(begin + step * at)


def _shape(*, is_first: bool, is_last: bool) -> "array[float]":
    """Return how a chord swells and fades. The last one does not fade: the passage to the next piece does that."""
    change = _CHANGE_S * RATE
    rise = [math.sin(math.pi / 2 * at / change) for at in range(change)]
    attack = [at / (_ATTACK_S * RATE) for at in range(int(_ATTACK_S * RATE))]
    full = CHORD_S * RATE - change
    held = full + change // 2
    if is_first:
        return array("d", [*attack, *repeat(1.0, held - len(attack)), *reversed(rise)])
    if is_last:
        return array("d", [*rise, *repeat(1.0, held)])
    return array("d", [*rise, *repeat(1.0, full), *reversed(rise)])


def wav(seed: int) -> bytes:
    """Return the bed as a WAV file that carries its own checksum, so that a damaged one is known as such."""
    sound = samples(seed)
    if sys.byteorder == "big":
        sound.byteswap()
    data = sound.tobytes()
    about = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 2, RATE, 4 * RATE, 4, 16)
    check = struct.pack("<4sII", b"crc ", 4, zlib.crc32(data))
    chunks = about + struct.pack("<4sI", b"data", len(data)) + data + check
    return struct.pack("<4sI4s", b"RIFF", 4 + len(chunks), b"WAVE") + chunks


def is_whole(file: bytes) -> bool:
    """Return whether ``file`` is what :func:`wav` made, of whatever seed, to the last bit."""
    head = 12 + 24 + 8
    data = memoryview(file)[head:-12]
    return len(data) == 4 * LENGTH_S * RATE and file[-12:] == struct.pack("<4sII", b"crc ", 4, zlib.crc32(data))


if __name__ == "__main__":
    atomic.write(Path(sys.argv[1]), wav(int(sys.argv[2])), durable=False)
