"""From any lyrics to the song's course: lines that can be sung, passages, and a length of 70 to 110 seconds."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from stornello.domain.songs import Lyrics, Section
from stornello.providers import phonemes
from stornello.providers.music.embedded.rhythm import MOST_SYLLABLES
from stornello.providers.music.embedded.score import BARS_PER_LINE, BEATS_PER_BAR, Line, Passage
from stornello.providers.music.embedded.styles import Style

SHORTEST_S, LONGEST_S = 70.0, 110.0
RING_S: Final = 1.5
"""The last chord rings this long after the last bar."""
_MARGIN_S: Final = 1.0
_INTRO_BARS: Final = 4
_OUTRO_BARS: Final = 4
_FASTEST: Final = 1.18
"""Up to this much faster than the style's own tempo, before lines are left out."""

Stresses = Callable[[str], tuple[int, ...]]
Verse = tuple[Section, tuple[Line, ...]]


def lines_of(text: str, stresses: Stresses) -> list[Line]:
    """Return ``text`` as one or more lines of at most 14 syllables; none when it has nothing to sing."""
    said = phonemes.sung_text(text)
    found = stresses(said)
    if len(found) <= MOST_SYLLABLES:
        return [Line(text, said, found)] if found else []
    left, right = _halves(text if " " in text.strip() else said)
    return [*lines_of(left, stresses), *lines_of(right, stresses)]


def _halves(text: str) -> tuple[str, str]:
    """Cut at the comma or blank nearest the middle; a single endless word in its middle."""
    text = text.strip()
    middle = len(text) / 2
    blanks = [at for at, letter in enumerate(text) if letter == " "]
    cut = min(blanks, key=lambda at: abs(at - middle) - (middle / 3) * (text[at - 1] in ",;:."), default=int(middle))
    return text[:cut].strip(), text[cut:].strip()


def plan(lyrics: Lyrics, style: Style, stresses: Stresses) -> tuple[Style, list[Passage]]:
    """Return the passages of the song, and the style at the tempo that makes it neither too short nor too long.

    The list is empty when no line can be sung.
    """
    sung = [(section, tuple(_lines(section, stresses))) for section in lyrics.sections]
    sung = [(section, lines) for section, lines in sung if lines]
    if not sung:
        return style, []
    sung = _long_enough(sung, style)
    faster = min(_FASTEST, max(1.0, _seconds(_bars(sung), style) / (LONGEST_S - _MARGIN_S)))
    style = replace(style, tempo=replace(style.tempo, bpm=style.tempo.bpm * faster))
    sung = _short_enough(sung, style)
    return style, _passages(sung, style)


def duration_s(passages: Sequence[Passage], style: Style) -> float:
    """Return the length of the song in seconds, its last chord included."""
    return _seconds(sum(len(passage.roots) for passage in passages), style)


def _lines(section: Section, stresses: Stresses) -> list[Line]:
    return [line for text in section.lines for line in lines_of(text, stresses)]


def _long_enough(sung: list[Verse], style: Style) -> list[Verse]:
    """Sing it all again from the start until the song is a song."""
    whole = list(sung)
    while _seconds(_bars(whole), style) < SHORTEST_S + _MARGIN_S:
        whole.append(sung[len(whole) % len(sung)])
    return whole


def _short_enough(sung: list[Verse], style: Style) -> list[Verse]:
    """Leave out lines before the last section, from the end, until the song fits; then of the last section itself."""
    room = int((LONGEST_S - _MARGIN_S - RING_S) * style.tempo.bpm / 60 / BEATS_PER_BAR)
    lines = (room - _INTRO_BARS - _OUTRO_BARS) // BARS_PER_LINE
    *earlier, (last, last_lines) = sung
    last_lines = last_lines[:lines]
    left = lines - len(last_lines)
    kept: list[Verse] = []
    for section, own in earlier:
        if left > 0:
            kept.append((section, own[:left]))
        left -= len(own)
    return [*kept, (last, last_lines)]


def _bars(sung: Sequence[Verse]) -> int:
    return _INTRO_BARS + _OUTRO_BARS + sum(BARS_PER_LINE * len(lines) for _, lines in sung)


def _seconds(bars: int, style: Style) -> float:
    return bars * BEATS_PER_BAR * 60 / style.tempo.bpm + RING_S


def _passages(sung: Sequence[Verse], style: Style) -> list[Passage]:
    middle = [
        Passage(section.kind, lines, style.roots(section.kind, BARS_PER_LINE * len(lines))) for section, lines in sung
    ]
    intro = Passage("intro", (), style.roots("intro", _INTRO_BARS))
    return [intro, *middle, Passage("outro", (), style.roots("outro", _OUTRO_BARS))]
