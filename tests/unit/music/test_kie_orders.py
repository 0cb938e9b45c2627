"""What a song is ordered with."""

import pytest

from stornello.domain.songs import Lyrics, Section
from stornello.providers.music.kie.orders import cut, flat, market, style, title, words
from stornello.settings import Settings


def lyrics(
    *sections: Section, title: str = "Marta", style: tuple[str, ...] = ("pop", "warm"), language: str = "it"
) -> Lyrics:
    verse = Section("verse", ("Marta ride forte", "e il vino balla"))
    return Lyrics(title, language, style, sections or (verse, Section("chorus", ("Tutta la notte",))))


def settings(**values: object) -> Settings:
    return Settings.model_validate(values)


def test_a_market_order_is_as_kie_wants_it() -> None:
    assert market(lyrics(), settings(vocal_gender="f", song_seconds=120)) == {
        "model": "ai-music-api/generate",
        "input": {
            "model": "V6",
            "custom_mode": True,
            "instrumental": False,
            "lyrics": "[Verse]\nMarta ride forte\ne il vino balla\n\n[Chorus]\nTutta la notte",
            "style": "italian, pop, warm",
            "title": "Marta",
            "duration": 120,
            "vocal_gender": "f",
        },
    }


def test_a_flat_order_says_where_to_call_back_although_nobody_listens() -> None:
    assert flat(lyrics(), settings(vocal_gender="m")) == {
        "customMode": True,
        "instrumental": False,
        "model": "V5",
        "prompt": "[Verse]\nMarta ride forte\ne il vino balla\n\n[Chorus]\nTutta la notte",
        "style": "italian, pop, warm",
        "title": "Marta",
        "callBackUrl": "https://stornello.invalid/callback",
        "vocalGender": "m",
    }


def test_a_voice_is_only_named_when_one_is_wanted() -> None:
    assert "vocal_gender" not in market(lyrics(), settings())["input"]
    assert "vocalGender" not in flat(lyrics(), settings())


@pytest.mark.parametrize(
    ("model", "most_words", "most_style"),
    [("V3_5", 3000, 200), ("V4", 3000, 200), ("V4_5", 5000, 1000), ("V5", 5000, 1000)],
)
def test_long_texts_are_cut_to_what_the_model_takes(model: str, most_words: int, most_style: int) -> None:
    long = lyrics(
        Section("verse", ("una riga come tante altre",) * 400),
        title="ti " * 90,
        style=("calda",) * 3 + tuple(f"tag{n}" for n in range(400)),
    )
    order = flat(long, settings(kie_flat_model=model))
    assert most_words - 30 < len(order["prompt"]) <= most_words
    assert order["prompt"].endswith("una riga come tante altre")
    assert most_style - 10 < len(order["style"]) <= most_style
    assert order["style"].startswith("italian, calda, tag0")
    assert len(order["title"]) <= 80
    assert order["title"].endswith("ti")


def test_a_tag_never_stands_alone_at_the_end() -> None:
    both = lyrics(Section("verse", ("aaaa bbbb",)), Section("chorus", ("cccc dddd",)))
    assert words(both, 28) == "[Verse]\naaaa bbbb"


@pytest.mark.parametrize(
    ("text", "most", "marks", "kept"),
    [
        ("short", 80, ("\n", " "), "short"),
        ("one\ntwo\nthree", 9, ("\n", " "), "one\ntwo"),
        ("one\ntwo\nthree", 7, ("\n", " "), "one\ntwo"),
        ("a\n" + "word " * 20, 30, ("\n", " "), "a\nword word word word word"),
        ("x" * 100, 30, ("\n", " "), "x" * 30),
        ("pop, rock, jazz", 12, (", ", " "), "pop, rock"),
        ("🎉🎉🎉", 4, (" ",), "🎉🎉"),
        ("🎉🎉🎉", 5, (" ",), "🎉🎉"),
        ("half \ud83c of it", 80, (" ",), "half ? of it"),
        ("", 80, (" ",), ""),
    ],
)
def test_a_cut_falls_on_a_line_or_a_word(text: str, most: int, marks: tuple[str, ...], kept: str) -> None:
    assert cut(text, most, *marks) == kept


def test_the_language_is_said_once_and_only_when_it_is_known() -> None:
    assert style(lyrics(style=("italian", "pop")), 200) == "italian, pop"
    assert style(lyrics(language="en"), 200) == "english, pop, warm"
    assert style(lyrics(language="xx"), 200) == "pop, warm"


def test_a_title_is_one_line() -> None:
    assert title(lyrics(title=" La notte\ndi  Anna "), 80) == "La notte di Anna"
