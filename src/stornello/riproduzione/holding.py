"""Pause, seek and stop without a click: what sounds falls silent along a slope, and goes on softly."""

from contextlib import suppress
from dataclasses import replace
from typing import Final

from stornello.domain.crossfade import DECLICK_S, LEAD_S, Fade
from stornello.domain.errors import PlayerLost
from stornello.riproduzione import refusals
from stornello.riproduzione.booth import Booth
from stornello.riproduzione.turn import DRAIN_S, Turn

FALL_S: Final = 0.15
"""How long the room takes to fall silent."""

DIP_S: Final = 0.03
"""The same before a seek, which people want at once."""

SURE_S: Final = 0.05
"""So long after its slope a piece is silent, whatever the sound system still has of it."""

GUARD_S: Final = 1.0
"""Seeking stops this long before a passage, so that the passage stays whole."""


class Holding:
    """Holds the room and lets it go on, where it was or elsewhere in the piece."""

    def __init__(self, booth: Booth) -> None:
        self.booth = booth
        self._to_s: float | None = None

    def hold(self) -> None:
        """Have the room fall silent and be held."""
        self.booth.paused = True
        self.booth.put_off()
        for turn in self.booth.audible():
            with suppress(PlayerLost):  # the next tick finds it
                self._fall(turn, FALL_S)

    def go_on(self) -> None:
        """Let the room go on: at once, or as soon as it has fallen silent."""
        self.booth.paused = False
        now = self.booth.clock.monotonic()
        for turn in self.booth.audible():
            with suppress(PlayerLost):  # the next tick finds it
                if not turn.running:
                    turn.seen_at = turn.moved_at = now
                    turn.hold(on=False)
                elif turn.fall and self._to_s is None and turn.ear_s(now) + LEAD_S < turn.fall.start_s:
                    turn.fall = None  # it has not begun: nobody hears that it was asked for
                    turn.shape()

    def seek(self, by_s: float) -> None:
        """Move within the current piece, but not over a passage. Raises StornelloError where that cannot be."""
        turn, now = self.booth.current, self.booth.clock.monotonic()
        if turn is None or not turn.ready:
            raise refusals.NOTHING_PLAYS
        here = turn.ear_s(now) if self._to_s is None else self._to_s
        last = (turn.handover.at_s if turn.handover else turn.part.end_s) - GUARD_S
        to_s = max(turn.part.begin_s, min(here + by_s, last))
        if self.booth.leaving or (to_s - here) * by_s < 0:
            raise refusals.IN_A_PASSAGE
        self.booth.put_off()
        self._to_s = to_s
        if turn.running:
            self._fall(turn, DIP_S)
        else:
            self._go_on_elsewhere(turn)
            turn.go_on_from(to_s, now)

    def look(self) -> None:
        """What has fallen silent is held, or goes on."""
        now = self.booth.clock.monotonic()
        for turn in self.booth.audible():
            if turn.fall is None or not turn.running or turn.ear_s(now) < turn.fall.end_s + SURE_S:
                continue
            to_s = self._place(turn, turn.fall)
            if self.booth.paused:
                turn.park(to_s, now)
            else:
                turn.go_on_from(to_s, now)

    def fall_for_good(self) -> None:
        """Have the room fall silent, and wait until it is: the players end then. One that hangs is not waited for."""
        fallen = [turn for turn in self.booth.audible() if self._falls(turn)]
        if fallen:
            self.booth.clock.sleep(LEAD_S + FALL_S + DRAIN_S)
        for turn in fallen:
            with suppress(PlayerLost):
                turn.listen(self.booth.clock.monotonic())

    def _falls(self, turn: Turn) -> bool:
        """Have it fall silent; False when it is so already, or its player is lost."""
        try:
            self._fall(turn, FALL_S)
        except PlayerLost:
            return False
        return turn.running and turn.fall is not None

    def _fall(self, turn: Turn, length_s: float) -> None:
        """Give a piece that sounds a slope into silence, as soon as that can be. Raises PlayerLost."""
        if turn.fall is None and turn.running and turn.ready:
            turn.fall = Fade(turn.ear_s(self.booth.clock.monotonic()) + LEAD_S, length_s, "smooth")
            turn.shape()

    def _place(self, turn: Turn, fall: Fade) -> float:
        """Return where it goes on: where its fall began, before any passage that has not begun, or where it is sent."""
        if turn is not self.booth.current:
            return fall.start_s
        if self._to_s is not None:
            return self._go_on_elsewhere(turn)
        if turn.handover and not self.booth.leaving:
            return max(turn.from_s, min(fall.start_s, turn.handover.at_s - SURE_S))
        return fall.start_s

    def _go_on_elsewhere(self, turn: Turn) -> float:
        """Return where it was sent; it comes there at its level, wherever its first slope lies."""
        to_s, self._to_s = self._to_s or 0.0, None
        turn.rise = replace(turn.rise, length_s=DECLICK_S)
        return to_s
