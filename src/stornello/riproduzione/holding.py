"""Pause and stop without a click: the room falls silent along a slope, and goes on softly where that slope began."""

from contextlib import suppress
from typing import Final

from stornello.domain.crossfade import LEAD_S, Fade
from stornello.domain.errors import PlayerLost
from stornello.riproduzione.booth import Booth
from stornello.riproduzione.turn import Turn

FALL_S: Final = 0.15
"""How long the room takes to fall silent."""

DRAIN_S: Final = 0.15
"""What the sound system still has of it after that."""


class Holding:
    """Holds the room and lets it go on."""

    def __init__(self, booth: Booth) -> None:
        self.booth = booth

    def hold(self) -> None:
        """Have the room fall silent and be held."""
        self.booth.paused = True
        self._fall()

    def go_on(self) -> None:
        """Let the room go on."""
        self.booth.paused = False
        for turn in self.booth.audible():
            with suppress(PlayerLost):  # the next tick finds it
                self._release(turn)

    def look(self) -> None:
        """Hold what has fallen silent; let go on what was asked to before that."""
        now = self.booth.clock.monotonic()
        for turn in self.booth.audible():
            if turn.fall is None or not turn.running or turn.position_s < turn.fall.end_s:
                continue
            if self.booth.paused:
                turn.park(turn.fall.start_s, now)
            else:
                turn.go_on_from(turn.fall.start_s, now)

    def fall_for_good(self) -> None:
        """Have the room fall silent, and wait until it is: the players end then. One that hangs is not waited for."""
        fallen = self._fall()
        if not fallen:
            return
        self.booth.clock.sleep(LEAD_S + FALL_S + DRAIN_S)
        for turn in fallen:
            with suppress(PlayerLost):
                turn.listen(self.booth.clock.monotonic())

    def _fall(self) -> list[Turn]:
        """Give every piece that sounds a slope into silence; return those that took it."""
        now, fallen = self.booth.clock.monotonic(), []
        for turn in self.booth.audible():
            if not turn.running or not turn.ready or turn.fall:
                continue
            turn.fall = Fade(turn.ear_s(now) + LEAD_S, FALL_S, "smooth")
            with suppress(PlayerLost):  # the next tick finds it
                turn.shape()
                fallen.append(turn)
        return fallen

    def _release(self, turn: Turn) -> None:
        now = self.booth.clock.monotonic()
        if not turn.running:
            turn.seen_at = turn.moved_at = now
            turn.hold(on=False)
        elif turn.fall and turn.ear_s(now) + LEAD_S < turn.fall.start_s:
            turn.fall = None  # it has not begun: nobody hears that it was asked for
            turn.shape()
