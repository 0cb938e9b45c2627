"""What a lyricist must do."""

import re
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from stornello.contract import stories
from stornello.contract.check import Bench, Broken, Check, discreet, raw, require
from stornello.domain.errors import AnswerUnusable, ProviderError
from stornello.domain.plain import Plain
from stornello.domain.songs import Lyrics

_MARKUP = re.compile(r"[\[\]{}<>*#`|\\]|^\s*(verse|chorus|bridge|strofa|ritornello)\b.{0,4}:|https?://", re.IGNORECASE)

R = TypeVar("R")

CALLS = 2 * 5 + 2 * len(stories.ODD)
"""Questions that all checks ask together, at most: five are asked once more for an unusable answer."""


def _asked(question: Callable[..., R]) -> R:
    """Return the answer, as the house gets it: once more, with the reason, where the first cannot be used."""
    try:
        return question()
    except AnswerUnusable as unusable:
        return question(complaint=unusable.reason)


def _summary(bench: Bench) -> None:
    summary = _asked(partial(bench.engine.summarise, stories.ITALIAN))
    require(isinstance(summary, str) and summary.strip(), "Il riassunto è vuoto.", "The summary is empty.")


def _sings(bench: Bench) -> None:
    for gently in (False, True):
        _singable(_asked(partial(bench.engine.write, stories.ITALIAN, stories.SUMMARY, gently=gently)))


def _singable(lyrics: object) -> None:
    """Raise Broken unless these are lyrics that can be sung as they are."""
    if not isinstance(lyrics, Lyrics):
        kind = type(lyrics).__name__
        raise Broken(f"write() dà {kind}.", f"write() returns {kind}.")
    try:
        same = Lyrics.from_json(lyrics.to_json()) == lyrics
    except (KeyError, TypeError, ValueError):
        same = False
    require(same, "I tipi dentro Lyrics non sono quelli giusti.", "The types inside Lyrics are not the right ones.")
    lines = [line for section in lyrics.sections for line in section.lines]
    require(lines and all(line.strip() for line in lines), "Ci sono righe vuote.", "There are empty lines.")
    require(lyrics.title.strip(), "Il titolo è vuoto.", "The title is empty.")
    marked = [line for line in lines if _MARKUP.search(line) or "\n" in line]
    require(not marked, f"{len(marked)} righe non si cantano.", f"{len(marked)} lines cannot be sung.")


def _language(bench: Bench) -> None:
    for story in (stories.ITALIAN, stories.ENGLISH):
        lyrics = _asked(partial(bench.engine.write, story, " ".join(note.text for note in story.told)))
        require(
            lyrics.language == story.language,
            f"Chieste in {story.language}, dichiarate in {lyrics.language}.",
            f"Asked for in {story.language}, declared as {lyrics.language}.",
        )


def _odd(bench: Bench) -> None:
    for name, story in stories.ODD.items():
        summary = _answer(bench, name, partial(bench.engine.summarise, story))
        if summary is not None:
            lyrics = _answer(bench, name, partial(bench.engine.write, story, summary))
            if lyrics is not None:
                _singable(lyrics)


def _answer(bench: Bench, name: str, ask: Callable[[], object]) -> object:
    """Return the answer; None for an error that is one of ours."""
    try:
        return ask()
    except ProviderError as error:
        discreet(error, bench.subject.secrets)
    except Exception as error:  # noqa: BLE001 - that is the question
        raise raw(error, f"«{name}»") from None
    return None


LYRICIST = (
    Check(
        "summary",
        Plain("Riassume una storia", "It sums up a story"),
        Plain("Fa' che summarise() dia un testo non vuoto.", "Have summarise() return a text that is not empty."),
        _summary,
    ),
    Check(
        "singable",
        Plain("Ogni riga si canta così com'è, anche con gently", "Every line can be sung as it is, with gently too"),
        Plain("Togli etichette, elenchi, Markdown e righe vuote.", "Remove labels, lists, Markdown and empty lines."),
        _sings,
    ),
    Check(
        "language",
        Plain("Scrive nella lingua della storia", "It writes in the story's language"),
        Plain("Lyrics.language è story.language.", "Make Lyrics.language story.language."),
        _language,
    ),
    Check(
        "odd stories",
        Plain(
            "Storie vuote, di sole faccine, lunghissime o insidiose danno Lyrics o un ProviderError",
            "Stories that are empty, emoji, endless or malicious give Lyrics or a ProviderError",
        ),
        Plain(
            "Solleva ProviderRefused per ciò che non si può cantare.", "Raise ProviderRefused for what cannot be sung."
        ),
        _odd,
    ),
)
