"""The service that the room hears: the DJ in a loop, its control socket, and now_playing.json."""

import logging
import queue
import threading
from dataclasses import replace

from stornello.domain.clock import Clock
from stornello.domain.errors import PlayerLost
from stornello.riproduzione.control import ControlSocket, Request
from stornello.riproduzione.dj import Dj
from stornello.seams import Player
from stornello.settings import Settings
from stornello.spool import now_playing
from stornello.spool.journal import Journal
from stornello.spool.now_playing import NowPlaying
from stornello.spool.paths import Venue

log = logging.getLogger(__name__)

TICK_S = 0.05
"""Between two passes while something sounds; must stay under ``passages.HORIZON_S``."""

IDLE_TICK_S = 0.2
"""Between two passes while nothing does."""

SAY_EVERY_S = 1.0


class Riproduzione:
    """Plays the venue's playlist until it is stopped."""

    def __init__(self, venue: Venue, settings: Settings, player: Player, clock: Clock, journal: Journal) -> None:
        self.venue = venue
        self.clock = clock
        self.dj = Dj(venue, settings, player, clock, journal)
        self._said = NowPlaying(at=0.0)
        self._say_at = 0.0

    def run(self, stop: threading.Event) -> None:
        """Play until ``stop`` is set or somebody asks for the end; then fade out and end every player."""
        with ControlSocket(self.venue.run) as control:
            self.dj.take_up(now_playing.read(self.venue.run))
            try:
                while not stop.is_set() and self._obey(control.asked):
                    self.tick()
                    stop.wait(TICK_S if self.dj.booth.turns() else IDLE_TICK_S)
            finally:
                self.dj.close()
        # Not after a crash: the next DJ reads there what was playing, and goes on with it.
        self._write(self.dj.now_playing())

    def tick(self) -> None:
        """One pass of the DJ, and say what the room hears when that has changed or a second has passed."""
        self.dj.tick()
        says = self.dj.now_playing()
        if self.clock.monotonic() >= self._say_at or _facts(says) != _facts(self._said):
            self._write(says)

    def _obey(self, asked: "queue.SimpleQueue[Request]") -> bool:
        """Do what was asked since the last pass; False when that was the end."""
        while not asked.empty():
            request = asked.get()
            if request["command"] == "quit":
                return False
            try:
                self._do(request)
            except PlayerLost as error:
                log.warning("command lost with its deck", extra={"command": request["command"], "code": error.code})
        return True

    def _do(self, request: Request) -> None:
        match request:
            case {"command": "pause"}:
                self.dj.pause(request.get("on"))
            case {"command": "next"}:
                self.dj.next()
            case {"command": "seek", "seconds": seconds}:
                self.dj.seek(seconds)
            case {"command": "volume", "to": percent}:
                self.dj.set_volume(int(percent))
            case {"command": "volume", "by": percent}:
                self.dj.set_volume(self.dj.volume + int(percent))

    def _write(self, says: NowPlaying) -> None:
        self._said, self._say_at = says, self.clock.monotonic() + SAY_EVERY_S
        try:
            now_playing.write(self.venue.run, says)
        except OSError as error:
            log.warning("now_playing.json not written", extra={"error": type(error).__name__})


def _facts(says: NowPlaying) -> NowPlaying:
    """Return what is worth telling at once: all but the moving clock."""
    return replace(says, at=0.0, position_s=0.0)
