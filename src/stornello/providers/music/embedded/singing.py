"""Passages to cues: each line gets its rhythm, melody and place; choruses get a second voice."""

from collections.abc import Iterator, Sequence
from typing import Final

from stornello.providers.music.embedded import melody, rhythm
from stornello.providers.music.embedded.score import (
    BARS_PER_LINE,
    BEATS_PER_BAR,
    SLOTS_PER_BAR,
    Cue,
    Key,
    Line,
    Passage,
    Phrase,
    SungNote,
)
from stornello.providers.music.embedded.singer import Voice
from stornello.providers.music.embedded.styles import Style

_SLOT_BEATS: Final = BEATS_PER_BAR / SLOTS_PER_BAR
_LAST_END_SLOT: Final = 15
_LONGEST_SLOTS: Final = 4.0
_CHORUS_LIFT: Final = 2
_MARGIN_BELOW, _MARGIN_ABOVE = 6, 8


def cues(passages: Sequence[Passage], style: Style, lead: Voice, second: Voice, seed: int) -> Iterator[Cue]:
    """Yield every sung line in order, at its place in the song."""
    bar = 0
    for passage in passages:
        for place, line in enumerate(passage.lines):
            phrase = _phrase(passage, place, line, style, lead, seed)
            harmony = _harmony(phrase, style.key, second) if passage.kind == "chorus" else None
            yield Cue(style.tempo.seconds(bar * BEATS_PER_BAR), line.text, phrase, harmony)
            bar += BARS_PER_LINE
        if not passage.lines:
            bar += len(passage.roots)


def _phrase(passage: Passage, place: int, line: Line, style: Style, voice: Voice, seed: int) -> Phrase:
    slots = rhythm.fit(line.stresses, style.pickup)
    roots = passage.roots[BARS_PER_LINE * place : BARS_PER_LINE * (place + 1)]
    shape = _shape(passage, place, style, voice)
    # The seed names the place, not the words: lines in the same place of two verses share their tune's whims.
    whim = (abs(seed), len(passage.kind), place % 4)
    pitches = melody.write(slots, roots, style.key, shape, whim)
    return Phrase(line.said, tuple(_notes(slots, pitches, style)))


def _shape(passage: Passage, place: int, style: Style, voice: Voice) -> melody.Shape:
    in_chorus = passage.kind == "chorus"
    last = place + 1 == len(passage.lines)
    contour = "fall" if last else style.contours[(place + in_chorus) % len(style.contours)]
    centre = (voice.low + voice.high) // 2 - 1 + (_CHORUS_LIFT if in_chorus else 0)
    low, high = max(voice.low, centre - _MARGIN_BELOW), min(voice.high, centre + _MARGIN_ABOVE)
    return melody.Shape(low, high, centre, contour, comes_home=in_chorus and last)


def _notes(slots: Sequence[float], pitches: Sequence[int], style: Style) -> Iterator[SungNote]:
    ends = [*slots[1:], min(slots[-1] + _LONGEST_SLOTS, _LAST_END_SLOT)]
    for start, end, pitch in zip(slots, ends, pitches, strict=True):
        held = min(end, start + _LONGEST_SLOTS)
        yield SungNote(style.tempo.seconds(start * _SLOT_BEATS), style.tempo.seconds(held * _SLOT_BEATS), pitch)


def _harmony(phrase: Phrase, key: Key, voice: Voice) -> Phrase:
    """Return the phrase a third higher, or a sixth lower where that lies better for ``voice``."""
    notes = tuple(SungNote(n.start_s, n.end_s, _within(third_above(n.pitch, key), voice)) for n in phrase.notes)
    return Phrase(phrase.said, notes)


def third_above(pitch: int, key: Key) -> int:
    """Return the pitch two scale steps higher."""
    above = [higher for higher in range(pitch + 1, pitch + 8) if higher % 12 in key.pitch_classes()]
    return above[1]


def _within(pitch: int, voice: Voice) -> int:
    while pitch > voice.high:
        pitch -= 12
    while pitch < voice.low:
        pitch += 12
    return pitch
