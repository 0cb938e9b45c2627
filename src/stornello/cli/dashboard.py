"""The dashboard as a command, and as the child process that shows a night on its terminal."""

import logging
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import typer
from rich.console import Console

from stornello import logs, processes
from stornello.cli.options import HERE, Folder, Lang, existing
from stornello.cli.services import stop_on_signals
from stornello.cli.speech import LANGUAGE, say, tell
from stornello.domain.clock import SystemClock
from stornello.settings import Settings
from stornello.spool.paths import Venue
from stornello.spool.snapshot import Snapshot
from stornello.wiring import engines

log = logging.getLogger(__name__)

Watch = Callable[[Callable[[Snapshot], bool] | None, threading.Event], bool]
"""Shows the venue until the first says so, or the second is set, or somebody quits: then it returns True."""

QUIT = 10
"""The exit code of a night's dashboard in which somebody asked for the night's end."""

AGAIN_S = 1.0
"""How soon a dashboard that fell comes back."""

MOST_FALLS, WITHIN_S = 3, 60.0
"""So many falls in so short a time, and it stays away."""

_GIVE_BACK = "\x1b[0m\x1b[?25h\x1b[?1049l"
_LOOK_S = 0.2
_END_S = 2.0


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    app.command(help=say("Il cruscotto della serata, anche più d'uno.", "The night's dashboard, or another one."))(
        dashboard
    )


def dashboard(folder: Folder = HERE, lang: Lang = None) -> None:
    """Show what goes on; keys command the music. q closes it, and nothing else: the night goes on."""
    del lang
    is_the_nights = processes.end_with_parent()
    venue = existing(folder)
    watch = watch_of(venue, Settings.load(venue.settings), ends_night=is_the_nights)
    logs.set_up("dashboard", venue.logs)
    try:
        is_quit = watch(None, stop_on_signals())
    except Exception:
        log.exception("the dashboard fell")
        tell("Il cruscotto si è chiuso per un errore; la musica continua.", "The dashboard fell; the music goes on.")
        raise typer.Exit(1) from None
    if is_quit and is_the_nights:
        raise typer.Exit(QUIT)


def watch_of(venue: Venue, settings: Settings, *, ends_night: bool) -> Watch:
    """Return what shows ``venue``; ``ends_night``: the music ends with it."""
    from stornello.riproduzione.dashboard import Dashboard  # noqa: PLC0415 - imports much

    board = Dashboard(
        venue,
        LANGUAGE,
        Console(highlight=False),  # ours for lines is one that never wraps
        SystemClock(),
        settings.max_workers,
        settings.max_queue_size,
        engines.budget(settings),
        settings.night_begins,
        settings.free_space_floor_mb,
        engines.house(settings),
        ends_night=ends_night,
    )
    return board.run


def show_night(venue: Venue, settings: Settings, stop: threading.Event, is_over: Callable[[], bool]) -> None:
    """Show the night until somebody quits it, ``stop`` is set or ``is_over``.

    On a terminal a child process does it, which comes back when it falls, or is killed: the music is none of its
    business. Elsewhere a line is told for every change.
    """
    if Console().is_terminal and sys.stdin.isatty():
        _show_by_child(_command(venue), stop, is_over)
    else:
        watch = watch_of(venue, settings, ends_night=True)
        show_while_it_lasts(lambda: watch(lambda _: is_over(), stop), stop)


def show_while_it_lasts(watch: Callable[[], object], stop: threading.Event) -> None:
    """Run the dashboard until it is quit; when it falls, say so and let the night go on until ``stop`` is set."""
    try:
        watch()
    except Exception:
        log.exception("the dashboard fell; the night goes on")
        with suppress(OSError):  # the screen itself may be what has gone
            tell(
                "Il cruscotto si è chiuso per un errore; la musica continua. Ctrl-C chiude la serata.",
                "The dashboard ended on an error; the music goes on. Ctrl-C ends the night.",
                style="yellow",
            )
        stop.wait()


def _command(venue: Venue) -> list[str]:
    return [sys.executable, "-m", "stornello", "dashboard", "--folder", str(venue.root), "--lang", LANGUAGE]


def _show_by_child(command: list[str], stop: threading.Event, is_over: Callable[[], bool]) -> None:
    """Keep a dashboard on our terminal, in our process group, so that Ctrl-C and Ctrl-Z mean us both."""
    falls: list[float] = []
    clock = SystemClock()
    while not (stop.is_set() or is_over()):
        with _terminal_given_back():
            child = subprocess.Popen(command, env=processes.environment_of_child())
            code = _end_of(child, stop, is_over)
        if code == QUIT or stop.is_set():
            return
        log.warning("the dashboard ended", extra={"exit": code})
        falls = [*(at for at in falls if clock.monotonic() - at < WITHIN_S), clock.monotonic()]
        if len(falls) >= MOST_FALLS:
            tell(
                "Il cruscotto non sta in piedi; la musica continua. Da un altro terminale: stornello dashboard. "
                "Qui Ctrl-C chiude la serata.",
                "The dashboard keeps falling; the music goes on. From another terminal: stornello dashboard. "
                "Here Ctrl-C ends the night.",
                style="yellow",
            )
            while not (is_over() or stop.wait(_LOOK_S)):
                pass
            return
        stop.wait(AGAIN_S)


def _end_of(child: "subprocess.Popen[bytes]", stop: threading.Event, is_over: Callable[[], bool]) -> int:
    """Wait for the dashboard's end, and end it when the night does; return its exit code."""
    while child.poll() is None:
        if stop.wait(_LOOK_S) or is_over():
            child.terminate()
            with suppress(subprocess.TimeoutExpired):
                return child.wait(_END_S)
            child.kill()
            return child.wait()
    return child.returncode


@contextmanager
def _terminal_given_back() -> Iterator[None]:
    """Leave the terminal as it was, however who had it ended."""
    before = termios.tcgetattr(sys.stdin)
    try:
        yield
    finally:
        with suppress(OSError, termios.error):  # the terminal itself may have gone
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
            sys.stdout.write(_GIVE_BACK)
            sys.stdout.flush()
