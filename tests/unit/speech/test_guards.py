"""What keeps Whisper's inventions out."""

import pytest

from stornello.providers.speech.guards import believable, is_credit, without_loops


@pytest.mark.parametrize(
    "text",
    [
        " Sottotitoli creati dalla comunità Amara.org",
        "Sottotitoli e revisione a cura di QTSS",
        "Subtitles by the Amara.org community",
        "Thanks for watching!",
        "Thank you for watching.",
        "Iscrivetevi al canale!",
    ],
)
def test_credits_are_known_however_they_are_written(text: str) -> None:
    assert is_credit(text)
    assert not believable(text, 0.0, -0.1)


@pytest.mark.parametrize(
    "text",
    [
        "Grazie a tutti per essere venuti, siete la mia famiglia.",
        "Thank you all for coming tonight.",
        "Mio nonno faceva i sottotitoli per il cinema del paese.",
        "She likes to subscribe to every magazine in town.",
    ],
)
def test_what_guests_say_is_no_credit(text: str) -> None:
    assert believable(text, 0.0, -0.1)


def test_a_segment_goes_only_when_both_figures_are_bad() -> None:
    assert not believable("mm", 0.6, -0.9)
    assert believable("mm", 0.46, -0.9)
    assert believable("mm", 0.6, -0.80)


def test_a_loop_is_said_once() -> None:
    assert without_loops("e allora " + "il mare, il sole. " * 9 + "fine") == "e allora il mare, il sole. fine"
    assert without_loops("no " * 40) == "no"


def test_a_loop_is_found_whatever_its_commas_and_capitals() -> None:
    assert without_loops("We sang, we sang we sang. We sang we sang all night") == "We sang, all night"


def test_a_chorus_and_a_laugh_stay() -> None:
    for said in ("ha ha ha ha", "olé olé olé", "tanti auguri a te tanti auguri a te", "", "uno"):
        assert without_loops(said) == said
