"""The panel of what the room hears: the piece, how far it is, how loud, and its words."""

from collections.abc import Iterator

from stornello.domain.songs import SongCard
from stornello.riproduzione import meter, phrases
from stornello.riproduzione.lines import EMPTY, FRAME, Line, Span, box, line, spread
from stornello.riproduzione.view import View
from stornello.spool.now_playing import NowPlaying
from stornello.wording.text import clock, decimals, lasting, safe

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
    title = f"{view.say(phrases.NOW)}{_device(playing)}"
    return box(
        title, list(_body(view, playing, width - _MARGIN, lines - FRAME)), width, lines, style, _tonight(view, playing)
    )


def _device(playing: NowPlaying) -> str:
    """Return where the sound goes; that it goes nowhere is told elsewhere, in red."""
    device = "" if playing.device in {"", "auto"} else safe(playing.device)
    driver = "" if playing.output in {"", "null"} else safe(playing.output)
    return "".join(f" · {name}" for name in (driver, device) if name)


def _tonight(view: View, playing: NowPlaying) -> str:
    """Return how long the music has run, and its longest silence tonight."""
    told = []
    if playing.began_at:
        told.append(view.say(phrases.RUNS_SINCE).format(time=lasting(view.now.timestamp() - playing.began_at)))
    if playing.began_at or playing.longest_silence_s:
        told.append(_silence(view, playing))
    return " · ".join(told)


def _silence(view: View, playing: NowPlaying) -> str:
    seconds = decimals(playing.longest_silence_s, view.language)
    if not playing.silent_until:
        return view.say(phrases.SILENCE).format(seconds=seconds)
    at = view.now.fromtimestamp(playing.silent_until).astimezone()
    return view.say(phrases.SILENCE_AT).format(seconds=seconds, at=f"{at:%H:%M}")


def _body(view: View, playing: NowPlaying, width: int, room: int) -> Iterator[Line]:
    if not playing.song:
        yield line(view.say(phrases.NOTHING_PLAYS), "dim")
        yield EMPTY
        yield _level(view, playing, width)
        return
    yield _title(view, playing, width)
    yield _progress(view, playing, width)
    yield _level(view, playing, width)
    words = list(_words(view, max(0, room - HEAD)))
    if words and room - HEAD > len(words):
        yield EMPTY
    yield from words


def _title(view: View, playing: NowPlaying, width: int) -> Line:
    mark = _MARKS.get(playing.kind, "♪")
    title = safe(playing.title) or (view.say(phrases.BED_TITLE) if playing.kind == "bed" else "")
    return spread(line(f"{mark} {title}", "bold"), line(_whose(view, playing), "magenta"), width)


def _whose(view: View, playing: NowPlaying) -> str:
    """Return in words what kind of piece it is: whose song, or that it is none of tonight's tables."""
    if playing.kind in {"house", "bed"}:
        return view.say(phrases.HOUSE if playing.kind == "house" else phrases.BED)
    card = view.snapshot.card
    guests = ", ".join(playing.guests or (card.guests if card else ()))
    whose = f"{view.say(phrases.TABLE)} {playing.table}" + (f" · {safe(guests)}" if guests else "")
    return f"{view.say(phrases.REPLAY)} · {whose}" if playing.kind == "replay" else whose


def _progress(view: View, playing: NowPlaying, width: int) -> Line:
    state = phrases.PAUSED if playing.paused else phrases.CROSSFADING if playing.crossfading else None
    length = f" / {clock(playing.duration_s)}" if playing.duration_s else ""
    times = f"{clock(view.position_s)}{length}" + (f"  {view.say(state)}" if state else "")
    room = max(0, width - len(times) - 1)
    done = round(room * min(1.0, view.position_s / playing.duration_s)) if playing.duration_s else 0
    colour = "yellow" if playing.paused else "cyan"
    return (Span("━" * done, colour), Span("─" * (room - done), "dim"), Span(f" {times}"))


def _level(view: View, playing: NowPlaying, width: int) -> Line:
    """Return the meter, and what stands between it and the loudspeakers."""
    told = f"{view.say(phrases.VOLUME)} {playing.volume} %"
    volume: Line = line(told, "yellow" if playing.volume == 0 else "")
    if playing.muted:
        volume = (*line(view.say(phrases.MUTED), "bold yellow"), Span(f" {told}", "dim"))
    if playing.quieter_db:
        quieter = f" · {view.say(phrases.CURFEW)} −{decimals(playing.quieter_db, view.language)} dB"
        volume = (*volume, Span(quieter, "yellow"))
    name = view.say(phrases.LEVEL)
    level = f"{decimals(view.level.held_dbfs, view.language):>5} dBFS" if view.level else "       dBFS"
    room = max(0, min(_MOST_METER, width // 3))
    return spread((Span(f"{name} ", "dim"), *meter.bar(view.level, room), Span(f" {level}")), volume, width)


def _words(view: View, room: int) -> Iterator[Line]:
    """Yield the lines around the one that is sung; without times, those that are likely to be."""
    card = view.snapshot.card
    if card is None or room < 1:
        return
    if not card.synced_lyrics:
        yield from _likely(view, card, room)
        return
    sung = sung_line(card, view.position_s)
    first = max(0, min(sung - (room - 1) // 3, len(card.synced_lyrics) - room))
    for at, words in enumerate(card.synced_lyrics[first : first + room], first):
        yield _line(words.text, "bold green" if at == sung else "dim", "▸ " if at == sung else "  ")


def _likely(view: View, card: SongCard, room: int) -> Iterator[Line]:
    words = [text for text in card.lyrics.text().splitlines() if text]
    playing = view.snapshot.playing
    share = view.position_s / playing.duration_s if playing and playing.duration_s else 0.0
    first = max(0, min(int(share * len(words)) - room // 2, len(words) - room))
    yield from (_line(text, "") for text in words[first : first + room])


def sung_line(card: SongCard, position_s: float) -> int:
    """Return which of the synced lines is sung, -1 before the first."""
    return sum(words.at_s <= position_s for words in card.synced_lyrics) - 1


def _line(text: str, style: str, mark: str = "  ") -> Line:
    return line(mark + safe(text), style)
