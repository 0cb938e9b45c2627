"""From what a guest said to sentences and clauses, fillers dropped. Never a word that was not said."""

import re
import warnings
from functools import cache
from typing import Any, Final

from stornello.providers.words.embedded.banks import Bank

_BREAK: Final = re.compile(r"\s*[;:,.!?…]+(?:\s+|$)|\s+[-–—]+\s+|[\"«»“”()\[\]]+|\n+")
_PIECE_WORDS: Final = 150
_WORD: Final = re.compile(r"\w")
_NO_WORD: Final = re.compile(r"[^\w\s'’.,;:!?…«»\"“”()\[\]–—-]+")


def sentences(text: str, bank: Bank) -> list[str]:
    """Return the text's sentences in order, as they were said."""
    words = _NO_WORD.sub(" ", text).split()
    # pysbd is slow on very long texts (quadratic); speech without a stop for 150 words has none to find.
    pieces = [" ".join(words[at : at + _PIECE_WORDS]) for at in range(0, len(words), _PIECE_WORDS)]
    segmenter = _segmenter(bank.language)
    return [said for piece in pieces for sentence in segmenter.segment(piece) if _WORD.search(said := sentence.strip())]


def clauses(sentence: str, bank: Bank) -> list[str]:
    """Return the sentence's clauses without fillers: ``Well, we came, um, by boat`` -> ``we came``, ``by boat``."""
    plain = bank.filler.sub("", sentence)
    return [clause for part in _BREAK.split(plain) if (clause := part.strip(" -–—'’"))]


@cache
def _segmenter(language: str) -> Any:  # noqa: ANN401 - pysbd ships no types
    with warnings.catch_warnings():
        # pysbd 0.3.4 has escapes that Python warns of when it compiles them; nobody here can mend them.
        warnings.simplefilter("ignore")
        import pysbd  # noqa: PLC0415 - inside the silence
    return pysbd.Segmenter(language=language, clean=False)
