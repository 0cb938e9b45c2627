"""The words the house brings along: answering lines, choruses, and each language's small words."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

SUNG: Final = ("it", "en")
"""The languages that have a bank. Everything else is written with the English one."""

Chorus = tuple[str, ...]
"""Lines with ``{hook}`` and ``{phrase}`` to fill in."""


@dataclass(frozen=True, slots=True)
class Bank:
    """One language's bank. ``openers`` are words that open a clause; ``defaults`` serve when a story names nothing."""

    language: str
    answers: tuple[str, ...]
    name_choruses: tuple[Chorus, ...]
    thing_choruses: tuple[Chorus, ...]
    function_words: frozenset[str]
    openers: frozenset[str]
    defaults: tuple[str, ...]
    filler: re.Pattern[str]


@cache
def bank_for(language: str) -> Bank:
    """Return the bank of ``language``, or the English one."""
    code = language if language in SUNG else "en"
    return Bank(
        language=code,
        answers=tuple(_text(code, "answers").splitlines()),
        name_choruses=_choruses(code, "choruses_name"),
        thing_choruses=_choruses(code, "choruses_thing"),
        function_words=frozenset(_text(code, "function_words").split()),
        openers=frozenset(_text(code, "openers").split()),
        defaults=tuple(_text(code, "defaults").splitlines()),
        filler=_fillers(_text(code, "fillers").splitlines()),
    )


def _text(language: str, name: str) -> str:
    path = files(__package__).joinpath("banks", language, f"{name}.txt")
    return path.read_text(encoding="utf-8").strip()


def _choruses(language: str, name: str) -> tuple[Chorus, ...]:
    return tuple(tuple(block.splitlines()) for block in _text(language, name).split("\n\n"))


def _fillers(words: list[str]) -> re.Pattern[str]:
    """Match a filler with the comma after it; one written with a comma (``like,``) is a filler only before one."""
    always = "|".join(re.escape(word) for word in words if not word.endswith(","))
    sometimes = "|".join(re.escape(word[:-1]) for word in words if word.endswith(","))
    return re.compile(rf"(?<![\w'’])(?:(?:{always})(?![\w'’])[,.…]*|(?:{sometimes})(?:,|…|\.\.\.))\s*", re.IGNORECASE)
