"""What the room hears now, for who only looks: the DJ is asked; while it does not answer, what it wrote last counts."""

from stornello.domain.clock import Clock
from stornello.domain.errors import StornelloError
from stornello.riproduzione import control
from stornello.spool.now_playing import NowPlaying
from stornello.spool.paths import Venue

AGAIN_S = 1.0
"""How long a DJ that does not answer is left alone."""


class Room:
    """Asks the DJ of ``venue`` as often as one likes."""

    def __init__(self, venue: Venue, clock: Clock) -> None:
        self.venue = venue
        self._clock = clock
        self._again_at = 0.0

    def ask(self) -> NowPlaying | None:
        """Return what the DJ says, None while it does not answer. Never takes long."""
        if self._clock.monotonic() < self._again_at:
            return None
        try:
            return NowPlaying.from_json(control.ask(self.venue.run, "status"))
        except (StornelloError, ValueError, TypeError, KeyError):
            self._again_at = self._clock.monotonic() + AGAIN_S
            return None
