"""Clauses to lines, and the banks that answer them."""

import pytest

from stornello.providers import phonemes
from stornello.providers.words.embedded.banks import bank_for
from stornello.providers.words.embedded.clauses import clauses, sentences
from stornello.providers.words.embedded.hook import names_in
from stornello.providers.words.embedded.lines import fit, join_short


@pytest.mark.parametrize(
    ("language", "clause"),
    [
        ("en", "Last summer we all got lost on a boat near Sardinia and Giulia laughed so hard she dropped her phone"),
        ("it", "quando eravamo piccoli mia nonna ci portava al mare con la macchina rossa e cantava tutto il viaggio"),
    ],
)
def test_a_long_clause_becomes_complete_singable_lines(language: str, clause: str) -> None:
    lines = fit(clause, bank_for(language))
    assert " ".join(lines) == clause
    assert all(6 <= phonemes.syllables(line, language) <= 11 for line in lines)


def test_no_line_ends_on_a_small_word_when_it_need_not() -> None:
    bank = bank_for("en")
    lines = fit("we walked along the river with the dog until the sun came up again", bank)
    assert all(line.split()[-1] not in bank.function_words for line in lines)


def test_a_word_that_no_breath_can_hold_gives_no_lines() -> None:
    assert fit("abracadabra" * 5, bank_for("it")) == ()


def test_short_neighbours_are_joined() -> None:
    assert join_short(["cheers", "Marco", "we came all the way from Genoa"], bank_for("en"))[0] == "cheers, Marco"


def test_fillers_go_and_meanings_stay() -> None:
    bank = bank_for("en")
    assert clauses("Well, we, um, sing like birds, you know", bank) == ["we", "sing like birds"]


def test_speech_without_a_stop_is_still_cut() -> None:
    assert all(len(sentence.split()) <= 150 for sentence in sentences("parola " * 1000, bank_for("it")))


def test_a_capital_after_a_full_stop_is_no_name() -> None:
    assert names_in("Ieri pioveva. Domani torna Marco con Anna Rita.", ()) == ["Marco", "Anna Rita"]


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_bank_is_large_singable_and_answers_itself(language: str) -> None:
    answers = bank_for(language).answers
    assert len(set(answers)) == len(answers) >= 40
    tails = [phonemes.rhyme(line, language) for line in answers]
    for line, tail in zip(answers, tails, strict=True):
        assert 5 <= phonemes.syllables(line, language) <= 12, line
        assert sum(phonemes.likeness(tail, other) >= 0.8 for other in tails) >= 2, line
