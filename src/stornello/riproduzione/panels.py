"""The panel of what the room hears: the piece, how far it is, how loud, and its words."""

from collections.abc import Iterator

from stornello.domain.songs import SongCard
from stornello.riproduzione import meter, phrases
from stornello.riproduzione.lines import EMPTY, FRAME, Line, Span, box, line, spread
from stornello.riproduzione.view import View
from stornello.spool.now_playing import NowPlaying
from stornello.wording import room
from stornello.wording.text import clock, decimals, safe

HEAD = 3
"""Lines above the words: what plays, how far, how loud."""

_MARKS = {"replay": "↻", "house": "⌂", "bed": "∿"}
_MOST_METER = 40
_MARGIN = 4


def now_playing(view: View, width: int, lines: int) -> list[Line]:
    """Show the piece that the room hears, in exactly this size."""
    playing = view.playing
    if playing is None:
        return box(view.say(phrases.NOW), [line(view.say(phrases.NO_PLAYER), "red")], width, lines, "red")
    style = "red" if playing.output == "null" else "yellow" if playing.paused or playing.muted else "cyan"
    title = " · ".join(filter(None, (view.say(phrases.NOW), room.device(playing))))
    body = list(_body(view, playing, width - _MARGIN, lines - FRAME))
    return box(title, body, width, lines, style, room.tonight(playing, view.now, view.language))


def _body(view: View, playing: NowPlaying, width: int, lines: int) -> Iterator[Line]:
    if not playing.song:
        yield line(view.say(phrases.NOTHING_PLAYS), "dim")
        yield EMPTY
        yield _level(view, playing, width)
        return
    yield _title(view, playing, width)
    yield _progress(view, playing, width)
    yield _level(view, playing, width)
    words = list(_words(view, max(0, lines - HEAD)))
    if words and lines - HEAD > len(words):
        yield EMPTY
    yield from words


def _title(view: View, playing: NowPlaying, width: int) -> Line:
    title = f"{_MARKS.get(playing.kind, '♪')} {room.title(playing, view.language)}"
    guests = playing.guests or (view.snapshot.card.guests if view.snapshot.card else ())
    return spread(line(title, "bold"), line(room.whose(playing, guests, view.language), "magenta"), width)


def _progress(view: View, playing: NowPlaying, width: int) -> Line:
    state = phrases.PAUSED if playing.paused else phrases.CROSSFADING if playing.crossfading else None
    length = f" / {clock(playing.duration_s)}" if playing.duration_s else ""
    times = f"{clock(view.position_s)}{length}" + (f"  {view.say(state)}" if state else "")
    cells = max(0, width - len(times) - 1)
    done = round(cells * min(1.0, view.position_s / playing.duration_s)) if playing.duration_s else 0
    colour = "yellow" if playing.paused else "cyan"
    return (Span("━" * done, colour), Span("─" * (cells - done), "dim"), Span(f" {times}"))


def _level(view: View, playing: NowPlaying, width: int) -> Line:
    """Return the meter, and what stands between it and the loudspeakers."""
    told = f"{view.say(phrases.VOLUME)} {playing.volume} %"
    volume = line(told, "dim" if playing.muted else "" if playing.volume else "yellow")
    if quieter := room.curfew(playing, view.language):
        volume = (*volume, Span(f" · {quieter}", "yellow"))
    name = view.say(phrases.LEVEL)
    level = f"{decimals(view.level.held_dbfs, view.language):>5} dBFS" if view.level else "       dBFS"
    cells = max(0, min(_MOST_METER, width // 3))
    return spread((Span(f"{name} ", "dim"), *meter.bar(view.level, cells), Span(f" {level}")), volume, width)


def _words(view: View, lines: int) -> Iterator[Line]:
    """Yield the lines around the one that is sung; without times, those that are likely to be."""
    card = view.snapshot.card
    if card is None or lines < 1:
        return
    if not card.synced_lyrics:
        yield from _likely(view, card, lines)
        return
    sung = sung_line(card, view.position_s)
    first = max(0, min(sung - (lines - 1) // 3, len(card.synced_lyrics) - lines))
    for at, words in enumerate(card.synced_lyrics[first : first + lines], first):
        yield _line(words.text, "bold green" if at == sung else "dim", "▸ " if at == sung else "  ")


def _likely(view: View, card: SongCard, lines: int) -> Iterator[Line]:
    words = [text for text in card.lyrics.text().splitlines() if text]
    playing = view.snapshot.playing
    share = view.position_s / playing.duration_s if playing and playing.duration_s else 0.0
    first = max(0, min(int(share * len(words)) - lines // 2, len(words) - lines))
    yield from (_line(text, "") for text in words[first : first + lines])


def sung_line(card: SongCard, position_s: float) -> int:
    """Return which of the synced lines is sung, -1 before the first."""
    return sum(words.at_s <= position_s for words in card.synced_lyrics) - 1


def _line(text: str, style: str, mark: str = "  ") -> Line:
    return line(mark + safe(text), style)
