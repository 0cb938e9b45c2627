"""Text from outside made harmless: what guests said before a model reads it, what a model wrote before it is sung."""

import re
import textwrap
import unicodedata
from typing import Final

LONGEST_LINE: Final = 120
"""Characters of a line to be sung; a longer one is broken at a word."""

_SENTENCE_END: Final = re.compile(r"[.!?…](?=\s)")
_KINDS: Final = (
    "verse|chorus|pre-chorus|refrain|hook|bridge|intro|outro|interlude|solo|strofa|ritornello|ponte|finale|coda"
)
_NOT_SUNG: Final = re.compile(
    r"(?is)<(script|style)\b.*?(?:</\1\s*>|$)"  # what stands in a script is no text
    r"|\x1b\[[0-9;]*[a-z]"  # what colours a terminal
    r"|<[^<>]{0,200}>"  # tags
    r"|\[[^\]]{0,200}\]"  # [Verse], [00:12.50]
    r"|https?://\S+"
    r"|\d{1,2}:\d\d:\d\d(?:[.,]\d+)?|\b\d{1,2}:\d\d[.,]\d+|-->"  # times of subtitles; 'at 8:30' stays
    r"|[*_`#~|{}\\<>\[\]]+"
)
_LABEL: Final = re.compile(rf"(?i)^\W*(?:{_KINDS})\b[\s\d]*(?:x\d+)?\W*$|^\W*(?:{_KINDS})\s*\d*\s*:\s*")
_BULLET: Final = re.compile(r"^\s*(?:[-–—•>]+|\d{1,2}[.)])\s+")
_LETTER: Final = re.compile(r"[^\W\d_]")


def plain(text: str) -> str:
    """Return ``text`` on one line without what no eye sees: controls, half surrogates, zero width and the like."""
    spaced = "".join(" " if char.isspace() else char for char in text)
    return " ".join("".join(char for char in spaced if unicodedata.category(char)[0] != "C").split())


def shortened(text: str, most: int) -> str:
    """Return ``text`` cut to ``most`` characters: after a sentence that ends in its second half, else at a word."""
    if len(text) <= most:
        return text
    head = text[: most + 1]
    ends = [end.end() for end in _SENTENCE_END.finditer(head) if end.end() > most // 2]
    at = ends[-1] if ends else head.rfind(" ")
    return head[: at if at > 0 else most].rstrip()


def singable(line: str) -> list[str]:
    """Return what of ``line`` can be sung, as one line or more; nothing where it has no word."""
    words = _LABEL.sub("", plain(_NOT_SUNG.sub(" ", _BULLET.sub("", _without_pictures(line)))))
    return textwrap.wrap(words, LONGEST_LINE, break_on_hyphens=False) if _LETTER.search(words) else []


def _without_pictures(text: str) -> str:
    return "".join(" " if unicodedata.category(char) == "So" else char for char in text)
