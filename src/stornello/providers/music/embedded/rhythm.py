"""Syllables to eighth notes: stressed ones on the beat, one breath at the end of the line."""

from collections.abc import Sequence
from typing import Final

from stornello.providers import phonemes

MOST_SYLLABLES: Final = 14
"""Lines with more are cut in two before they come here."""

_LAST_START: Final = 12
"""The last syllable starts by here: it needs time to ring and the singer to breathe."""
_LATEST_ENTRY: Final = 3
_LONGEST_GAP: Final = 4
_GAP_COST: Final = {0.5: 1.0, 1.0: 0.0, 1.5: 0.5, 2.0: 0.35, 3.0: 1.0, 4.0: 2.0}
_ODD_GAP: Final = 1.6


def fit(stresses: Sequence[int], pickup: int) -> tuple[float, ...]:
    """Return the slot (eighth note, from 0 within two bars) where each syllable starts, strictly rising.

    Dynamic programming over (syllable, slot). Up to 13 syllables fit on eighths, up to 25 on sixteenths.
    Source: song-craft.md, "stress-aware rhythm".
    """
    step = 1.0 if len(stresses) <= _LAST_START + 1 else 0.5
    slots = [step * i for i in range(int(_LAST_START / step) + 1)]
    table: list[dict[float, tuple[float, float]]] = [
        {
            slot: (_place_cost(slot, stresses[0]) + 0.3 * abs(slot - pickup), -1.0)
            for slot in slots
            if slot <= _LATEST_ENTRY
        }
    ]
    for stress, before in zip(stresses[1:], stresses, strict=False):
        table.append(_next_row(table[-1], slots, stress, before))
    last = min(table[-1], key=lambda slot: (table[-1][slot][0] + _ending_cost(slot), slot))
    return _walk_back(table, last)


def _next_row(
    row: dict[float, tuple[float, float]], slots: Sequence[float], stress: int, before: int
) -> dict[float, tuple[float, float]]:
    following = {}
    for slot in slots:
        ways = [
            (cost + _gap_cost(slot - earlier, before), earlier)
            for earlier, (cost, _) in row.items()
            if 0 < slot - earlier <= _LONGEST_GAP
        ]
        if ways:
            cost, earlier = min(ways)
            following[slot] = (cost + _place_cost(slot, stress), earlier)
    return following


def _place_cost(slot: float, stress: int) -> float:
    """Weak syllables like off-beats, stressed ones like beats, and the first beat of a bar most."""
    if slot % 1:
        return 1.2
    if slot % 2:
        return 0.5 * stress
    strong = slot % 4 == 0
    if stress == phonemes.WEAK:
        return 0.35 if strong else 0.15
    return -(0.6 if strong else 0.3) * stress


def _gap_cost(gap: float, stress: int) -> float:
    long_and_weak = 0.3 if gap >= 2 and stress == phonemes.WEAK else 0.0  # noqa: PLR2004 - a quarter note
    return _GAP_COST.get(gap, _ODD_GAP) + long_and_weak


def _ending_cost(slot: float) -> float:
    on_beat = 0.0 if slot % 4 == 0 else 0.4 if slot % 2 == 0 else 1.5
    return on_beat - 0.06 * slot


def _walk_back(table: Sequence[dict[float, tuple[float, float]]], last: float) -> tuple[float, ...]:
    places = [last]
    for row in reversed(table[1:]):
        places.append(row[places[-1]][1])
    return tuple(reversed(places))
