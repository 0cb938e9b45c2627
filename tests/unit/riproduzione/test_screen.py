"""The picture as a terminal has it: it fits whatever is told, and little is written of what changes."""

import io
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from rich.cells import cell_len
from rich.console import Console

from builders import a_card
from pictures import AT, NOW, a_busy_night, shown
from stornello.domain.eta import Expected
from stornello.domain.names import TableId
from stornello.domain.plain import Language
from stornello.domain.songs import SungLine
from stornello.riproduzione import lines, meter
from stornello.riproduzione.glass import Glass
from stornello.riproduzione.lines import Span
from stornello.riproduzione.meter import FLOOR_DBFS, Level, Meter
from stornello.riproduzione.view import View
from stornello.spool.expecting import Outlook
from stornello.spool.now_playing import NowPlaying
from stornello.spool.snapshot import Snapshot
from stornello.wording.text import safe

RUNS = {"watchdog": True, "producer": True, "riproduzione": True}
FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
ODD = ("Rimini \U0001f3d6\ufe0f", "東京の夜", FAMILY, "e\u0301\u0300\u0302 caffè", "\u2764\ufe0f" * 50, "una" * 90, "")


def a_night(**now: object) -> Snapshot:
    """Return a busy night in which the room is as told."""
    seen = a_busy_night()
    assert seen.playing
    return replace(seen, running=RUNS, playing=replace(seen.playing, **now))  # type: ignore[arg-type]  # NowPlaying's own fields


def text_of(seen: Snapshot, width: int = 80, height: int = 24, language: Language = "it") -> str:
    return "\n".join(shown(View(seen, NOW, language, 2, 5), width, height))


@given(
    width=some.integers(1, 220),
    height=some.integers(1, 60),
    title=some.sampled_from(ODD) | some.text(max_size=200),
    language=some.sampled_from(("it", "en")),
    kind=some.sampled_from(("song", "replay", "house", "bed", "")),
    alarms=some.tuples(some.booleans(), some.booleans(), some.booleans()),
)
@settings(max_examples=150, deadline=None)
def test_no_line_is_wider_than_the_terminal_whatever_is_told(
    width: int, height: int, title: str, language: Language, kind: str, alarms: tuple[bool, bool, bool]
) -> None:
    panic, muted, paused = alarms
    seen = a_night(title=title, kind=kind, panic=panic, muted=muted, paused=paused, output="null", guests=(title,))
    card = a_card("one", title=title, guests=(title,), synced_lyrics=(SungLine(0, title), SungLine(9, title)))
    view = View(replace(seen, card=card, queue=(card,) * 30), NOW, language, 2, 5, level=Level(-9, -3))
    told = shown(view, width, height)
    assert len(told) == height
    assert {cell_len(line) for line in told} == {width}


def test_what_fits_is_not_cut() -> None:
    told = text_of(replace(a_night(), queue=(a_card("q", title="Canzone", table=3),)))
    assert "Canzone" in told
    assert "…" not in told


def test_every_text_that_is_cut_ends_in_an_ellipsis() -> None:
    long = "una canzone dal titolo che non finisce mai " * 4
    seen = a_night(title=long, device=long)
    told = text_of(replace(seen, queue=(a_card("q", title=long, table=3),)))
    assert sum(long[:12] in line and "…" in line for line in told.splitlines()) == 3


@pytest.mark.parametrize(
    ("kind", "title", "words"),
    [
        ("song", "La notte", ("♪ La notte", "Tavolo 5 · Anna")),
        ("replay", "La notte", ("↻ La notte", "di nuovo · Tavolo 5 · Anna")),
        ("house", "Blue in Green", ("⌂ Blue in Green", "musica della casa")),
        ("bed", "", ("∿ Tappeto musicale", "tappeto, finché c'è una canzone")),
    ],
)
def test_what_kind_of_piece_plays_is_said_in_words(kind: str, title: str, words: tuple[str, ...]) -> None:
    told = text_of(a_night(kind=kind, title=title))
    assert all(word in told for word in words)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_panic_mute_pause_and_a_missing_sound_card_have_bars_that_tell_how_to_go_on(size: tuple[int, int]) -> None:
    told = text_of(a_night(panic=True, muted=True, paused=True, output="null", quieter_db=6.0), *size)
    for words in (
        "PANICO: coda trattenuta, niente è perso. Per riprendere: r, o stornello resume",
        "MUTO: la sala non sente niente. Per sentire di nuovo: m, o stornello mute",
        "IN PAUSA: la sala non sente niente. Per riprendere: spazio, o stornello play",
        "Nessuna scheda audio: la musica va nel vuoto",
        "coprifuoco −6 dB",
        "Poi 39+1/5 · trattenuta",
        "r riprendi",
    ):
        assert words in told, words


def test_the_queue_tells_when_each_song_is_heard_and_tables_say_it_alike_at_every_width() -> None:
    expected = Expected(songs={card.id: 20.0 + 1200 * n for n, card in enumerate(a_busy_night().queue)})
    seen = replace(a_night(), outlook=Outlook(expected, {TableId(9): 500.0}))
    for size in ((80, 24), (120, 40), (200, 50)):
        told = text_of(seen, *size)
        for words in ("<1 min", "~20 min", "~2 h", "messaggi 3 · ~8 min", "♪ 2"):
            assert words in told, words
    assert "♪ 2" in text_of(a_night())


def test_the_music_says_how_long_it_runs_and_its_longest_silence() -> None:
    told = text_of(a_night(began_at=AT - 7980, longest_silence_s=0.44, silent_until=AT - 60), language="en")
    at = NOW.astimezone()
    assert f"up 2 h 13 · longest silence 0.4 s ({at.hour - 1 if not at.minute else at.hour:02}:" in told


def test_without_times_the_words_that_are_likely_sung_are_shown() -> None:
    card = a_card("one")
    assert "Anna è arrivata tardi" in text_of(replace(a_night(at=AT), card=card))
    assert "tutta la sala" in text_of(replace(a_night(at=AT - 59), card=card))


def test_a_meter_rises_at_once_falls_slowly_and_holds_its_peak() -> None:
    level = Meter()
    assert level.take(None, 0.0) is None
    assert level.take(-6.0, 1.0) == Level(-6.0, -6.0)
    assert level.take(-40.0, 1.5) == Level(-16.0, -6.0)
    assert level.take(-40.0, 3.5) == Level(-40.0, -40.0)
    assert level.take(0.0, 3.6) == Level(0.0, 0.0)
    assert level.take(None, 3.7) is None
    assert level.take(-200.0, 4.0) == Level(FLOOR_DBFS, FLOOR_DBFS)


@given(level=some.none() | some.builds(Level, some.floats(-90, 6), some.floats(-90, 6)), width=some.integers(0, 60))
def test_a_meters_bar_is_as_wide_as_it_should_be(level: Level | None, width: int) -> None:
    assert lines.length(meter.bar(level, width)) == width


@given(text=some.text(some.characters(categories=("L", "N", "P", "S", "Zs")), max_size=60), width=some.integers(1, 30))
def test_wrapped_lines_fit_and_lose_no_word(text: str, width: int) -> None:
    told = lines.wrap(safe(text), max(2, width))
    assert all(cell_len(line) <= max(2, width) for line in told)
    assert "".join("".join(told).split()) == "".join(safe(text).split())


def a_glass() -> tuple[Glass, io.StringIO]:
    out = io.StringIO()
    return Glass(Console(file=out, force_terminal=True, width=20, height=2, color_system=None)), out


def test_only_what_differs_is_written() -> None:
    glass, out = a_glass()
    with glass:
        first = [(Span("│"), Span("one two three four"), Span("│")), (Span("│"), Span("a" * 18), Span("│"))]
        glass.show(first)
        assert glass.show(first) == 0
        out.seek(out.truncate(0) or 0)
        glass.show([first[0], (Span("│"), Span("b" * 18), Span("│"))])
        assert out.getvalue() == "\x1b[2;2H" + "b" * 18


def test_after_a_character_of_disputed_width_the_frame_stands_where_it_belongs() -> None:
    glass, out = a_glass()
    with glass:
        glass.show([(Span("│"), Span("❤ caffè"), Span("│"))])
    assert re.search(r"\x1b\[7X❤ caffè\x1b\[9G│", out.getvalue())


def test_all_is_drawn_anew_after_the_terminal_was_somebody_elses() -> None:
    glass, out = a_glass()
    with glass:
        glass.show([(Span("x" * 20),)])
        glass._come_back()
        assert glass.show([(Span("x" * 20),)]) > 20
    assert out.getvalue().endswith("\x1b[?1049l")


def test_nothing_is_said_of_music_while_nobody_plays_it() -> None:
    seen = replace(a_night(panic=True, began_at=AT), running={})
    told = text_of(seen)
    assert "PANICO" not in told
    assert "riproduzione non è in funzione" in told
    assert "livello" in text_of(replace(seen, running=RUNS, playing=NowPlaying(AT)))
