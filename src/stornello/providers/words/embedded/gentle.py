"""A story without the sentences that a studio would not sing."""

import re
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import translate
from functools import cache
from importlib.resources import files
from itertools import chain

from stornello.providers.words.embedded.banks import SUNG, Bank
from stornello.providers.words.embedded.clauses import sentences
from stornello.seams import Told

_WORD = re.compile(r"[^\W_]+")


def gentle(told: Sequence[Told], bank: Bank) -> tuple[Told, ...]:
    """Return what was told without the sentences, and the names, that hold a coarse word of any of our languages."""
    return tuple(replace(one, guest=_kept([one.guest]), text=_kept(sentences(one.text, bank))) for one in told)


def _kept(said: Sequence[str]) -> str:
    return " ".join(sentence for sentence in said if not is_coarse(sentence))


def is_coarse(sentence: str) -> bool:
    """Return whether one of the sentence's words is in a ``coarse.txt``."""
    return any(_coarse().fullmatch(word) for word in _WORD.findall(sentence.casefold()))


@cache
def _coarse() -> re.Pattern[str]:
    lists = (files(__package__).joinpath("banks", code, "coarse.txt").read_text(encoding="utf-8") for code in SUNG)
    return re.compile("|".join(translate(word) for word in chain.from_iterable(words.split() for words in lists)))
