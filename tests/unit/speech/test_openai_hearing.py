"""What a remote service says it heard, and what of it is believed."""

import pytest

from stornello.providers.speech.openai import heard_in

BOTH = ("it", "en")
CREDIT = "Sottotitoli creati dalla comunità Amara.org"


def a_segment(text: str, begin: float = 0, end: float = 2, no_speech: float = 0.01, sure: float = -0.2) -> object:
    return {"text": f" {text}", "start": begin, "end": end, "no_speech_prob": no_speech, "avg_logprob": sure}


def test_plain_text_with_its_languages_is_heard() -> None:
    heard = heard_in({"text": "We met in Rome.", "languages": [{"code": "en"}], "usage": {}}, BOTH, 4.0)
    assert (heard.text, heard.language, heard.speech_s) == ("We met in Rome.", "en", 4.0)


def test_whisper_s_segments_are_held_to_its_own_figures() -> None:
    segments = [a_segment("Ciao a tutti."), a_segment("Grazie.", 2, 4, 0.9, -1.2), a_segment(CREDIT, 4, 6)]
    heard = heard_in({"text": "all", "language": "italian", "segments": segments}, BOTH, 10.0)
    assert (heard.text, heard.language, heard.speech_s) == ("Ciao a tutti.", "it", 2.0)


@pytest.mark.parametrize("text", ["", "   ", CREDIT, "Thanks for watching!"])
def test_silence_and_inventions_of_silence_are_nothing(text: str) -> None:
    heard = heard_in({"text": text, "languages": [{"code": "en"}]}, BOTH, 4.0)
    assert (heard.text, heard.speech_s) == ("", 0.0)


def test_a_loop_is_heard_once() -> None:
    assert heard_in({"text": "il mare. " * 20}, BOTH, 4.0).text == "il mare."


@pytest.mark.parametrize(
    ("told", "language"),
    [
        ({"language": "english"}, "en"),
        ({"language": "EN"}, "en"),
        ({"language": "en-GB"}, "en"),
        ({"language": "french"}, "it"),
        ({"languages": [{"code": "fr"}, {"code": "en"}]}, "en"),
        ({"languages": []}, "it"),
        ({"languages": "en"}, "it"),
        ({"languages": [3]}, "it"),
        ({"language": None}, "it"),
        ({}, "it"),
    ],
)
def test_the_language_is_one_of_the_venue_s_else_its_first(told: dict[str, object], language: str) -> None:
    assert heard_in({"text": "We met in Rome."} | told, BOTH, 4.0).language == language


@pytest.mark.parametrize(
    "answer",
    [
        {"text": None},
        {"text": 7},
        {"segments": [None, 3, {}]},
        {"segments": [{"text": "x", "no_speech_prob": "high", "avg_logprob": None, "start": None, "end": "z"}]},
        {"text": "half \ud800 a surrogate"},
    ],
)
def test_an_answer_of_other_types_makes_nobody_stumble(answer: dict[str, object]) -> None:
    heard = heard_in(answer, BOTH, 4.0)
    heard.text.encode()
    assert 0 <= heard.speech_s <= 4.0
