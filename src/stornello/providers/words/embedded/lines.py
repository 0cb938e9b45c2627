"""Clauses to lines that can be sung: 6 to 11 syllables, ended where a singer would breathe."""

from typing import Final

from stornello.providers import phonemes
from stornello.providers.words.embedded.banks import Bank

SHORTEST, LONGEST = 6, 11
IDEAL: Final = 8.5
_STILL_SINGABLE: Final = 13
_MOST_WORDS: Final = 12
_EDGE: Final = "',’"


def fit(clause: str, bank: Bank) -> tuple[str, ...]:
    """Cut ``clause`` into lines, in order and complete; empty when one of its words is too long to be sung in a line.

    Dynamic programming over the words: ``cheapest[i]`` is the least cost of singing the first ``i`` of them.
    """
    words = clause.split()
    counts = [phonemes.syllables(word, bank.language) for word in words]
    cheapest: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(words) + 1):
        starts = range(max(0, end - _MOST_WORDS), end)
        costs = [(cheapest[at][0] + _line_cost(counts[at:end]), at) for at in starts]
        cost, start = min(costs)
        cheapest.append((cost + _break_cost(words, end, bank), start))
    lines = _walk_back(words, cheapest)
    return lines if all(singable(line, bank) for line in lines) else ()


def singable(line: str, bank: Bank) -> bool:
    """Return whether the line has at least one syllable and no more than a breath holds."""
    return 1 <= phonemes.syllables(line, bank.language) <= _STILL_SINGABLE


def _line_cost(counts: list[int]) -> float:
    total = sum(counts)
    if total > _STILL_SINGABLE:
        return 100.0 + total
    too_short, too_long = max(0, SHORTEST - total), max(0, total - LONGEST)
    return 0.6 + 1.5 * too_short + 3.0 * too_long + 0.25 * abs(total - IDEAL)


def _break_cost(words: list[str], end: int, bank: Bank) -> float:
    """A line should not end on ``the`` and may well end before ``because``."""
    if end == len(words):
        return 0.0
    last, following = (word.lower().strip(_EDGE) for word in (words[end - 1], words[end]))
    cost = 4.0 if last in bank.function_words else 0.0
    if following in bank.openers:
        return cost - 1.2
    return cost - 0.5 if following in bank.function_words else cost


def _walk_back(words: list[str], cheapest: list[tuple[float, int]]) -> tuple[str, ...]:
    lines, end = [], len(words)
    while end:
        start = cheapest[end][1]
        lines.append(" ".join(words[start:end]))
        end = start
    return tuple(reversed(lines))


def join_short(clauses: list[str], bank: Bank) -> list[str]:
    """Join neighbouring clauses that are too short alone: ``cheers``, ``Marco`` -> ``cheers, Marco``."""
    joined: list[str] = []
    for clause in clauses:
        together = f"{joined[-1]}, {clause}" if joined else clause
        count = phonemes.syllables(clause, bank.language)
        alone = min(count, phonemes.syllables(joined[-1], bank.language)) if joined else count
        if joined and alone < SHORTEST and phonemes.syllables(together, bank.language) <= LONGEST:
            joined[-1] = together
        else:
            joined.append(clause)
    return joined
