"""From one piece to the next: out of silence, by a planned crossfade, or at once."""

from stornello.domain import crossfade
from stornello.domain.crossfade import CUT_FADE_S, DECLICK_S, LEAD_S, Fade, Handover, Part
from stornello.riproduzione.booth import Booth
from stornello.riproduzione.cueing import BED_RISE_S, Cueing
from stornello.riproduzione.turn import Turn

HORIZON_S = 0.15
"""A passage this near is waited for to the millisecond instead of at the next tick; longer than a tick."""

DUE_S = 1.0
"""So long before a passage it is written down who comes: the disk has time, and nothing changes any more."""


class Passages:
    """Plans how the current piece passes to the cued one and carries it out; ``skip_asked`` makes it soon."""

    def __init__(self, booth: Booth, cueing: Cueing) -> None:
        self.booth = booth
        self.cueing = cueing
        self.skip_asked = False

    def look(self) -> None:
        """Plan what can be planned and do what is due."""
        current, cued = self.booth.current, self.booth.cued
        if current is None:
            self.skip_asked = False
            self._begin()
        elif self.booth.paused:
            self._skip_while_paused()
        elif not (self.booth.leaving or current.fall or current.end):
            self._plan_for(current, cued)
            if current.handover and cued:
                self._hand_over_when_due(current, current.handover, cued)

    def _begin(self) -> None:
        """Start the cued piece out of silence: at once, whatever it was cued for."""
        cued = self.booth.cued
        if cued is None or not cued.ready or self.booth.paused:
            return
        cued.rise_over(BED_RISE_S if cued.piece.kind == "bed" else DECLICK_S)
        self.booth.announce(cued)
        self._start(cued)

    def _start(self, cued: Turn) -> None:
        cued.hold(on=False)
        cued.seen_at = cued.moved_at = self.booth.clock.monotonic()
        self.booth.let_in(cued)

    def _plan_for(self, current: Turn, cued: Turn | None) -> None:
        ear = current.ear_s(self.booth.clock.monotonic())
        if self.skip_asked:
            self._skip(current, cued, ear)
        elif cued and cued.ready and self._interrupts(current, cued):
            self._pass_soon(current, cued, ear)
        elif cued and cued.ready and not current.handover:
            self._agree(current, cued, crossfade.handover(current.part, ear, self._length_s(current, cued)))
        elif current.handover and not cued and ear + LEAD_S < current.handover.at_s:
            current.handover = None  # the next one has gone: this one is heard to its end
            current.shape()

    def _interrupts(self, current: Turn, cued: Turn) -> bool:
        """Return whether what is cued enters before the current piece's end: anything over the bed, else a song."""
        if current.piece.kind == "bed":
            return cued.piece.kind != "bed"
        if cued.piece.is_filler:
            return False
        setting = self.booth.settings.interrupt
        if setting == "always" and not current.piece.is_filler:
            return cued.piece.key not in self.booth.waited
        return setting != "never" and current.piece.is_filler

    def _skip(self, current: Turn, cued: Turn | None, ear: float) -> None:
        if (cued and not cued.ready) or (cued is None and not self.cueing.is_dry):
            return  # ready in a moment
        self.skip_asked = False
        if cued:
            self._pass_soon(current, cued, ear)
        else:
            _fade_out(current, ear)

    def _skip_while_paused(self) -> None:
        """Go on with the next piece; the one that is held has been silent long enough."""
        heard = self.booth.audible()
        if self.skip_asked and not any(turn.running for turn in heard):
            for turn in heard:
                self.booth.retire(turn)
            self.booth.leaving = self.booth.current = None
            self.booth.paused = self.skip_asked = False

    def _pass_soon(self, current: Turn, cued: Turn, ear: float) -> None:
        """Pass as soon as that can be shaped, unless it is about to happen anyway."""
        if current.handover is None or current.handover.at_s > ear + 2 * LEAD_S:
            self._agree(current, cued, crossfade.skip(current.part, ear, self._length_s(current, cued)))

    def _length_s(self, current: Turn, cued: Turn) -> float:
        return crossfade.fade_length(self.booth.settings.crossfade_seconds, current.part, cued.part)

    def _agree(self, current: Turn, cued: Turn, handover: Handover) -> None:
        """Have both decks follow the plan."""
        current.handover = handover
        current.shape()
        cued.rise_over(handover.length_s)

    def _hand_over_when_due(self, current: Turn, handover: Handover, cued: Turn) -> None:
        wait = handover.at_s - current.ear_s(self.booth.clock.monotonic())
        if wait <= DUE_S and cued.ready:
            cued.rise_over(handover.length_s)  # it was cued for another plan, or late for this one, as in a panic
            self.booth.announce(cued, max(0.0, wait))
        if wait > HORIZON_S or not cued.ready:
            return
        wait = handover.at_s - current.ear_s(self.booth.clock.monotonic())  # the disk may have taken its time
        if wait > 0:
            self.booth.clock.sleep(wait)
        self._start(cued)  # first: a deck lost here must not leave the piece in two places
        self.booth.leaving = current


def _fade_out(current: Turn, ear: float) -> None:
    """End the piece soon, with nothing behind it."""
    current.cut = Fade(ear + LEAD_S, CUT_FADE_S)
    current.part = Part(current.part.begin_s, current.cut.end_s, cut=True)
    current.handover = None
    current.shape()
