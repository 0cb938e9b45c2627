"""Which of the venue's languages a table spoke."""

import pytest

from stornello.generate_song.language import language_of

HOUSE = ("it", "en")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Sono arrivata tardi e ho portato una bottiglia di vino rosso per tutti.", "it"),
        ("I came late and brought a bottle of red wine for everybody at the table.", "en"),
        ("Ciao a tutti, che bella serata", "it"),
        ("Happy birthday to you, my friend", "en"),
        ("Ieri sera con Jack e Maggie abbiamo cantato Happy Birthday fino a tardi", "it"),
        ("grazie", "it"),
        ("cheers", "en"),
    ],
)
def test_house_languages_are_told_apart(text: str, language: str) -> None:
    assert language_of(text, HOUSE) == language


@pytest.mark.parametrize("text", ["🎉🎉🎉", "12 34", "...", ""])
def test_what_holds_no_words_is_in_the_venues_own(text: str) -> None:
    assert language_of(text, HOUSE) == "it"
    assert language_of(text, ("en", "it")) == "en"


@pytest.mark.parametrize(
    "text",
    [
        "Guten Abend, wir sind heute aus München gekommen und wir freuen uns auf das gute Essen hier.",
        "今夜はみんなで集まって、とても楽しい時間を過ごしています。ありがとうございます。",
        "Сегодня вечером мы все собрались здесь, чтобы праздновать день рождения нашего друга.",
    ],
)
def test_foreign_talk_falls_back_to_the_venues_own(text: str) -> None:
    assert language_of(text, HOUSE) == "it"
    assert language_of(text, ("en", "it")) == "en"


def test_a_venue_of_one_language_hears_that_one() -> None:
    assert language_of("Sono arrivata tardi e ho portato il vino.", ("en",)) == "en"


def test_the_same_text_is_always_in_the_same_language() -> None:
    assert {language_of("una serata in English and italiano", HOUSE) for _ in range(5)} == {
        language_of("una serata in English and italiano", HOUSE)
    }
