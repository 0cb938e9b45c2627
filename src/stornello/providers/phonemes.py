"""How a line sounds when it is sung: syllables, stresses and rhymes. Shared by words and music."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from stornello.providers import espeak

PRIMARY, SECONDARY, WEAK = 2, 1, 0
_VOICES: Final = {"it": "it", "en": "en-us"}
_VOWELS: Final = frozenset("aeiouyɑɐɒæɔəɛɜɪʊʌᵻɨɚɝøœɤ")
_STRESS: Final = {"ˈ": PRIMARY, "ˌ": SECONDARY}
_UNSUNG: Final = re.compile(r"[^\w'’ ]+|_+")
# Sounds that a listener takes for the same in a rhyme.
_ALIKE: Final = str.maketrans({"ɛ": "e", "ɔ": "o", "ᵻ": "i", "ɪ": "i", "ɐ": "ə", "ʊ": "u", "ː": None, "r": "ɾ"})


def voice_for(language: str) -> str:
    """Return espeak-ng's voice for ``language``; English for those the house does not sing."""
    return _VOICES.get(language, _VOICES["en"])


def sung_text(line: str) -> str:
    """Return what of ``line`` can be sung: Latin letters, digits and apostrophes.

    Punctuation would make the voice pause, and espeak-ng reads the names of emoji aloud.
    """
    kept = (c if c.isascii() or c == "’" or unicodedata.name(c, "").startswith("LATIN") else " " for c in line)
    return " ".join(_UNSUNG.sub(" ", "".join(kept)).replace("’", "'").split())


def is_vowel(name: str) -> bool:
    """Return whether the sound carries a syllable."""
    return name.lstrip("ˈˌ")[:1] in _VOWELS


def stress_of(name: str) -> int:
    """Return 2 for a sound with primary, 1 with secondary and 0 without stress."""
    return _STRESS.get(name[:1], WEAK)


def stresses(names: Iterable[str]) -> tuple[int, ...]:
    """Return the stress of each syllable."""
    return tuple(stress_of(name) for name in names if is_vowel(name))


@lru_cache(maxsize=16384)
def syllables(text: str, language: str) -> int:
    """Return how many syllables the text has when it is sung."""
    said = sung_text(text)
    return sum(map(is_vowel, espeak.names(said, voice_for(language)))) if said else 0


@lru_cache(maxsize=4096)
def rhyme(line: str, language: str) -> tuple[str, ...]:
    """Return the sounds of the last word from its last stressed vowel on: what a rhyme is made of."""
    last = sung_text(line).split()[-1:]
    names = espeak.names(last[0], voice_for(language)) if last else ()
    stressed = [i for i, name in enumerate(names) if is_vowel(name) and stress_of(name)]
    vowels = [i for i, name in enumerate(names) if is_vowel(name)]
    start = (stressed or vowels or [0])[-1]
    return tuple(name.lstrip("ˈˌ").translate(_ALIKE) for name in names[start:] if name)


def likeness(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """Return how well two rhymes answer each other: 1 rhymes, 0.8 shares its vowels, 0 shares nothing."""
    if one == other:
        return 1.0 if one else 0.0
    mine, yours = (tuple(filter(is_vowel, tail)) for tail in (one, other))
    if mine and mine == yours:
        return 0.8
    return 0.4 * (mine[:1] == yours[:1] != ()) + 0.1 * (mine[-1:] == yours[-1:] != ())
