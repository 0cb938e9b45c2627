"""What makes one song unlike the next: key, tempo, chords, groove and players, drawn from the seed."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from stornello.domain.songs import SectionKind
from stornello.providers.music.embedded.score import Instrument, Key, Tempo

MAJOR: Final = (0, 2, 4, 5, 7, 9, 11)
MINOR: Final = (0, 2, 3, 5, 7, 8, 10)

_STICK, _SNARE = 37, 38

Steps = str
"""A bar in sixteenth notes: ``X`` accented, ``x`` played, ``o`` soft, ``.`` silent."""


@dataclass(frozen=True, slots=True)
class Groove:
    """How the band moves. ``full`` patterns are for choruses; the verse's snare may be another drum."""

    name: str
    bpm: tuple[int, int]
    swing: float
    kick: Steps
    full_kick: Steps
    snare: Steps
    hat: Steps
    shaker: Steps
    bass: Steps
    keys: Steps
    strum: Steps
    snare_key: int = _SNARE
    verse_snare_key: int = _SNARE


GROOVES: Final = (
    Groove(
        name="straight pop",
        bpm=(96, 106),
        swing=0.0,
        kick="X.........x.....",
        full_kick="X.....x.x.x.....",
        snare="....X.......X...",
        hat="x.o.x.o.x.o.x.o.",
        shaker="oooooooooooooooo",
        bass="X.....x.X...x...",
        keys="X.....x...x.x...",
        strum="X...x.o.x.o.x.o.",
        verse_snare_key=_STICK,
    ),
    Groove(
        name="disco",
        bpm=(110, 118),
        swing=0.0,
        kick="X...X...X...X...",
        full_kick="X...X...X...X.x.",
        snare="....X.......X...",
        hat="o.X.o.X.o.X.o.X.",
        shaker="................",
        bass="X.x.X.x.X.x.X.x.",
        keys="..x...x...x...x.",
        strum="..x.o.x...x.o.xo",
    ),
    Groove(
        name="shuffle",
        bpm=(100, 110),
        swing=0.15,
        kick="X.......X.......",
        full_kick="X.....x.X.....x.",
        snare="....X.......X...",
        hat="x.o.x.o.x.o.x.o.",
        shaker="................",
        bass="X...x...X...x.x.",
        keys="X...o.x.X...o.x.",
        strum="X.o.x.o.X.o.x.o.",
    ),
    Groove(
        name="latin",
        bpm=(98, 108),
        swing=0.0,
        kick="X.....xxX.....xx",
        full_kick="X.....xxX.....xx",
        snare="x..x..x...x.x...",
        hat="o.o.o.o.o.o.o.o.",
        shaker="XoxoXoxoXoxoXoxo",
        bass="X.....xxX.....x.",
        keys="X..x..x...x..x..",
        strum="X..x..x.x..x..x.",
        snare_key=_STICK,
        verse_snare_key=_STICK,
    ),
    Groove(
        name="slow rock",
        bpm=(88, 96),
        swing=0.0,
        kick="X.......x.x.....",
        full_kick="X.....x.x.x...x.",
        snare="....X.......X..o",
        hat="X.o.x.o.X.o.x.o.",
        shaker="................",
        bass="X.x.x.x.X.x.x.x.",
        keys="X...x...X...x...",
        strum="X...x...X.x.x.o.",
    ),
    Groove(
        name="folk",
        bpm=(104, 112),
        swing=0.06,
        kick="X.......X.......",
        full_kick="X...x...X...x...",
        snare="....o..o....o.oo",
        hat="................",
        shaker="x.o.x.o.x.o.x.o.",
        bass="X.......x.......",
        keys="X.x.x.x.X.x.x.x.",
        strum="X.x.xoxoX.x.xoxo",
    ),
)

_PROGRESSIONS: Final = {
    MAJOR: (
        ((0, 4, 5, 3), (3, 0, 4, 5)),
        ((0, 5, 3, 4), (0, 4, 5, 3)),
        ((0, 3, 0, 4), (3, 4, 0, 5)),
        ((0, 2, 3, 4), (0, 3, 5, 4)),
        ((5, 3, 0, 4), (0, 4, 1, 3)),
    ),
    MINOR: (
        ((0, 5, 2, 6), (5, 6, 0, 2)),
        ((0, 3, 5, 6), (0, 6, 5, 6)),
        ((0, 6, 3, 5), (5, 2, 6, 0)),
    ),
}
_BRIDGES: Final = {MAJOR: (5, 2, 3, 4), MINOR: (3, 0, 5, 6)}
_PLAYERS: Final[dict[Instrument, tuple[int, ...]]] = {
    # General MIDI programs, from 0.
    "bass": (32, 33, 34, 35),
    "keys": (0, 4, 5, 16, 11),
    "guitar": (24, 25, 26, 27),
    "pad": (48, 49, 50, 89),
    "lead": (21, 73, 22, 40, 71, 56, 75),
}
_MOSTLY_MAJOR: Final = 0.65


@dataclass(frozen=True, slots=True)
class Style:
    """The choices for one song.

    ``contours`` shape its melodies, ``pickup`` is the eighth its lines like to begin on.
    """

    key: Key
    tempo: Tempo
    groove: Groove
    verse: tuple[int, ...]
    chorus: tuple[int, ...]
    bridge: tuple[int, ...]
    programs: dict[Instrument, int]
    pickup: int
    broken_keys: bool
    contours: tuple[str, ...]

    def roots(self, kind: SectionKind, bars: int) -> tuple[int, ...]:
        """Return one chord root for each bar; a chorus and the end come home."""
        cycle = {"chorus": self.chorus, "bridge": self.bridge}.get(kind, self.verse)
        roots = [cycle[bar % len(cycle)] for bar in range(bars)]
        if kind in {"chorus", "outro"}:
            roots[-1] = 0
        return tuple(roots)


def style_for(seed: int) -> Style:
    """Draw a style; the same seed gives the same style."""
    chance = np.random.default_rng(abs(seed))
    scale = MAJOR if chance.random() < _MOSTLY_MAJOR else MINOR
    groove = GROOVES[chance.integers(len(GROOVES))]
    verse, chorus = _PROGRESSIONS[scale][chance.integers(len(_PROGRESSIONS[scale]))]
    bpm = int(chance.integers(groove.bpm[0], groove.bpm[1] + 1))
    shapes = ("flat", "arch", "fall", "rise", "wave")
    return Style(
        key=Key(int(chance.integers(12)), scale),
        tempo=Tempo(bpm, groove.swing),
        groove=groove,
        verse=verse,
        chorus=chorus,
        bridge=_BRIDGES[scale],
        programs={name: programs[chance.integers(len(programs))] for name, programs in _PLAYERS.items()},
        pickup=int(chance.integers(3)),
        broken_keys=bool(chance.random() < 0.5),  # noqa: PLR2004 - even odds
        contours=tuple(shapes[i] for i in chance.permutation(len(shapes))[:3]),
    )
