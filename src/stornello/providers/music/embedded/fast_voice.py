"""The fast voice: espeak-ng speaks the line, WORLD sings it on the score's notes and times.

Source: M. Morise et al., "WORLD: a vocoder-based high-quality speech synthesis system" (2016); method in song-craft.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import pyworld
from numpy.typing import NDArray
from scipy.signal import resample_poly

from stornello.providers import espeak, phonemes
from stornello.providers.music.embedded.pitch import pitch_curve
from stornello.providers.music.embedded.score import Phrase, SungNote
from stornello.providers.music.embedded.singer import RATE, Samples, Voice

Floats = NDArray[np.float64]

_FRAME_S: Final = 0.005
_TAIL_S: Final = 0.3
_ATTACK_S: Final = 0.04
_RELEASE_S: Final = 0.12
_SHORTEST_VOWEL_S: Final = 0.04
_CONSONANT_SHARE: Final = 0.45
"""Consonants take at most this share of a note; the vowel is what carries the tune."""
_VOICES: Final = {
    "it": (Voice("it", "it", 45, 60), Voice("it+f2", "it", 52, 66)),
    "en": (Voice("en-us", "en", 45, 60), Voice("en-us+f2", "en", 52, 66)),
}


@dataclass(frozen=True, slots=True, eq=False)
class _Analysis:
    """A spoken line as WORLD sees it: pitch, spectral envelope and aperiodicity in 5 ms frames, vowels in seconds."""

    rate: int
    pitch: Floats
    envelope: Floats
    aperiodicity: Floats
    vowels: tuple[tuple[float, float], ...]


class FastVoice:
    """Sings a line in a tenth of its length; robotic in timbre, exact in pitch, and every word is heard."""

    engine = "embedded fast voice (espeak-ng + WORLD)"

    def cast(self, language: str, seed: int) -> tuple[Voice, Voice]:
        """Return a lower and a higher voice, either of which may lead."""
        low, high = _VOICES.get(language, _VOICES["en"])
        return (low, high) if seed % 2 == 0 else (high, low)

    def stresses(self, said: str, voice: Voice) -> tuple[int, ...]:
        """Return the stress of each syllable that espeak-ng speaks."""
        if not said:
            return ()
        return phonemes.stresses(phone.name for phone in espeak.espeak().speak(said, voice.name).phones)

    def sing(self, phrase: Phrase, voice: Voice, lead_in_s: float) -> Samples:
        """Return the phrase sung. Raises ValueError when it has not one note for each syllable."""
        spoken = _analyse(phrase.said, voice.name)
        if len(spoken.vowels) != len(phrase.notes):
            raise ValueError("a phrase needs one note for each syllable")
        length = int((lead_in_s + phrase.notes[-1].end_s + _TAIL_S) / _FRAME_S)
        times = np.linspace(0, length * _FRAME_S, length, endpoint=False) - lead_in_s
        target, source = _time_map(spoken.vowels, phrase.notes, lead_in_s)
        frames = np.clip(np.interp(times, target, source) / _FRAME_S, 0, len(spoken.pitch) - 1.001)
        voiced = _voiced(spoken.pitch[np.round(frames).astype(int)] > 0, times, spoken.vowels, phrase.notes)
        sung = np.where(voiced, pitch_curve(phrase.notes, times), 0.0)
        envelope = np.exp(_between(np.log(spoken.envelope + 1e-16), frames))
        samples = pyworld.synthesize(
            sung, envelope, _between(spoken.aperiodicity, frames), spoken.rate, _FRAME_S * 1000
        )
        return _at_studio_rate(samples, spoken.rate)


@lru_cache(maxsize=8)
def _analyse(said: str, voice: str) -> _Analysis:
    speech = espeak.espeak().speak(said, voice)
    x, rate = speech.samples, speech.rate
    coarse, times = pyworld.dio(x, rate, f0_floor=60.0, f0_ceil=400.0, frame_period=_FRAME_S * 1000)
    pitch = pyworld.stonemask(x, coarse, times, rate)
    vowels = tuple((p.start_s, p.end_s) for p in speech.phones if phonemes.is_vowel(p.name))
    envelope = pyworld.cheaptrick(x, pitch, times, rate)
    return _Analysis(rate, pitch, envelope, pyworld.d4c(x, pitch, times, rate), vowels)


def _time_map(
    vowels: Sequence[tuple[float, float]], notes: Sequence[SungNote], lead_in_s: float
) -> tuple[Floats, Floats]:
    """Return (sung, spoken) times that belong together, both rising.

    A vowel starts on its note and is held at its middle; the consonants after it come just before the next note.
    """
    first = vowels[0][0]
    points = [(notes[0].start_s - min(lead_in_s, first), first - min(lead_in_s, first))]
    for place, ((start, end), note) in enumerate(zip(vowels, notes, strict=True)):
        following = notes[place + 1].start_s if place + 1 < len(notes) else note.end_s
        consonants = vowels[place + 1][0] - end if place + 1 < len(vowels) else 0.05
        room = following - note.start_s
        sung_end = max(note.start_s + _SHORTEST_VOWEL_S, following - min(consonants, _CONSONANT_SHARE * room))
        points += _vowel_points(start, end, note.start_s, sung_end)
    last = vowels[-1][1]
    points.append((points[-1][0] + _TAIL_S, last + _TAIL_S))
    target, source = np.array(points).T
    return np.maximum.accumulate(target) + np.arange(len(target)) * 1e-6, source


def _vowel_points(start: float, end: float, sung_start: float, sung_end: float) -> list[tuple[float, float]]:
    spoken, sung = end - start, sung_end - sung_start
    attack = min(_ATTACK_S, 0.3 * spoken)
    release = min(_RELEASE_S, 0.4 * sung)
    return [
        (sung_start, start),
        (sung_start + min(attack, 0.3 * sung), start + attack),
        (sung_end - release, start + 0.6 * spoken),
        (sung_end, end),
    ]


def _voiced(
    spoken: NDArray[np.bool_], times: Floats, vowels: Sequence[tuple[float, float]], notes: Sequence[SungNote]
) -> NDArray[np.bool_]:
    """Voice the start of every note: a vowel that espeak-ng began with a breath would sing late."""
    voiced = spoken.copy()
    for _, note in zip(vowels, notes, strict=True):
        voiced[(times > note.start_s + 0.02) & (times < min(note.end_s, note.start_s + 0.12))] = True
    return voiced


def _between(rows: Floats, places: Floats) -> Floats:
    """Interpolate ``rows`` (frames x bins) at fractional frame ``places``."""
    whole = places.astype(int)
    part = (places - whole)[:, None]
    return np.ascontiguousarray((1 - part) * rows[whole] + part * rows[whole + 1])


def _at_studio_rate(samples: Floats, rate: int) -> Samples:
    common = np.gcd(RATE, rate)
    return np.asarray(resample_poly(samples, RATE // common, rate // common), dtype=np.float32)
