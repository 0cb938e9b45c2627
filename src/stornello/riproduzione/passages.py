"""From one song to the next: out of silence, by a planned crossfade, or by a skip."""

from stornello.domain import crossfade
from stornello.domain.crossfade import CUT_FADE_S, DECLICK_S, LEAD_S, Fade, Handover, Part
from stornello.riproduzione.booth import Booth
from stornello.riproduzione.turn import Turn

HORIZON_S = 0.15
"""A passage this near is waited for to the millisecond instead of at the next tick; longer than a tick."""


class Passages:
    """Plans how the current song passes to the cued one and carries it out; ``skip_asked`` makes it soon."""

    def __init__(self, booth: Booth) -> None:
        self.booth = booth
        self.skip_asked = False

    def look(self) -> None:
        """Plan what can be planned and do what is due."""
        current, cued = self.booth.current, self.booth.cued
        if current is None:
            self.skip_asked = False
            self._begin()
        elif not self.booth.leaving:
            self._plan_for(current, cued)
            if current.handover and cued:
                self._hand_over_when_due(current, current.handover, cued)

    def _begin(self) -> None:
        """Start the cued song out of silence."""
        cued = self.booth.cued
        if cued is None or not cued.ready or self.booth.paused:
            return
        if cued.fade_in_s > DECLICK_S:
            cued.fade_in_s = DECLICK_S  # it was cued for a crossfade that did not come
            cued.cue(self.booth.level)
            return
        self._start(cued)

    def _start(self, cued: Turn) -> None:
        cued.hold(on=False)
        cued.seen_at = cued.moved_at = self.booth.clock.monotonic()
        self.booth.current, self.booth.cued = cued, None

    def _plan_for(self, current: Turn, cued: Turn | None) -> None:
        ear = current.ear_s(self.booth.clock.monotonic())
        if self.skip_asked:
            self._skip(current, cued, ear)
        elif cued and cued.ready and not current.handover:
            _plan(current, crossfade.handover(current.part, ear, cued.fade_in_s))
        elif current.handover and not cued and ear + LEAD_S < current.handover.at_s:
            _plan(current, None)  # the next one has gone: this one is heard to its end

    def _skip(self, current: Turn, cued: Turn | None, ear: float) -> None:
        if self.booth.paused:
            self.booth.retire(current)
            self.booth.current, self.booth.paused = None, False
        elif cued is None:
            _fade_out(current, ear)
        elif cued.ready:
            if current.handover is None or current.handover.at_s > ear + 2 * LEAD_S:
                _plan(current, crossfade.skip(current.part, ear, cued.fade_in_s))
        else:
            return  # ready in a moment
        self.skip_asked = False

    def _hand_over_when_due(self, current: Turn, handover: Handover, cued: Turn) -> None:
        wait = handover.at_s - current.ear_s(self.booth.clock.monotonic())
        if self.booth.paused or not cued.ready or wait > HORIZON_S:
            return
        if wait > 0:
            self.booth.clock.sleep(wait)
        self._start(cued)  # first: a deck lost here must not leave the song in two places
        self.booth.leaving = current


def _plan(current: Turn, handover: Handover | None) -> None:
    current.handover = handover
    current.shape()


def _fade_out(current: Turn, ear: float) -> None:
    """End the song soon, with nothing behind it."""
    current.cut = Fade(ear + LEAD_S, CUT_FADE_S)
    current.part = Part(current.part.begin_s, current.cut.end_s, cut=True)
    _plan(current, None)
