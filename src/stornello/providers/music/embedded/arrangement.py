"""The band's parts: drums, bass, keys, guitar, pad, and a lead instrument for intro, chorus and outro."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from stornello.domain.songs import SectionKind
from stornello.providers.music.embedded.score import BEATS_PER_BAR, BandNote, Instrument, Part, Passage
from stornello.providers.music.embedded.styles import Steps, Style

_KICK, _CLAP, _HAT, _OPEN_HAT, _CRASH, _SHAKER = 36, 39, 42, 46, 49, 70
_FILL: Final = ((2.5, 45, 80), (2.75, 45, 84), (3.0, 47, 90), (3.25, 47, 90), (3.5, 50, 96), (3.75, 38, 104))
_LOUDNESS: Final = {"X": 98, "x": 80, "o": 52}
_STEP: Final = 0.25
_LOWEST_BASS: Final = 29
_HAND_JITTER: Final = 0.008
_VELOCITY_JITTER: Final = 4.0
_STRUM_DELAY: Final = 0.012


@dataclass(frozen=True, slots=True)
class _Bar:
    """One bar of the song, with what a player looks at: where it is, which chord, and what comes next."""

    start: float
    kind: SectionKind
    root: int
    place: int
    last: bool
    alone: bool

    @property
    def full(self) -> bool:
        return self.kind == "chorus"


def arrange(passages: Sequence[Passage], style: Style, seed: int) -> list[Part]:
    """Return every part, with small human deviations in time and strength; equal arguments give equal parts."""
    chance = np.random.default_rng((abs(seed), 7))
    bars = list(_bars(passages))
    return [
        Part(
            name, style.programs.get(name, 0), tuple(_human(note, chance) for bar in bars for note in play(bar, style))
        )
        for name, play in _PLAYERS.items()
    ]


def _bars(passages: Sequence[Passage]) -> Iterator[_Bar]:
    start = 0.0
    for passage in passages:
        for place, root in enumerate(passage.roots):
            last = place + 1 == len(passage.roots)
            yield _Bar(start, passage.kind, root, place, last, not passage.lines)
            start += BEATS_PER_BAR


def voicing(style: Style, root: int, low: int, notes: int = 3) -> list[int]:
    """Return the chord's lowest close position from MIDI pitch ``low`` up."""
    wanted = set(style.key.chord(root))
    return [pitch for pitch in range(low, low + 36) if pitch % 12 in wanted][:notes]


def _hits(bar: _Bar, steps: Steps) -> Iterator[tuple[float, int]]:
    for place, mark in enumerate(steps):
        if mark in _LOUDNESS:
            yield bar.start + place * _STEP, _LOUDNESS[mark]


def _drums(bar: _Bar, style: Style) -> Iterator[BandNote]:
    groove = style.groove
    if bar.kind == "outro" and bar.alone and bar.last:
        yield BandNote(bar.start, 2, _CRASH, 88)
        yield BandNote(bar.start, 0.2, _KICK, 98)
        return
    if bar.alone and bar.kind == "intro" and bar.place < 2:  # noqa: PLR2004 - the band comes in half-way
        return
    kit = (
        (groove.full_kick if bar.full else groove.kick, _KICK, 0),
        (groove.snare, groove.snare_key if bar.full else groove.verse_snare_key, 0 if bar.full else -14),
        (groove.hat, _HAT, -22),
        (groove.shaker, _SHAKER, -18),
    )
    for steps, pitch, softer in kit:
        for beat, strength in _hits(bar, steps):
            yield BandNote(beat, 0.2, pitch, strength + softer)
    if bar.full:
        yield from _chorus_drums(bar)
    if bar.last and bar.place:
        yield from (BandNote(bar.start + beat, 0.2, pitch, strength) for beat, pitch, strength in _FILL)


def _chorus_drums(bar: _Bar) -> Iterator[BandNote]:
    for beat in (1, 3):
        yield BandNote(bar.start + beat, 0.2, _CLAP, 52)
    yield BandNote(bar.start + 3.5, 0.2, _OPEN_HAT, 66)
    if bar.place == 0:
        yield BandNote(bar.start, 2, _CRASH, 94)


def _bass(bar: _Bar, style: Style) -> Iterator[BandNote]:
    root, _, fifth = style.key.chord(bar.root)
    low = _LOWEST_BASS + (root - _LOWEST_BASS) % 12
    if bar.alone and (bar.kind == "outro" or bar.place < 2):  # noqa: PLR2004 - the band comes in half-way
        yield BandNote(bar.start, 3.8, low, 84)
        return
    hits = list(_hits(bar, style.groove.bass))
    ends = [*(beat for beat, _ in hits[1:]), bar.start + BEATS_PER_BAR]
    for number, ((beat, strength), end) in enumerate(zip(hits, ends, strict=True)):
        octave = style.groove.name == "disco" and number % 2 == 1
        walk = fifth if number == len(hits) - 1 and not octave else root
        yield BandNote(beat, 0.92 * (end - beat), low + (walk - root) % 12 + 12 * octave, strength)


def _keys(bar: _Bar, style: Style) -> Iterator[BandNote]:
    chord = voicing(style, bar.root, 55)
    if bar.alone and bar.kind == "outro" and bar.last:
        yield from (BandNote(bar.start + 0.04 * n, 4, pitch, 78) for n, pitch in enumerate([*chord, chord[0] + 12]))
    elif style.broken_keys and not bar.full:
        order = (0, 2, 1, 2)
        for eighth in range(8):
            strength = 66 if eighth % 4 == 0 else 50
            yield BandNote(bar.start + eighth / 2, 0.9, chord[order[eighth % 4]], strength)
    else:
        for beat, strength in _hits(bar, style.groove.keys):
            yield from (BandNote(beat, 0.45, pitch, strength - 18) for pitch in chord)


def _guitar(bar: _Bar, style: Style) -> Iterator[BandNote]:
    if bar.alone:
        return
    strings = voicing(style, bar.root, 50, notes=4)
    for beat, strength in _hits(bar, style.groove.strum):
        down = beat % 1 == 0
        for number, pitch in enumerate(strings if down else strings[::-1]):
            yield BandNote(beat + _STRUM_DELAY * number, 0.5, pitch, strength - 26 - 2 * number - 6 * (not bar.full))


def _pad(bar: _Bar, style: Style) -> Iterator[BandNote]:
    for pitch in voicing(style, bar.root, 57):
        yield BandNote(bar.start, 4.05, pitch, 70 if bar.full else 54)


def _lead(bar: _Bar, style: Style) -> Iterator[BandNote]:
    """Play a small figure on the chord when nobody sings, and soft eighths over a chorus."""
    tones = voicing(style, bar.root, 69, notes=4)
    if bar.alone and not (bar.kind == "outro" and bar.last):
        figure = ((0, 1.0, 0), (1, 0.5, 1), (1.5, 1.0, 2), (2.5, 0.5, 1), (3, 1.0, (3, 0)[bar.place % 2]))
        yield from (BandNote(bar.start + beat, beats, tones[tone], 82) for beat, beats, tone in figure)
    elif bar.full:
        order = (0, 2, 1, 3, 2, 3, 1, 2)
        yield from (BandNote(bar.start + n / 2, 0.4, tones[tone], 46) for n, tone in enumerate(order))


def _human(note: BandNote, chance: np.random.Generator) -> BandNote:
    late, harder = chance.normal(0, _HAND_JITTER), chance.normal(0, _VELOCITY_JITTER)
    velocity = int(np.clip(note.velocity + harder, 20, 120))
    return BandNote(max(0.0, note.beat + late), note.beats, note.pitch, velocity)


_PLAYERS: Final[dict[Instrument, Callable[[_Bar, Style], Iterator[BandNote]]]] = {
    "drums": _drums,
    "bass": _bass,
    "keys": _keys,
    "guitar": _guitar,
    "pad": _pad,
    "lead": _lead,
}
