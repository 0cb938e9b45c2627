"""Which of the guests' clauses are sung, and the verses they make with rhyming answers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from stornello.providers import phonemes
from stornello.providers.words.embedded import lines as fitting
from stornello.providers.words.embedded.banks import Bank
from stornello.providers.words.embedded.clauses import clauses, sentences
from stornello.seams import Told

VERSE_LINES: Final = 4
_TOO_LITTLE: Final = 4
"""Fewer syllables than this (``always``) are sung only when nobody said more."""

_OPENING: Final = 1.5
_CHANCE_IN_RHYME: Final = 0.05


@dataclass(frozen=True, slots=True)
class Saying:
    """Up to four lines that belong together.

    ``order`` is their place in the evening, ``teller`` the place of who said them, ``worth`` how telling they are.
    """

    order: int
    teller: int
    worth: float
    lines: tuple[str, ...]


def all_sayings(told: Sequence[Told], telling: Sequence[str], bank: Bank) -> list[Saying]:
    """Return everything singable that was said, in order; each distinct saying once."""
    found: dict[tuple[str, ...], Saying] = {}
    for teller, one in enumerate(told):
        for sentence in sentences(one.text, bank):
            for clause in fitting.join_short(clauses(sentence, bank), bank):
                for group in _groups(fitting.fit(clause, bank), bank):
                    found.setdefault(group, Saying(len(found), teller, _worth(group, telling, bank), group))
    ample = [one for one in found.values() if _syllables(one, bank) >= _TOO_LITTLE]
    return ample or list(found.values())


def _syllables(saying: Saying, bank: Bank) -> int:
    return sum(phonemes.syllables(line, bank.language) for line in saying.lines)


def _groups(lines: tuple[str, ...], bank: Bank) -> list[tuple[str, ...]]:
    """Halve a clause that is longer than a verse, near its middle and before ``and`` where there is one."""
    if len(lines) <= VERSE_LINES:
        return [lines] if lines else []
    opens = {at for at, line in enumerate(lines) if line.split()[0].lower() in bank.openers}
    cut = min(range(1, len(lines)), key=lambda at: abs(at - len(lines) / 2) - _OPENING * (at in opens))
    return [*_groups(lines[:cut], bank), *_groups(lines[cut:], bank)]


def _worth(lines: tuple[str, ...], telling: Sequence[str], bank: Bank) -> float:
    """Score by names and key phrases, the first ones most; a line far from eight syllables sings worse."""
    text = " ".join(lines).casefold()
    named = sum(1.0 / (1 + 0.2 * place) for place, phrase in enumerate(telling) if phrase.casefold() in text)
    unfit = sum(abs(phonemes.syllables(line, bank.language) - fitting.IDEAL) for line in lines) / len(lines)
    return (named + 0.5) / math.sqrt(len(lines)) - 0.1 * unfit


def choose(said: Sequence[Saying]) -> tuple[list[str], list[str]]:
    """Return the guests' lines for two verses: the most telling, by turns, in the order they came."""
    chosen: list[Saying] = []
    dealt: tuple[list[str], list[str]] = ([], [])
    for saying in _by_turns(said):
        more = sorted([*chosen, saying], key=lambda one: one.order)
        if (fits := _deal(more)) is not None:
            chosen, dealt = more, fits
    return dealt


def _by_turns(said: Sequence[Saying]) -> list[Saying]:
    by_teller: dict[int, list[Saying]] = {}
    for saying in sorted(said, key=lambda s: (-s.worth, s.order)):
        by_teller.setdefault(saying.teller, []).append(saying)
    turns = ((turn, -s.worth, s.order, s) for queue in by_teller.values() for turn, s in enumerate(queue))
    return [saying for *_, saying in sorted(turns, key=lambda one: one[:3])]


def _deal(chosen: Sequence[Saying]) -> tuple[list[str], list[str]] | None:
    """Share whole sayings over two verses as evenly as they come, or None when a verse would overflow."""
    cuts = range(len(chosen) + 1)
    deals = [
        tuple([line for saying in part for line in saying.lines] for part in (chosen[:c], chosen[c:])) for c in cuts
    ]
    first, second = min(deals, key=lambda deal: abs(len(deal[0]) - len(deal[1])))
    return (first, second) if max(len(first), len(second)) <= VERSE_LINES else None


class Answers:
    """The bank's lines, each used once a song."""

    def __init__(self, bank: Bank, chance: Random) -> None:
        self._bank = bank
        self._chance = chance
        self._left = list(bank.answers)

    def to(self, line: str) -> str:
        """Take the line that rhymes best with ``line``."""
        tail = phonemes.rhyme(line, self._bank.language)
        return self._take(tail)

    def opening(self) -> str:
        """Take any line, for a verse that nobody filled."""
        return self._left.pop(self._chance.randrange(len(self._left)))

    def _take(self, tail: tuple[str, ...]) -> str:
        language = self._bank.language
        fits = [phonemes.likeness(tail, phonemes.rhyme(line, language)) for line in self._left]
        scores = [fit + _CHANCE_IN_RHYME * self._chance.random() for fit in fits]
        return self._left.pop(scores.index(max(scores)))


def verse(own: Sequence[str], answers: Answers) -> tuple[str, ...]:
    """Make a verse of four lines out of none to four of the guests' own, in their order."""
    match list(own):
        case []:
            couplets = [answers.opening(), answers.opening()]
        case [one]:
            couplets = [one, answers.opening()]
        case [one, two]:
            couplets = [one, two]
        case [one, two, three]:
            return (one, two, three, answers.to(two))
        case more:
            return tuple(more[:4])
    return tuple(line for first in couplets for line in (first, answers.to(first)))
