"""The terminal dashboard: reads the venue's state and asks the DJ through its control socket, nothing else.

It runs in any process, may be opened twice, and its end is no matter to the music.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from rich.console import Console
from rich.live import Live

from stornello.domain.clock import Clock
from stornello.domain.errors import PlayerLost
from stornello.domain.eta import House
from stornello.domain.money import NO_BUDGET, Budget
from stornello.domain.night import night_of
from stornello.domain.plain import Language, Plain
from stornello.riproduzione import control, phrases, telling
from stornello.riproduzione.keys import Keys
from stornello.riproduzione.panels import View, sung_line
from stornello.riproduzione.screen import picture
from stornello.spool.paths import Venue
from stornello.spool.snapshot import Lookout, Snapshot

LOOK_S = 0.5
"""How often the venue is looked at."""

PRESS_S = 0.25
"""How long a pass waits for a key: pictures come at most this often, and only when something has changed."""

NOTICE_S = 4.0

PRESSED: dict[str, tuple[str, dict[str, object]]] = {
    "pause": ("pause", {}),
    "next": ("next", {}),
    "forward": ("seek", {"seconds": 10}),
    "back": ("seek", {"seconds": -10}),
    "louder": ("volume", {"by": 5}),
    "softer": ("volume", {"by": -5}),
}


@dataclass(slots=True)
class Dashboard:
    """Shows ``venue`` on ``console``: a live picture on a terminal, a line for every change elsewhere.

    ``max_workers``, ``max_queue_size``, ``budget`` and ``floor_mb`` are what the levels are told against;
    ``night_begins`` is the hour at which a new night's spending begins; ``house`` is what the next songs' times are
    told from.
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
    _lookout: Lookout = field(init=False)

    def __post_init__(self) -> None:
        self._lookout = Lookout(self.venue, self.house, self.clock)

    def look(self) -> Snapshot:
        """Read the venue as it is now."""
        return self._lookout.look(night_of(self.clock.now(), self.night_begins), self.floor_mb)

    def run(self, until: Callable[[Snapshot], bool] | None, stop: threading.Event) -> Snapshot:
        """Show the venue until ``until`` says so, q is pressed or ``stop`` is set; return the last look."""
        if self.console.is_terminal:
            return _Picture(self).run(until, stop)
        return self._tell(until, stop)

    def _tell(self, until: Callable[[Snapshot], bool] | None, stop: threading.Event) -> Snapshot:
        before = None
        while True:
            seen = self.look()
            for line in telling.changes(before, seen, self.language, self.budget):
                at = self.clock.now().astimezone()
                self.console.print(f"{at:%H:%M:%S} {line}", markup=False, highlight=False, soft_wrap=True)
            before = seen
            if (until and until(seen)) or stop.wait(LOOK_S):
                return seen


class _Picture:
    """One run of the live picture."""

    def __init__(self, board: Dashboard) -> None:
        self.board = board
        self._notice: Plain | None = None
        self._notice_until = 0.0
        self._shown: object = None

    def run(self, until: Callable[[Snapshot], bool] | None, stop: threading.Event) -> Snapshot:
        seen, look_at = self.board.look(), 0.0
        with Keys() as keys, Live(console=self.board.console, screen=True, auto_refresh=False) as live:
            while not stop.is_set():
                if self.board.clock.monotonic() >= look_at:
                    seen, look_at = self.board.look(), self.board.clock.monotonic() + LOOK_S
                self._show(live, seen)
                if (until and until(seen)) or self._pressed(keys.wait(PRESS_S)):
                    break
        return seen

    def _show(self, live: Live, seen: Snapshot) -> None:
        """Draw the picture if it differs from the one on the screen."""
        board = self.board
        if board.clock.monotonic() > self._notice_until:
            self._notice = None
        now = board.clock.now()
        view = View(seen, now, board.language, board.max_workers, board.max_queue_size, self._notice, board.budget)
        width, height = board.console.size
        facts = (_still(view), width, height)
        if facts != self._shown:
            self._shown = facts
            live.update(picture(view, width, height), refresh=True)

    def _pressed(self, key: str | None) -> bool:
        """Do what the key means; return whether it ends the dashboard."""
        if key == "quit":
            return True
        if key:
            self._ask(*PRESSED[key])
        return False

    def _ask(self, command: str, details: dict[str, object]) -> None:
        try:
            control.ask(self.board.venue.run, command, **details)
        except PlayerLost:
            self._notice, self._notice_until = phrases.NO_ANSWER, self.board.clock.monotonic() + NOTICE_S


def _still(view: View) -> tuple[object, ...]:
    """Return what of a view can be seen: without the parts of a second."""
    seen = view.snapshot
    playing = seen.playing and replace(seen.playing, at=0.0, monotonic_s=0.0, position_s=0.0)
    line = sung_line(seen.card, view.position_s) if seen.card else -1
    return (
        replace(seen, playing=playing),
        int(view.position_s),
        line,
        int(view.now.timestamp()) if seen.making or seen.waiting else 0,
        view.now.minute,
        view.notice,
    )
