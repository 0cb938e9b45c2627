"""Backoff, plain sentences, errors and cards."""

import copy
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_card
from stornello.domain.backoff import backoff
from stornello.domain.errors import ModelMissing, ProviderRefused, ProviderUnreachable, RecordingError, StornelloError
from stornello.domain.plain import Plain
from stornello.domain.songs import Lyrics, SongCard, SungLine


@given(st.integers(0, 10**6), st.floats(0, 1, exclude_max=True))
def test_backoff_is_never_immediate_never_longer_than_its_cap_and_never_overflows(attempt: int, luck: float) -> None:
    assert 0.25 <= backoff(attempt, base_s=1.0, cap_s=60.0, chance=lambda: luck) <= 60.0


def test_backoff_doubles_until_its_cap() -> None:
    assert [backoff(n, 1.0, 10.0, chance=lambda: 1.0) for n in range(1, 6)] == [1, 2, 4, 8, 10]


def test_a_sentence_is_there_in_both_languages() -> None:
    sentence = Plain("ciao", "hello")
    assert (sentence.within("it"), sentence.within("en")) == ("ciao", "hello")


def test_an_error_reads_as_what_happened_and_what_to_do() -> None:
    error = RecordingError("not-audio", Plain("Male.", "Bad."), Plain("Rifai.", "Again."))
    assert (str(error), error.code, error.todo.it) == ("Bad. Again.", "not-audio", "Rifai.")


def test_an_error_can_cross_from_one_process_to_another() -> None:
    error = ProviderUnreachable("away", Plain("a", "b"), Plain("c", "d"))
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 - our own bytes
        assert (type(twin), twin.code, twin.what, str(twin)) == (ProviderUnreachable, "away", error.what, str(error))


@pytest.mark.parametrize(
    ("kind", "retryable"),
    [
        (StornelloError, False),
        (RecordingError, False),
        (ProviderRefused, False),
        (ProviderUnreachable, True),
        (ModelMissing, True),
    ],
)
def test_each_class_says_whether_the_same_again_can_help(kind: type[StornelloError], *, retryable: bool) -> None:
    assert kind.retryable is retryable


def test_a_card_survives_json() -> None:
    card = a_card(guests=("Anna", "Zoë"), synced_lyrics=(SungLine(1.5, "Tutta la notte"),))
    assert SongCard.from_json(json.loads(json.dumps(card.to_json()))) == card


def test_lyrics_survive_json_and_read_with_a_blank_line_between_sections() -> None:
    lyrics = a_card().lyrics
    assert Lyrics.from_json(json.loads(json.dumps(lyrics.to_json()))) == lyrics
    assert lyrics.text().split("\n\n") == ["\n".join(section.lines) for section in lyrics.sections]


@pytest.mark.parametrize("torn", [None, [], 5, "card", {}, {"id": "x"}])
def test_what_is_no_card_is_refused_with_an_error_that_readers_know(torn: object) -> None:
    with pytest.raises((KeyError, TypeError)):
        SongCard.from_json(torn)  # type: ignore[arg-type]  # torn on purpose
