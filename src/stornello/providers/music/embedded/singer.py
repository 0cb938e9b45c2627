"""What the studio asks of a singer. The fast voice is one; a neural one takes the same place."""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from stornello.providers.music.embedded.score import Phrase

RATE: Final = 48_000
"""Samples a second of everything the studio records."""

Samples = NDArray[np.float32]
"""Mono: (n,). Stereo: (2, n)."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A timbre of a singer (its own name for it), the language it sings and its comfortable MIDI range."""

    name: str
    language: str
    low: int
    high: int


class Singer(Protocol):
    """Phrases to singing, in tune and in time."""

    engine: str

    def cast(self, language: str, seed: int) -> tuple[Voice, Voice]:
        """Return the lead voice and the one that sings second in choruses."""
        ...

    def stresses(self, said: str, voice: Voice) -> tuple[int, ...]:
        """Return the stress (2, 1, 0) of each syllable as this singer pronounces it; empty when it cannot be sung."""
        ...

    def sing(self, phrase: Phrase, voice: Voice, lead_in_s: float) -> Samples:
        """Return mono samples at RATE; the phrase's first downbeat lies ``lead_in_s`` after the first sample."""
        ...
