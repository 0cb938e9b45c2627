"""Whatever a model writes: words that can be sung, or a clear no."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odd_transcripts import OBEYED
from stornello.domain.songs import Lyrics
from stornello.providers.words import prompts
from stornello.providers.words.cleaning import LONGEST_LINE
from stornello.providers.words.openai.answers import (
    LONGEST_TITLE,
    MOST_LINES,
    MOST_SECTIONS,
    Unusable,
    lyrics_in,
    summary_in,
)

TEXTS = prompts.load(None)
VERSE = {"kind": "verse", "lines": ["Anna è arrivata tardi"]}
CHORUS = {"kind": "chorus", "lines": ["Tutta la notte"]}


def a_song(*sections: object, title: object = "Anna", language: object = "it", style: object = ("pop",)) -> str:
    chosen = sections or (VERSE, CHORUS)
    return json.dumps({"title": title, "language": language, "style": style, "sections": chosen})


def read(answer: str) -> Lyrics:
    return lyrics_in(answer, TEXTS.lyrics_rules, "it", ("it", "en"))


def lines_of(*lines: object) -> tuple[str, ...]:
    return read(a_song({"kind": "verse", "lines": lines}, CHORUS)).sections[0].lines


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "```json\n{}\n```",
        "Here is your song:\n\n{}\n\nI hope that you like it! :-}}",
        "<think>They want a song. {{draft}} maybe</think>{}",
        "thinking without a beginning</think>\n{}",
        "<thinking>hm</thinking>{}",
        '{{"note": "first another object"}} {}',
    ],
)
def test_a_song_is_found_whatever_stands_around_it(around: str) -> None:
    lyrics = read(around.format(a_song()))
    assert lyrics.title == "Anna"
    assert lyrics.text() == "Anna è arrivata tardi\n\nTutta la notte"


@pytest.mark.parametrize("answer", OBEYED.values(), ids=list(OBEYED))
def test_what_is_no_song_is_told_so_without_repeating_it(answer: str) -> None:
    with pytest.raises(Unusable) as no:
        read(answer)
    assert no.value.reason
    assert "PWNED" not in no.value.reason


def test_rules_that_are_sung_are_no_song() -> None:
    rules = [line for line in TEXTS.lyrics_rules.splitlines() if line]
    with pytest.raises(Unusable, match="repeats the rules"):
        read(a_song({"kind": "verse", "lines": rules}, CHORUS))
    with pytest.raises(Unusable, match="repeats the rules"):
        summary_in(f"Of course. {TEXTS.summary_rules}", TEXTS.summary_rules)


@pytest.mark.parametrize(
    ("line", "sung"),
    [
        ("[Verse 1]", ()),
        ("(Chorus)", ()),
        ("**Ritornello:**", ()),
        ("Verse 2: we came by boat", ("we came by boat",)),
        ("[00:12.50] we came by boat", ("we came by boat",)),
        ("00:01:02,500 --> 00:01:04,000", ()),
        ("we met at 8:30", ("we met at 8:30",)),
        ("- we **came** by `boat`", ("we came by boat",)),
        ("# We came", ("We came",)),
        ("1. We came", ("We came",)),
        ("30 anni di noi", ("30 anni di noi",)),
        ("<b>we</b> came<script>alert('no')</script>", ("we came",)),
        ("we came 🎉🎉", ("we came",)),
        ("we\x00 came\x1b[31m", ("we came",)),
        ("we\u200b came\u202e", ("we came",)),
        ("see https://example.com/x", ("see",)),
        ("{}", ()),
        ("...", ()),
        ("123", ()),
        ("C'è un bridge sul fiume", ("C'è un bridge sul fiume",)),
        ("Hook me up tonight", ("Hook me up tonight",)),
    ],
)
def test_lines_are_words_to_be_sung_and_nothing_else(line: str, sung: tuple[str, ...]) -> None:
    assert lines_of(line, "la la") == (*sung, "la la")


def test_half_a_surrogate_is_not_sung() -> None:
    answer = a_song({"kind": "verse", "lines": ["Anna \ud800 è qui"]}, CHORUS)
    assert "\\ud800" in answer
    assert read(answer).sections[0].lines == ("Anna è qui",)


def test_a_long_line_is_broken_at_words_and_none_is_lost() -> None:
    said = " ".join(f"parola{number}" for number in range(60))
    sung = lines_of(said)
    assert " ".join(sung) == said
    assert max(map(len, sung)) <= LONGEST_LINE


def test_a_song_without_end_is_cut() -> None:
    lyrics = read(a_song(*[{"kind": "verse", "lines": ["la la"] * 90}, CHORUS] * 40))
    assert len(lyrics.sections) == MOST_SECTIONS
    assert max(len(section.lines) for section in lyrics.sections) <= MOST_LINES


def test_a_section_of_text_with_line_ends_is_taken_apart() -> None:
    assert read(a_song({"kind": "verse", "lines": "we came\nby boat"}, CHORUS)).sections[0].lines == (
        "we came",
        "by boat",
    )


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("Verse 1", "verse"),
        ("CHORUS", "chorus"),
        ("Ritornello", "chorus"),
        ("Pre-Chorus", "verse"),
        ("ponte", "bridge"),
    ],
)
def test_kinds_are_known_by_other_names(told: str, kind: str) -> None:
    assert read(a_song({"kind": told, "lines": ["la la"]}, VERSE, CHORUS)).sections[0].kind == kind


@pytest.mark.parametrize(("told", "sung"), [("en", "en"), ("xx", "it"), (3, "it"), (None, "it"), (["en"], "it")])
def test_the_language_is_one_of_the_venue_s(told: object, sung: str) -> None:
    assert read(a_song(language=told)).language == sung


@pytest.mark.parametrize(
    ("told", "tags"),
    [
        (["Italian pop", "warm", "warm", 3, ""], ("Italian pop", "warm")),
        ("pop, slow", ("pop", "slow")),
        (None, ("pop",)),
        (["[Verse] <b>x"], ("Verse b x",)),
        ([f"tag {number}" for number in range(40)], tuple(f"tag {number}" for number in range(6))),
    ],
)
def test_style_tags_are_few_and_plain(told: object, tags: tuple[str, ...]) -> None:
    assert read(a_song(style=told)).style == tags


def test_a_title_is_short() -> None:
    title = read(a_song(title="La canzone di Anna " * 20)).title
    assert len(title) <= LONGEST_TITLE
    assert title.endswith(("Anna", "di", "canzone", "La"))


@pytest.mark.parametrize("answer", ["", "   ", "```\n```", "<think>only thoughts", "🎉", "ok"])
def test_a_summary_needs_a_sentence(answer: str) -> None:
    with pytest.raises(Unusable):
        summary_in(answer, TEXTS.summary_rules)


def test_a_summary_is_one_plain_paragraph() -> None:
    said = "<think>hm</think># Riassunto\n\n- **Anna** è arrivata tardi.\n- Marco ha cantato."
    assert summary_in(said, TEXTS.summary_rules) == "Riassunto Anna è arrivata tardi. Marco ha cantato."


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["title", "language", "style", "sections", "kind", "lines", "x"]), inner, max_size=5
        )
    ),
    max_leaves=30,
)


@given(ANY_JSON)
def test_no_json_at_all_makes_it_stumble(value: object) -> None:
    try:
        lyrics = read(json.dumps(value))
    except Unusable:
        return
    assert Lyrics.from_json(lyrics.to_json()) == lyrics


ODD = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=200) | st.lists(st.text(), max_size=3)
A_KIND = st.sampled_from(["verse", "chorus", "Chorus 2", "ritornello", "Bridge"]) | st.text(max_size=9)
LINES = st.lists(st.text(max_size=200) | ODD, max_size=30) | st.text(max_size=500)
SECTIONS = st.lists(st.fixed_dictionaries({"kind": A_KIND, "lines": LINES}), max_size=20)
A_SONG = st.builds(
    lambda title, language, style, more: {
        "title": f"Anna {title}",
        "language": language,
        "style": style,
        "sections": [VERSE, *more, CHORUS] if len(more) < MOST_SECTIONS - 1 else [VERSE, CHORUS, *more],
    },
    st.text(max_size=300),
    ODD,
    ODD | st.lists(ODD, max_size=9),
    SECTIONS,
)


@given(A_SONG)
def test_a_song_with_odd_leaves_is_sung_within_all_bounds_and_kept_as_it_is(song: dict[str, Any]) -> None:
    lyrics = read(json.dumps(song))
    assert Lyrics.from_json(json.loads(json.dumps(lyrics.to_json()))) == lyrics
    assert 0 < len(lyrics.title) <= LONGEST_TITLE
    assert 2 <= len(lyrics.sections) <= MOST_SECTIONS
    for section in lyrics.sections:
        assert 0 < len(section.lines) <= MOST_LINES
        assert all(0 < len(line) <= LONGEST_LINE and "\n" not in line for line in section.lines)
