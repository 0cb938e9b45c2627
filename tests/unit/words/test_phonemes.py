"""How lines sound."""

import pytest

from stornello.providers import phonemes


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("it", "per i 30 anni di Marco", 9),
        ("it", "più guanti", 3),
        ("en", "birthday", 2),
        ("en", "🎉 …", 0),
        ("it", "你好", 0),
    ],
)
def test_syllables_are_counted_as_they_are_sung(language: str, text: str, count: int) -> None:
    assert phonemes.syllables(text, language) == count


def test_what_cannot_be_sung_is_left_out() -> None:
    assert phonemes.sung_text("Ciao, «Marco»! 🎉 l’anno_nuovo 50%") == "Ciao Marco l'anno nuovo 50"


def test_a_rhyme_is_heard() -> None:
    night, light, cat = (phonemes.rhyme(word, "en") for word in ("tonight", "candlelight", "a cat"))
    assert phonemes.likeness(night, light) == 1.0
    assert phonemes.likeness(night, cat) < 0.5
