"""A summary made of the tellers' own sentences: who said it, and what."""

from collections.abc import Sequence
from typing import Final

from stornello.domain.plain import Plain
from stornello.providers.words.embedded.banks import Bank
from stornello.providers.words.embedded.clauses import sentences
from stornello.seams import Told

_MOST_SENTENCES: Final = 4
_MOST_WORDS: Final = 40
_FEWEST_WORDS: Final = 3
_SOMEBODY: Final = Plain("Qualcuno", "Someone")
_SAYS: Final = Plain("racconta", "says")
_NOTHING: Final = Plain("Nessuno ha raccontato niente.", "Nobody told anything.")


def summarise(told: Sequence[Told], telling: Sequence[str], bank: Bank) -> str:
    """Return up to four of the most telling sentences, a turn for each guest, in the order they were said."""
    english = bank.language != "it"
    ranked: list[tuple[int, float, int, str, str]] = []
    for one in told:
        said = sorted(
            ((-_worth(s, telling), at, s) for at, s in enumerate(sentences(one.text, bank))), key=lambda s: s[:2]
        )
        ranked += [(turn, minus, len(ranked) + at, one.guest, s) for turn, (minus, at, s) in enumerate(said)]
    if not ranked:
        return _NOTHING.en if english else _NOTHING.it
    best = sorted(sorted(ranked)[:_MOST_SENTENCES], key=lambda one: one[2])
    somebody, says = (_SOMEBODY.en, _SAYS.en) if english else (_SOMEBODY.it, _SAYS.it)
    return " ".join(f"{guest or somebody} {says}: «{_cut(sentence)}»" for *_, guest, sentence in best)


def _worth(sentence: str, telling: Sequence[str]) -> float:
    words = len(sentence.split())
    named = sum(
        1.0 / (1 + 0.2 * place) for place, phrase in enumerate(telling) if phrase.casefold() in sentence.casefold()
    )
    return named - (1.0 if words < _FEWEST_WORDS else 0.0) - 0.02 * max(0, words - _MOST_WORDS)


def _cut(sentence: str) -> str:
    words = sentence.split()
    return sentence if len(words) <= _MOST_WORDS else " ".join(words[:_MOST_WORDS]) + "…"
