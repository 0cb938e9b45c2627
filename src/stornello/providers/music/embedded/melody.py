"""Pitches for a line: Viterbi over the scale, chord tones on strong beats, a shape from start to end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stornello.providers.music.embedded.score import SLOTS_PER_BAR, Key

Floats = NDArray[np.float64]

_CONTOURS: Final[dict[str, Callable[[float], float]]] = {
    # Scale steps above the centre, over the line's course from 0 to 1.
    "arch": lambda x: -1 + 4 * float(np.sin(np.pi * min(1.0, 1.05 * x))),
    "fall": lambda x: 3 - 4 * x,
    "rise": lambda x: -1 + 4 * x,
    "wave": lambda x: 1 + 2 * float(np.sin(2 * np.pi * x)),
    "flat": lambda x: 1 + 0.8 * float(np.sin(3 * np.pi * x)),
}
_LEAPS: Final = (0.55, 0.0, 0.35, 0.9, 1.2)
"""Cost of moving 0, 1, 2, ... scale steps: steps are easiest, a repeated note is dull."""
_WHIM: Final = 0.25


@dataclass(frozen=True, slots=True)
class Shape:
    """Where a line's melody lives: comfortable MIDI range, centre, contour name, and whether it ends on the tonic."""

    low: int
    high: int
    centre: int
    contour: str
    comes_home: bool


def write(slots: Sequence[float], roots: Sequence[int], key: Key, shape: Shape, seed: Sequence[int]) -> tuple[int, ...]:
    """Return a MIDI pitch within the shape's range for each slot; equal arguments give equal melodies.

    Source: Viterbi (1967); costs from song-craft.md's prototype.
    """
    scale = [pitch for pitch in range(shape.low, shape.high + 1) if pitch % 12 in key.pitch_classes()]
    pitches = np.array(scale)
    cost = _wishes(slots, shape, pitches) + _harmony(slots, roots, key, pitches)
    cost += np.random.default_rng(seed).normal(0, _WHIM, cost.shape)
    cost[-1] += _ending(roots, key, pitches, comes_home=shape.comes_home)
    return tuple(int(pitches[i]) for i in _cheapest_path(cost, _moves(len(scale))))


def _wishes(slots: Sequence[float], shape: Shape, pitches: NDArray[np.int_]) -> Floats:
    centre = int(np.argmin(np.abs(pitches - shape.centre)))
    course = [slot / max(1.0, slots[-1]) for slot in slots]
    wanted = centre + np.array([_CONTOURS[shape.contour](x) for x in course])
    return np.asarray(0.55 * np.abs(np.arange(len(pitches))[None, :] - wanted[:, None]))


def _harmony(slots: Sequence[float], roots: Sequence[int], key: Key, pitches: NDArray[np.int_]) -> Floats:
    rows = []
    for slot in slots:
        root = roots[min(len(roots) - 1, int(slot // SLOTS_PER_BAR))]
        strange = ~np.isin(pitches % 12, key.chord(root))
        rows.append(strange * (2.2 if slot % 4 == 0 else 0.9 if slot % 2 == 0 else 0.3))
    return np.array(rows)


def _ending(roots: Sequence[int], key: Key, pitches: NDArray[np.int_], *, comes_home: bool) -> Floats:
    strange = 6.0 * ~np.isin(pitches % 12, key.chord(roots[-1]))
    away = 4.0 * (pitches % 12 != key.tonic) if comes_home else 0.0
    return np.asarray(strange + away)


def _moves(count: int) -> Floats:
    distance = np.abs(np.subtract.outer(np.arange(count), np.arange(count)))
    near = np.array(_LEAPS)[np.minimum(distance, len(_LEAPS) - 1)]
    return np.where(distance < len(_LEAPS), near, 2 + 0.7 * distance)


def _cheapest_path(cost: Floats, moves: Floats) -> list[int]:
    total = cost[0]
    came_from = []
    for row in cost[1:]:
        ways = total[:, None] + moves
        came_from.append(ways.argmin(axis=0))
        total = row + ways.min(axis=0)
    path = [int(total.argmin())]
    for earlier in reversed(came_from):
        path.append(int(earlier[path[-1]]))
    return path[::-1]
