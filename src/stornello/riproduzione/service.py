"""The service that the room hears: the DJ in a loop, its control socket, and now_playing.json."""

import logging
import threading
from contextlib import suppress
from dataclasses import replace
from functools import partial

from stornello.domain.clock import Clock
from stornello.riproduzione import commands, mpris
from stornello.riproduzione.booth import Programme
from stornello.riproduzione.control_socket import ControlSocket
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

GLIDE_STEP_S = 0.01
"""Between two steps of a fader that moves."""

SAY_EVERY_S = 1.0

MEND_EVERY_S = 2.0
"""How often folders and sockets that somebody deleted are made again."""


class Riproduzione:
    """Plays the venue's playlist until it is stopped."""

    def __init__(
        self, venue: Venue, settings: Settings, player: Player, clock: Clock, journal: Journal, programme: Programme
    ) -> None:
        self.venue = venue
        self.clock = clock
        self.dj = Dj(venue, settings, player, clock, journal, programme)
        self._said = NowPlaying(at=0.0)
        self._say_at = 0.0
        self._mend_at = 0.0
        self._control = ControlSocket(venue.run, clock)
        self._is_unsaid = False

    def run(self, stop: threading.Event) -> None:
        """Play until ``stop`` is set or somebody asks for the end; then fade out and end every player."""
        with self._control, mpris.on_the_bus(self._control, self.clock):
            self.dj.take_up()
            try:
                while not stop.is_set():
                    self.tick()
                    if not self._pass_time(TICK_S if self.dj.booth.turns() else IDLE_TICK_S):
                        break
            finally:
                self.dj.close()
        # Not after a crash: the next DJ reads there what was playing, and goes on with it.
        self._write(self.dj.now_playing())

    def tick(self) -> None:
        """One pass of the DJ, and say what the room hears when that has changed or a second has passed."""
        self._mend()
        self.dj.tick()
        says = self._control.said = self.dj.now_playing()
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

    def _pass_time(self, wait_s: float) -> bool:
        """Let so long pass, obeying and moving the faders meanwhile; False when somebody asked for the end."""
        until = self.clock.monotonic() + wait_s
        while self.dj.faders.is_gliding and self.clock.monotonic() < until:
            if not self._obey(GLIDE_STEP_S):
                return False
            self.dj.glide()
        return self._obey(max(0.0, until - self.clock.monotonic()))

    def _obey(self, wait_s: float) -> bool:
        """Wait so long for a command, do those that wait, for a tick at most; False when one was the end."""
        asked = self._control.asked_within(wait_s)
        enough_at = self.clock.monotonic() + TICK_S  # a crowd that never ends must not keep the music from its tick
        while asked:
            if asked.command == "quit":
                asked.answer(dict)
                return False
            asked.answer(partial(commands.carry_out, asked.request, self.dj))
            asked = self._control.asked_within(0) if self.clock.monotonic() < enough_at else None
        return True

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
    return replace(says, at=0.0, monotonic_s=0.0, position_s=0.0, peak_dbfs=None)
