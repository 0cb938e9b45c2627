"""The terminal dashboard: reads the venue's state and asks the DJ through its control socket, nothing else.

It runs in any process, may be opened twice, and its end is no matter to the music.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from rich.console import Console

from stornello.domain.clock import Clock
from stornello.domain.errors import PlayerLost, StornelloError
from stornello.domain.eta import House
from stornello.domain.money import NO_BUDGET, Budget
from stornello.domain.names import TableId
from stornello.domain.night import night_of
from stornello.domain.plain import Language, Plain
from stornello.riproduzione import control, lists, phrases, telling
from stornello.riproduzione.glass import Glass
from stornello.riproduzione.keys import Keys
from stornello.riproduzione.meter import Meter
from stornello.riproduzione.room import Room
from stornello.riproduzione.screen import picture
from stornello.riproduzione.view import View
from stornello.spool.paths import Venue
from stornello.spool.snapshot import Lookout, Snapshot

LOOK_S = 1.0
"""How often the venue is looked at, and at once when another piece plays."""

MOST_OF_A_LOOK = 0.01
"""Looking takes this share of the time at most, so that many thousand tables cost no more of a processor ..."""

SELDOM_S = 5.0
"""... but it is done so often, however slow the disk."""

TELL_S = 0.5
"""How often, where a line is told for every change."""

PRESS_S = 0.2
"""How long a pass waits for a key: so often the DJ is asked, and what has changed on the picture is drawn."""

NOTICE_S = 4.0

SURE_S = 3.0
"""Within this time a second q ends the night."""

PRESSED: dict[str, tuple[str, dict[str, object]]] = {
    "pause": ("pause", {}),
    "next": ("next", {}),
    "forward": ("seek", {"seconds": 10}),
    "back": ("seek", {"seconds": -10}),
    "louder": ("volume", {"by": 5}),
    "softer": ("volume", {"by": -5}),
    "mute": ("mute", {}),
    "panic": ("panic", {}),
    "resume": ("resume", {}),
}


@dataclass(slots=True)
class Dashboard:
    """Shows ``venue`` on ``console``: a live picture on a terminal, a line for every change elsewhere.

    ``max_workers``, ``max_queue_size``, ``budget`` and ``floor_mb`` are what the levels are told against;
    ``night_begins`` is the hour at which a new night's spending begins; ``house`` is what the next songs' times are
    told from. ``ends_night``: with it the music ends too, so that q has to be pressed twice.
    """

    venue: Venue
    language: Language
    console: Console
    clock: Clock
    max_workers: int = 1
    max_queue_size: int = 5
    budget: Budget = NO_BUDGET
    night_begins: int = 6
    floor_mb: int = 0
    house: House | None = None
    ends_night: bool = False
    _lookout: Lookout = field(init=False)

    def __post_init__(self) -> None:
        self._lookout = Lookout(self.venue, self.house, self.clock)

    def look(self) -> Snapshot:
        """Read the venue as it is now."""
        return self._lookout.look(night_of(self.clock.now(), self.night_begins), self.floor_mb)

    def run(self, until: Callable[[Snapshot], bool] | None, stop: threading.Event) -> bool:
        """Show the venue until ``until`` says so, ``stop`` is set or q is pressed; return whether it was q."""
        if self.console.is_terminal:
            return _Picture(self).run(until, stop)
        self._tell(until, stop)
        return False

    def _tell(self, until: Callable[[Snapshot], bool] | None, stop: threading.Event) -> None:
        before = None
        while True:
            seen = self.look()
            for line in telling.changes(before, seen, self.language, self.budget):
                at = self.clock.now().astimezone()
                self.console.print(f"{at:%H:%M:%S} {line}", markup=False, highlight=False, soft_wrap=True)
            before = seen
            if (until and until(seen)) or stop.wait(TELL_S):
                return


class _Picture:
    """One run of the live picture."""

    def __init__(self, board: Dashboard) -> None:
        self.board = board
        self._room = Room(board.venue, board.clock)
        self._meter = Meter()
        self._seen: Snapshot | None = None
        self._tables: tuple[TableId, ...] = ()
        self._look_at = 0.0
        self._notice: Plain | None = None
        self._notice_until = self._sure_until = 0.0

    def run(self, until: Callable[[Snapshot], bool] | None, stop: threading.Event) -> bool:
        with Keys() as keys, Glass(self.board.console) as glass:
            while not stop.is_set():
                seen = self._look()
                size = self.board.console.size
                glass.show(picture(self._view(seen), size.width, size.height))
                if until and until(seen):
                    break
                if self._pressed(keys.wait(PRESS_S)):
                    return True
        return False

    def _look(self) -> Snapshot:
        """Return the venue as it was seen last, with what the DJ says now."""
        now_s, playing = self.board.clock.monotonic(), self._room.ask()
        is_another = playing and self._seen and (self._seen.playing is None or self._seen.playing.song != playing.song)
        if self._seen is None or now_s >= self._look_at or is_another:
            self._seen = self.board.look()
            self._tables = lists.foremost(self._seen)
            took_s = self.board.clock.monotonic() - now_s
            self._look_at = now_s + min(max(LOOK_S, took_s / MOST_OF_A_LOOK), SELDOM_S)
        self._seen = replace(self._seen, playing=playing) if playing else self._seen
        return self._seen

    def _view(self, seen: Snapshot) -> View:
        board, now_s = self.board, self.board.clock.monotonic()
        if now_s > self._notice_until:
            self._notice = None
        level = self._meter.take(seen.playing.peak_dbfs if seen.playing else None, now_s)
        limits = (board.max_workers, board.max_queue_size)
        return View(seen, board.clock.now(), board.language, *limits, self._notice, board.budget, level, self._tables)

    def _pressed(self, key: str | None) -> bool:
        """Do what the key means; return whether it ends the dashboard."""
        now_s = self.board.clock.monotonic()
        if key == "quit":
            if not self.board.ends_night or now_s <= self._sure_until:
                return True
            self._sure_until = now_s + SURE_S
            self._note(phrases.SURE, SURE_S)
        elif key in PRESSED:
            self._ask(*PRESSED[key])
        return False

    def _ask(self, command: str, details: dict[str, object]) -> None:
        try:
            control.ask(self.board.venue.run, command, **details)
        except PlayerLost:
            self._note(phrases.NO_ANSWER, NOTICE_S)
        except StornelloError as error:
            self._note(error.what, NOTICE_S)

    def _note(self, told: Plain, for_s: float) -> None:
        self._notice, self._notice_until = told, self.board.clock.monotonic() + for_s
