"""Lines of text as wide as a terminal: all that the dashboard's picture is made of.

Widths are cells, of which a wide character or an emoji takes two. Whatever is cut ends in an ellipsis.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len, chop_cells, set_cell_size

ELLIPSIS = "…"
FRAME = 2
"""Lines that a box's border takes."""

_MARGIN = 4
"""Cells that a box takes beside its content: border and blank, left and right."""


class Span(NamedTuple):
    """A piece of a line; ``style`` in rich's words."""

    text: str
    style: str = ""


Line = tuple[Span, ...]
EMPTY: Line = ()


def line(text: str, style: str = "") -> Line:
    """Return a line of one piece."""
    return (Span(text, style),)


def length(of: Line) -> int:
    """Return how many cells a line takes."""
    return sum(cell_len(span.text) for span in of)


def cut(text: str, width: int) -> str:
    """Return ``text``, in ``width`` cells at most."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + ELLIPSIS if width > 0 else ""


def shortened(of: Line, width: int) -> Line:
    """Return the line, in ``width`` cells at most."""
    left, kept = width, []
    spans = [span for span in of if span.text]
    for n, span in enumerate(spans, 1):
        wanted = cell_len(span.text)
        is_last = n == len(spans)
        if wanted < left or (wanted == left and is_last):
            kept.append(span)
            left -= wanted
        else:
            kept.append(Span(cut(span.text if is_last else span.text + ELLIPSIS, left), span.style))
            break
    return tuple(kept)


def fit(of: Line, width: int) -> Line:
    """Return the line in exactly ``width`` cells."""
    short = shortened(of, width)
    rest = width - length(short)
    return (*short, Span(" " * rest)) if rest > 0 else short


def spread(left: Line, right: Line, width: int) -> Line:
    """Return a line with ``left`` at its beginning and ``right``, of which two thirds at most, at its end."""
    end = shortened(right, width * 2 // 3)
    room = width - length(end)
    begin = fit(left, room - 1) if end and room > 1 else fit(left, room)
    return fit((*begin, Span(" "), *end) if end else begin, width)


def wrap(text: str, width: int) -> list[str]:
    """Return ``text`` in lines of ``width`` cells at most, broken between words."""
    lines = [""]
    for word in text.split():
        for part in chop_cells(word, max(1, width)) or [word]:
            longer = f"{lines[-1]} {part}" if lines[-1] else part
            if cell_len(longer) <= width:
                lines[-1] = longer
            else:
                lines.append(part)
    return lines


def box(title: str, body: Sequence[Line], width: int, height: int, style: str, foot: str = "") -> list[Line]:
    """Return ``body`` in a frame of exactly this size, with ``title`` in its upper border and ``foot`` in its lower."""
    if width <= _MARGIN or height < FRAME:
        return block(body, width, height)
    edge = (Span("│", style),)
    rows = [(*edge, *fit((Span(" "), *row), width - 2), *edge) for row in _inside(body, width - 3, height - FRAME)]
    return [_border("╭", title, "╮", width, style), *rows, _border("╰", foot, "╯", width, style)]


def _inside(body: Sequence[Line], width: int, height: int) -> Iterator[Line]:
    for n in range(height):
        yield shortened(body[n], width - 1) if n < len(body) else EMPTY


def _border(left: str, text: str, right: str, width: int, style: str) -> Line:
    told = cut(text, width - 6) if text else ""
    begin = f"{left}─ {told} " if told else f"{left}─"
    return (Span(begin + "─" * (width - 1 - cell_len(begin)) + right, style),)


def block(body: Sequence[Line], width: int, height: int) -> list[Line]:
    """Return ``body`` in exactly this size."""
    return [fit(body[n] if n < len(body) else EMPTY, width) for n in range(height)]


def beside(*blocks: list[Line]) -> list[Line]:
    """Return blocks of one height beside one another."""
    return [tuple(span for row in rows for span in row) for rows in zip(*blocks, strict=True)]
