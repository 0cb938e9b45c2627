"""What keeps Whisper's inventions out of the songs. Pure text; no model, no numbers library."""

import re
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from itertools import pairwise

_NOT_A_WORD = re.compile(r"[^\w]+", re.UNICODE)
_LONGEST_LOOP = 12  # words
_TIMES = 5  # a chorus at the table may well come four times


def believable(text: str, no_speech_prob: float, avg_logprob: float) -> bool:
    """Tell whether a segment was heard rather than made up.

    Source: the two limits were measured on human speech (below 0.46, above -0.80) against silence and music.
    """
    made_up = no_speech_prob > 0.5 and avg_logprob < -0.85  # noqa: PLR2004 - measured, see above
    return not made_up and not is_credit(text)


def is_credit(text: str) -> bool:
    """Tell whether a segment is one of the credit lines of ``credits.txt``."""
    plain = _plain(text)
    return any(fnmatchcase(plain, pattern) for pattern in _credits())


def without_loops(text: str) -> str:
    """Return ``text`` with every phrase that is repeated five times or more in a row said once.

    Whisper falls into such loops on noise. Two and more rounds of ``ha ha`` or of a chorus stay as they are.
    """
    words = text.split()
    for length in range(1, _LONGEST_LOOP + 1):
        words = _unlooped(words, length)
    return " ".join(words)


def _unlooped(words: list[str], length: int) -> list[str]:
    plain = [_plain(word) for word in words]
    kept: list[str] = []
    at = 0
    while at < len(words):
        times = _rounds(plain, at, length)
        looped = times >= _TIMES
        kept += words[at : at + (length if looped else 1)]
        at += length * times if looped else 1
    return kept


def _rounds(plain: list[str], at: int, length: int) -> int:
    """Return how often the ``length`` words at ``at`` come in a row."""
    starts = range(at, len(plain) + 1, length)
    times = 1
    for here, there in pairwise(starts):
        if plain[here : here + length] != plain[there : there + length] or there + length > len(plain):
            break
        times += 1
    return times


def _plain(text: str) -> str:
    return _NOT_A_WORD.sub(" ", text.casefold()).strip()


@cache
def _credits() -> tuple[str, ...]:
    lines = files(__package__).joinpath("credits.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))
