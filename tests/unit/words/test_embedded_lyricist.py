"""The lyricist's promises: singable, repeatable, and never a word put into somebody's mouth."""

import json
import os
import subprocess
import sys
from itertools import pairwise

import pytest

from stornello.domain.names import TableId
from stornello.domain.songs import Lyrics
from stornello.providers import phonemes
from stornello.providers.words.embedded import EmbeddedLyricist
from stornello.providers.words.embedded.gentle import is_coarse
from stornello.seams import Story, Told

ANNA = Told(
    "Anna",
    "We came here for Marco's thirtieth birthday. Last summer we all got lost on a boat near Sardinia and Giulia "
    "laughed so hard she dropped her phone in the sea.",
)
TOM = Told("", "Well, you know, um, we promised to come back every year. Marco is like a brother to me.")
LUCA = Told(
    "Luca", "Siamo venuti qui per i trent'anni di Marco. Ehm, Giulia ha riso tanto che le è caduto il telefono."
)
PINA = Told("Zia Pina", "Allora, abbiamo promesso di tornare ogni anno. Marco da piccolo voleva fare il pompiere.")

ODD = [
    "Ciao Marco",
    "🎉",
    "",
    "   \n ",
    "!!! ??? ...",
    "1234567890 99 2024",
    "sì",
    "你好，我们来自北京",
    "Je m'appelle Claire et nous avons dansé toute la nuit",
    "parola " * 10_000,
    "una storia lunga che non finisce mai e poi ancora " * 1_000,
    "a" * 3_000,
    "{hook} {0} %s \\ <b>ciao</b> [Chorus]",
    "MARCO È ARRIVATO TARDI",
]


def a_story(*told: Told, language: str = "en", seed: int = 3) -> Story:
    return Story(TableId(5), language, told, seed)


def write(story: Story) -> Lyrics:
    lyricist = EmbeddedLyricist()
    return lyricist.write(story, lyricist.summarise(story))


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("text", ODD, ids=lambda text: text[:12])
def test_whatever_was_said_there_are_two_verses_and_a_repeated_chorus(language: str, text: str) -> None:
    lyrics = write(a_story(Told("", text), language=language))
    assert [section.kind for section in lyrics.sections] == ["verse", "chorus", "verse", "chorus"]
    assert lyrics.sections[1] == lyrics.sections[3]
    assert lyrics.title.strip()
    for line in (line for section in lyrics.sections for line in section.lines):
        assert 1 <= phonemes.syllables(line, language) <= 15, line
        assert line == line.strip()
        assert "{" not in line


def test_nobody_at_all_still_gets_a_song() -> None:
    assert len(write(a_story()).sections) == 4


def test_most_of_a_good_story_is_sung_in_the_guests_own_words() -> None:
    said = " ".join(f"{ANNA.text} {TOM.text}".lower().split())
    lyrics = write(a_story(ANNA, TOM))
    verses = [line for section in lyrics.sections if section.kind == "verse" for line in section.lines]
    own = [line for line in verses if line.lower() in said]
    assert len(own) >= 6


def test_guests_lines_keep_the_order_in_which_they_were_said() -> None:
    said = " ".join(f"{ANNA.text} {TOM.text}".lower().split())
    lyrics = write(a_story(ANNA, TOM))
    places = [said.find(line.lower()) for s in lyrics.sections if s.kind == "verse" for line in s.lines]
    own = [place for place in places if place >= 0]
    assert all(earlier < later for earlier, later in pairwise(own))


def test_the_song_calls_whom_they_spoke_of_most() -> None:
    lyrics = write(a_story(LUCA, PINA, language="it"))
    assert lyrics.title.startswith("Marco")
    assert any("Marco" in line for line in lyrics.sections[1].lines)


def test_a_guest_whom_others_name_is_called_even_at_the_start_of_a_sentence() -> None:
    told = (Told("Rosa", "ciao a tutti quanti"), Told("", "Rosa ha cucinato per venti persone. Rosa canta sempre."))
    assert write(a_story(*told, language="it")).title.startswith("Rosa")


def test_fillers_are_not_sung() -> None:
    text = write(a_story(TOM, LUCA)).text().lower()
    assert "you know" not in text
    assert " um" not in text


def test_every_answer_rhymes_or_nearly() -> None:
    verse = write(a_story(Told("", "Ciao Marco"), language="it")).sections[0].lines
    assert phonemes.likeness(phonemes.rhyme(verse[0], "it"), phonemes.rhyme(verse[1], "it")) >= 0.8


def test_another_seed_gives_other_lyrics() -> None:
    assert len({write(a_story(ANNA, TOM, seed=seed)).text() for seed in range(6)}) >= 4


def test_the_words_do_not_depend_on_hash_order() -> None:
    program = (
        "import json; from stornello.providers.words.embedded import EmbeddedLyricist as L;"
        f"from stornello.seams import Story, Told; told = (Told('Anna', {ANNA.text!r}), Told('', {TOM.text!r}));"
        "story = Story(5, 'en', told, 3); print(json.dumps([L().write(story, '').to_json(), L().summarise(story)]))"
    )
    answers = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert answers[0] == answers[1]
    assert json.loads(answers[0])[0]["sections"]


def test_the_summary_says_who_said_it() -> None:
    summary = EmbeddedLyricist().summarise(a_story(ANNA, TOM))
    assert "Anna says: «We came here for Marco's thirtieth birthday.»" in summary
    assert "Someone says: «" in summary
    assert 2 <= summary.count("«") <= 4


def test_the_summary_speaks_the_storys_language() -> None:
    assert "Zia Pina racconta: «" in EmbeddedLyricist().summarise(a_story(LUCA, PINA, language="it"))


def test_a_language_without_a_bank_is_written_with_the_english_one() -> None:
    assert write(a_story(Told("", "hola"), language="es")).language == "en"


@pytest.mark.parametrize(
    ("language", "told", "gone", "stays"),
    [
        ("it", "Marco è uno stronzo simpatico. Abbiamo mangiato insieme sul lago.", "stronzo", "lago"),
        ("en", "It was a fucking mess. We danced together by the lake.", "fucking", "lake"),
        ("it", "Che bullshit ha detto Carlo! Abbiamo mangiato insieme sul lago.", "bullshit", "lago"),
    ],
)
def test_gently_leaves_out_sentences_with_coarse_words(language: str, told: str, gone: str, stays: str) -> None:
    story = a_story(Told("Anna", told), language=language)
    boldly, gently = (EmbeddedLyricist().write(story, "", gently=how).text().lower() for how in (False, True))
    assert gone in boldly
    assert gone not in gently
    assert stays in gently


def test_a_coarse_name_is_not_called_gently() -> None:
    story = a_story(Told("Stronzone", "Stronzone viene sempre. Stronzone canta. Siamo andati al mare."), language="it")
    assert "stronzone" not in EmbeddedLyricist().write(story, "", gently=True).text().lower()


def test_a_story_of_coarse_words_alone_still_gets_a_song() -> None:
    lyrics = EmbeddedLyricist().write(a_story(Told("", "Fuck this shit.")), "", gently=True)
    assert [section.kind for section in lyrics.sections] == ["verse", "chorus", "verse", "chorus"]
    assert "fuck" not in lyrics.text().lower()


@pytest.mark.parametrize("said", ["assai", "Nina passa il sassofono", "we class it as grass", "la cassa", "Scunthorpe"])
def test_a_word_that_only_holds_a_coarse_one_is_none(said: str) -> None:
    assert not is_coarse(said)
