"""Which language a note is heard in: one of the venue's, whatever the engine's free choice."""

from collections.abc import Sequence

import pytest

from stornello.providers.speech import embedded


class Detector:
    """An engine that is sure of its chances."""

    supported_languages: Sequence[str] = ("it", "en", "de", "cy")

    def __init__(self, **chances: float) -> None:
        self.chances = chances

    def detect_language(self, samples: object, *, vad_filter: bool) -> tuple[str, float, list[tuple[str, float]]]:
        del samples, vad_filter
        best = max(self.chances, key=lambda language: self.chances[language])
        return best, self.chances[best], list(self.chances.items())


@pytest.mark.parametrize(
    ("chances", "heard"),
    [
        ({"it": 0.9, "en": 0.1}, "it"),
        ({"it": 0.1, "en": 0.9}, "en"),
        ({"cy": 0.5, "en": 0.4, "it": 0.1}, "en"),
        ({"de": 0.97, "en": 0.02, "it": 0.01}, "it"),
    ],
)
def test_a_note_is_heard_in_the_likeliest_own_language_or_the_venue_s_first(
    chances: dict[str, float], heard: str
) -> None:
    assert embedded._spoken(Detector(**chances), None, ("it", "en")) == heard
