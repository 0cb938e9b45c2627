"""From word times to lines."""

import json
from typing import Any

import pytest

from stornello.domain.songs import SungLine
from stornello.providers.music.kie.karaoke import lines_of

LYRICS = "[Verse]\nMarta ride forte,\ne il vino balla\n\n[Chorus]\nTutta la notte"


def word(text: str, at_s: object, *, success: bool = True) -> dict[str, Any]:
    return {"word": text, "success": success, "startS": at_s, "endS": 99, "palign": 0}


def test_lines_get_the_time_of_their_first_word() -> None:
    words = [word("[Verse]\nMarta ", 1.5), word("ride ", 2), word("forte,\n", 3), word("e ", 4), word("il ", 4.5)]
    words += [word("vino ", 5), word("balla\n\n", 6), word("[Chorus]\nTutta ", 8), word("la ", 9), word("notte", 10)]
    assert lines_of(words, LYRICS) == (
        SungLine(1.5, "Marta ride forte,"),
        SungLine(4, "e il vino balla"),
        SungLine(8, "Tutta la notte"),
    )


def test_words_without_newlines_are_laid_on_the_lyrics_that_were_sent() -> None:
    heard = ["MARTA", "ride", "forte", "e", "il", "vino", "balla", "tutta", "la", "notte"]
    words = [word(text, n) for n, text in enumerate(heard)]
    assert [line.at_s for line in lines_of(words, LYRICS)] == [0, 3, 7]


def test_other_words_make_their_own_lines() -> None:
    words = [word("[Intro\nsoft]\nOh ", 1), word("oh\n", 2), word("Marta", 3), word("rideva\n", 4)]
    assert lines_of(words, LYRICS) == (SungLine(1, "Oh oh"), SungLine(3, "Marta rideva"))


def test_other_words_without_newlines_make_none() -> None:
    assert lines_of([word("la ", 1), word("la ", 2)], LYRICS) == ()


def test_a_word_that_was_not_found_gives_no_time() -> None:
    words = [word("one ", 1, success=False), word("two\n", 2), word("three\n", 3, success=False), word("four\n", 4)]
    assert lines_of(words, "") == (SungLine(2, "one two"), SungLine(4, "four"))


def test_time_never_runs_backwards() -> None:
    words = [word("one\n", 5), word("two\n", 3), word("three\n", 6)]
    assert [line.text for line in lines_of(words, "")] == ["one", "three"]


@pytest.mark.parametrize("at", ["2.5", 2.5])
def test_times_may_be_written_as_text(at: object) -> None:
    assert lines_of([word("one\n", at), word("two\n", 3)], "")[0].at_s == 2.5


@pytest.mark.parametrize("at", [None, "soon", -1, 1e9, True, [], float("nan"), 10**400])
def test_what_is_no_time_is_none(at: object) -> None:
    assert lines_of([word("one\n", at), word("two\n", 3)], "") == (SungLine(3, "two"),)


@pytest.mark.parametrize(
    "words", [None, {}, "words", 3, [], [None], [{}], [{"word": 3}], [{"word": "x"}], [word("", 1)]]
)
def test_what_are_no_words_make_no_lines(words: object) -> None:
    assert lines_of(words, LYRICS) == ()


def test_lines_survive_a_journey_through_json() -> None:
    found = lines_of([word("one\n", 1), word("two\n", 2)], "")
    assert json.loads(json.dumps([line.at_s for line in found])) == [1, 2]


def test_what_commands_a_terminal_is_not_shown() -> None:
    own = lines_of([word("\x1b]0;owned\x07ciao\r\n", 1), word("\x9b2Jdue\u00a0tre\u202e\n", 2)], "")
    assert own == (SungLine(1, "]0;ownedciao"), SungLine(2, "2Jdue tre"))
    laid = lines_of([word("ciao", 1), word("due", 2)], "\x1bciao\ndue\x07")
    assert laid == (SungLine(1, "ciao"), SungLine(2, "due"))


@pytest.mark.parametrize("text", ["[" * 400_000, "[a" * 200_000, "[" + "a" * 400_000])
def test_brackets_that_never_close_are_read_in_one_go(text: str) -> None:
    """Where the time grew with the square of the length, this took minutes."""
    assert lines_of([word(text, 1), word("\n", 1), word("two\n", 2)], "")[-1] == SungLine(2, "two")
