"""Sentences for people, always in both languages that guests and operators read."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["it", "en"]
"""The languages that people read on screen. (What guests speak is a transcript's own business.)"""


@dataclass(frozen=True, slots=True)
class Plain:
    """One plain sentence, in Italian and in English."""

    it: str
    en: str

    def within(self, language: Language) -> str:
        """Return the sentence in ``language``."""
        return self.it if language == "it" else self.en


AGAIN = Plain("Si riprova da soli.", "It is tried again by itself.")
"""What to do about a trouble that passes: nothing."""
