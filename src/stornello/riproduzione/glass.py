"""A terminal's screen of its own on which only what differs is written anew: few bytes over ssh, and no flicker."""

import signal
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Final, Self

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style

from stornello.riproduzione.lines import Line, Span

_OPEN, _CLOSE = "\x1b[?1049h\x1b[?25l\x1b[2J", "\x1b[0m\x1b[?25h\x1b[?1049l"
_OWN: Final = frozenset("─│╭╮╰╯━┃▸▶●○♪↻⌂∿·…“”‘’«»—–−→←×")
_END_OF_LATIN: Final = 0x2FF
_COLOURS: Final = {
    "standard": ColorSystem.STANDARD,
    "256": ColorSystem.EIGHT_BIT,
    "truecolor": ColorSystem.TRUECOLOR,
    "windows": ColorSystem.WINDOWS,
}


class Glass:
    """Shows lines on ``console``, each as wide as the terminal, while entered; gives the screen back after that."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: list[Line] = []
        self._size = (0, 0)
        self._is_lost = True
        self._colours = _COLOURS.get(console.color_system or "")
        self._has_colours = not console.no_color
        self._before: object = None

    def __enter__(self) -> Self:
        with suppress(ValueError):  # not in the main thread, which alone may do so
            self._before = signal.signal(signal.SIGCONT, self._come_back)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGCONT, self._before)  # type: ignore[arg-type]  # it is what signal() gave us
        self._write(_CLOSE)

    def show(self, lines: Sequence[Line]) -> int:
        """Write what differs from the lines shown last, all of it when the size has changed; return how much it was."""
        size = self._console.size
        begin = ""
        if self._is_lost or size != self._size:
            begin, self._shown = _OPEN, []
            self._is_lost, self._size = False, (size.width, size.height)
        written = begin + "".join(self._changes(lines))
        self._shown = list(lines)
        self._write(written)
        return len(written.encode())

    def _come_back(self, *_: object) -> None:
        """Draw all of it anew: a shell has had the terminal meanwhile (Ctrl-Z, fg)."""
        self._is_lost = True

    def _changes(self, lines: Sequence[Line]) -> Iterator[str]:
        for row, line in enumerate(lines):
            before = self._shown[row] if row < len(self._shown) else ()
            if line != before:
                yield from self._change(row, before, line)

    def _change(self, row: int, before: Line, line: Line) -> Iterator[str]:
        same = 0
        while same < min(len(before), len(line)) and before[same] == line[same]:
            same += 1
        after = 0
        while after < min(len(before), len(line)) - same and before[-1 - after] == line[-1 - after]:
            after += 1
        column = sum(cell_len(span.text) for span in line[:same])
        yield f"\x1b[{row + 1};{column + 1}H"
        for span in line[same : len(line) - after]:
            yield self._drawn(span, column)
            column += cell_len(span.text)

    def _drawn(self, span: Span, column: int) -> str:
        """Return what draws a piece. After characters whose width terminals dispute the cursor is set where it belongs.

        So whatever a guest calls a song, the frame around it stands.
        """
        text = self._sgr(span.style).replace("\0", span.text) if span.style else span.text
        if not _is_disputed(span.text):
            return text
        cells = cell_len(span.text)
        return f"\x1b[{cells}X{text}\x1b[{column + cells + 1}G"

    def _sgr(self, style: str) -> str:
        return _sgr(style, self._colours, self._has_colours)

    def _write(self, text: str) -> None:
        if text:
            self._console.file.write(text)
            self._console.file.flush()


@lru_cache
def _sgr(style: str, colours: ColorSystem | None, has_colours: bool) -> str:  # noqa: FBT001 - a cache's key
    """Return the sequences of a style, around a NUL that stands for the text."""
    parsed = Style.parse(style)
    return (parsed if has_colours else parsed.without_color).render("\0", color_system=colours)


@lru_cache(maxsize=1024)
def _is_disputed(text: str) -> bool:
    return not text.isascii() and any(
        char not in _OWN and (ord(char) > _END_OF_LATIN or bool(unicodedata.combining(char))) for char in text
    )
