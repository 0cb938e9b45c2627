"""From the times of single words to the times of lines, as a screen shows them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from stornello.domain.songs import SungLine
from stornello.providers.http_answers import number_or_none

_TAG = re.compile(r"\[[^][]*\]")
"""An opening bracket ends the search for a tag's end, or a text of them would take the square of its length."""

_LONGEST_S = 3600.0

Timed = Sequence[tuple[str, float | None]]
"""Single characters and when they are sung; None: the service could not tell."""


def lines_of(words: object, lyrics: str) -> tuple[SungLine, ...]:
    """Return the lines of ``lyrics`` with their times, from the service's ``alignedWords``.

    Words may hold newlines and tags such as ``[Verse]``. Where they are not the ones that were ordered, their own
    newlines make the lines; where there are none, nothing is returned.
    """
    sung = _without_tags(list(_characters(words)))
    found = _by_lyrics(sung, lyrics) or _by_newlines(sung)
    return tuple(_rising(SungLine(at_s, text) for at_s, text in found if at_s is not None))


def _characters(words: object) -> Iterator[tuple[str, float | None]]:
    for word in words if isinstance(words, list) else []:
        if isinstance(word, dict) and isinstance(text := word.get("word"), str):
            at_s = _time(word)
            yield from ((seen, at_s) for character in text if (seen := _seen(character)))
            if not text[-1:].isspace():
                yield " ", None


def _seen(character: str) -> str:
    """Return what a person sees of ``character``: nothing of a control, which could command a terminal."""
    if character == "\n" or character.isprintable():
        return character
    return " " if character.isspace() else ""


def _time(word: dict[str, Any]) -> float | None:
    at_s = number_or_none(word.get("startS", word.get("start_s")))
    return at_s if word.get("success") is not False and at_s is not None and at_s < _LONGEST_S else None


def _without_tags(sung: Timed) -> Timed:
    """Put a line break where a tag was: tags stand above what they name."""
    text = "".join(character for character, _ in sung)
    tagged = {at: "\n" for found in _TAG.finditer(text) for at in range(*found.span())}
    return [(tagged.get(at, character), None if at in tagged else at_s) for at, (character, at_s) in enumerate(sung)]


def _letters(timed: Timed) -> Iterator[tuple[str, float | None]]:
    for character, at_s in timed:
        yield from ((letter, at_s) for letter in character.casefold() if letter.isalnum())


def _by_lyrics(sung: Timed, lyrics: str) -> list[tuple[float | None, str]]:
    """Give each line of the lyrics the time of its letters, when the letters are exactly the ones that were sung."""
    shown = ("".join(map(_seen, line)).strip() for line in _TAG.sub("\n", lyrics).splitlines())
    lines = [line for line in shown if line]
    spelled = [[letter for letter, _ in _letters([(character, None) for character in line])] for line in lines]
    heard = list(_letters(sung))
    if [letter for line in spelled for letter in line] != [letter for letter, _ in heard]:
        return []
    found, at = [], 0
    for line, letters in zip(lines, spelled, strict=True):
        found.append((_first(at_s for _, at_s in heard[at : at + len(letters)]), line))
        at += len(letters)
    return found


def _by_newlines(sung: Timed) -> list[tuple[float | None, str]]:
    found: list[tuple[float | None, str]] = []
    begin = 0
    for at, (character, _) in enumerate([*sung, ("\n", None)]):
        if character == "\n":
            line = " ".join("".join(one for one, _ in sung[begin:at]).split())
            if line:
                found.append((_first(at_s for _, at_s in sung[begin:at]), line))
            begin = at + 1
    return found if len(found) > 1 else []


def _first(times: Iterable[float | None]) -> float | None:
    return next((at_s for at_s in times if at_s is not None), None)


def _rising(lines: Iterable[SungLine]) -> Iterator[SungLine]:
    last_s = 0.0
    for line in lines:
        if line.at_s >= last_s:
            last_s = line.at_s
            yield line
