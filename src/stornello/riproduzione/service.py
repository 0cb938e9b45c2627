"""The service that the room hears: the DJ in a loop, its control socket, and now_playing.json."""

import logging
import queue
import threading
from contextlib import suppress
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

MEND_EVERY_S = 2.0
"""How often folders and sockets that somebody deleted are made again."""


class Riproduzione:
    """Plays the venue's playlist until it is stopped."""

    def __init__(self, venue: Venue, settings: Settings, player: Player, clock: Clock, journal: Journal) -> None:
        self.venue = venue
        self.clock = clock
        self.dj = Dj(venue, settings, player, clock, journal)
        self._said = NowPlaying(at=0.0)
        self._say_at = 0.0
        self._mend_at = 0.0
        self._control = ControlSocket(venue.run)
        self._is_unsaid = False

    def run(self, stop: threading.Event) -> None:
        """Play until ``stop`` is set or somebody asks for the end; then fade out and end every player."""
        with self._control as control:
            self.dj.take_up(now_playing.read(self.venue))
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
        self._mend()
        self.dj.tick()
        says = self.dj.now_playing()
        if self.clock.monotonic() >= self._say_at or _facts(says) != _facts(self._said):
            self._write(says)

    def _mend(self) -> None:
        """Make again what is missing; while that cannot be, the conditions of the disk are told by whoever looks."""
        if self.clock.monotonic() < self._mend_at:
            return
        self._mend_at = self.clock.monotonic() + MEND_EVERY_S
        with suppress(OSError):
            self.venue.make()
            self._control.mend()

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
            now_playing.write(self.venue, says)
            self._is_unsaid = False
        except OSError as error:
            if not self._is_unsaid:  # not every second
                log.warning("now_playing.json not written", extra={"error": type(error).__name__})
            self._is_unsaid = True


def _facts(says: NowPlaying) -> NowPlaying:
    """Return what is worth telling at once: all but the moving clock."""
    return replace(says, at=0.0, monotonic_s=0.0, position_s=0.0)
