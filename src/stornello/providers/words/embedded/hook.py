"""What the song is about: the name or thing its chorus calls, and a phrase beside it."""

import re
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Final

import yake

from stornello.providers import phonemes
from stornello.providers.words.embedded.banks import Bank
from stornello.seams import Told

_NAME: Final = re.compile(r"[^\W\d_](?:[\w'’]*[^\W\d_])?")
_CAPITALISED: Final = re.compile(r"(?<![\w'’])[^\W\d_a-zà-ÿ][a-zà-ÿ]+(?: [^\W\d_a-zà-ÿ][a-zà-ÿ]+)*")
_AFTER_A_STOP: Final = re.compile(r"(?:^|[.!?…:\"«“\n-])\s*$")
_CONTEXT: Final = 8
_MOST_CHARACTERS: Final = 6000
_MOST_SYLLABLES: Final = 5
_WHO_SPEAKS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Hook:
    """``word`` is called in every chorus line that names something; ``phrase`` comes in once."""

    word: str
    phrase: str
    is_name: bool


def find_hook(told: tuple[Told, ...], bank: Bank, chance: Random) -> tuple[Hook, tuple[str, ...]]:
    """Return the hook, and all names and key phrases with the most telling first."""
    text = bank.filler.sub("", " ".join(one.text for one in told)[:_MOST_CHARACTERS])
    names = names_in(text, tuple(one.guest for one in told))
    phrases = key_phrases(text, bank)
    fallback = chance.choice(bank.defaults)
    callable_names = [name for name in names if _short(name, bank)]
    things = [phrase for phrase in phrases if _short(phrase, bank)]
    word = next(iter([*callable_names, *things]), fallback)
    others = [phrase for phrase in [*things, *callable_names, fallback] if not _overlap(phrase, word)]
    hook = Hook(_capital(word), _capital(next(iter(others), fallback)), is_name=bool(callable_names))
    return hook, (*names, *phrases)


def names_in(text: str, guests: tuple[str, ...]) -> list[str]:
    """Return the people and places named, most often first, then in order of appearance.

    A capital letter tells a name except after a full stop, where it only tells one that is known from elsewhere.
    A guest who speaks counts half a mention.
    """
    found = [(match[0], _opens_sentence(text, match.start())) for match in _CAPITALISED.finditer(text)]
    sure = {name for name, opens in found if not opens} | set(guests)
    counts = Counter(name for name, _ in found if name in sure)
    for guest in dict.fromkeys(filter(None, guests)):
        counts[guest] += _WHO_SPEAKS  # type: ignore[assignment] # half a mention
    lowered = set(re.findall(r"\b[a-zà-ÿ]+\b", text))
    return [name for name, _ in counts.most_common() if name.lower() not in lowered]


def key_phrases(text: str, bank: Bank) -> list[str]:
    """Return up to a dozen phrases of one or two words that tell this text from others, best first."""
    extractor = yake.KeywordExtractor(lan=bank.language, n=2, top=12, dedupLim=0.5)
    scored = extractor.extract_keywords(text) if _NAME.search(text) else []
    # Equal scores come out in hash order: sorted, the song is the same on every run.
    return [phrase for phrase, _ in sorted(scored, key=lambda one: (round(one[1], 9), one[0]))]


def _opens_sentence(text: str, at: int) -> bool:
    return _AFTER_A_STOP.search(text[max(0, at - _CONTEXT) : at]) is not None


def _short(phrase: str, bank: Bank) -> bool:
    clean = _NAME.search(phrase) is not None and not re.search(r"\d", phrase)
    return clean and 1 <= phonemes.syllables(phrase, bank.language) <= _MOST_SYLLABLES


def _overlap(one: str, other: str) -> bool:
    return bool(set(one.casefold().split()) & set(other.casefold().split()))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
