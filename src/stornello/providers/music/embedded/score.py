"""The written music: keys, chords, sung phrases and the band's notes. Values only, no sound."""

from dataclasses import dataclass
from typing import Final, Literal

from stornello.domain.songs import SectionKind

BEATS_PER_BAR: Final = 4
SLOTS_PER_BAR: Final = 8
"""The sung rhythm's grid: eighth notes."""
BARS_PER_LINE: Final = 2

Instrument = Literal["drums", "bass", "keys", "guitar", "pad", "lead"]


@dataclass(frozen=True, slots=True)
class Tempo:
    """Beats to seconds. ``swing`` is how much later than half-way an off-beat eighth falls, in beats."""

    bpm: float
    swing: float = 0.0

    def swung(self, beat: float) -> float:
        """Return where ``beat`` falls when the off-beats swing: time inside a beat is bent at its middle."""
        whole, part = divmod(beat, 1.0)
        middle = 0.5 + self.swing
        bent = part * middle / 0.5 if part < 0.5 else middle + (part - 0.5) * (1 - middle) / 0.5  # noqa: PLR2004 - half a beat
        return whole + bent

    def seconds(self, beat: float) -> float:
        """Return the time of ``beat`` from the start of the song."""
        return self.swung(beat) * 60.0 / self.bpm


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic pitch class (0 = C) and the seven steps of its scale in semitones."""

    tonic: int
    scale: tuple[int, ...]

    def pitch_classes(self) -> frozenset[int]:
        """Return the scale's pitch classes."""
        return frozenset((self.tonic + step) % 12 for step in self.scale)

    def chord(self, root: int) -> tuple[int, int, int]:
        """Return the pitch classes of the triad on scale degree ``root`` (0 = tonic): root, third, fifth."""
        one, three, five = ((self.tonic + self.scale[(root + step) % 7]) % 12 for step in (0, 2, 4))
        return one, three, five


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it will be sung: as written, as pronounced, and the stress (2, 1, 0) of each syllable."""

    text: str
    said: str
    stresses: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of the song: its kind, its lines (none: the band alone) and one chord root for each bar."""

    kind: SectionKind
    lines: tuple[Line, ...]
    roots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SungNote:
    """One syllable: start and end in seconds from the phrase's first downbeat, and a MIDI pitch."""

    start_s: float
    end_s: float
    pitch: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """One line with its notes, one for each syllable. Equal phrases sound equal: a chorus is sung once."""

    said: str
    notes: tuple[SungNote, ...]


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase at its place in the song, in seconds. ``harmony`` is the second voice, where there is one."""

    at_s: float
    text: str
    phrase: Phrase
    harmony: Phrase | None = None


@dataclass(frozen=True, slots=True)
class BandNote:
    """A note of the band: start and length in beats from the start of the song, MIDI pitch and velocity."""

    beat: float
    beats: float
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Part:
    """What one player plays, and the General MIDI program (from 0) it is played on."""

    instrument: Instrument
    program: int
    notes: tuple[BandNote, ...]
