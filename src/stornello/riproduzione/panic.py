"""PANIC: away from what plays and into house music at once; the queue is held, and what was cut is kept."""

from contextlib import suppress
from typing import Final

from stornello.domain.crossfade import LEAD_S, Fade, Handover
from stornello.domain.errors import PlayerLost
from stornello.riproduzione.booth import Booth
from stornello.riproduzione.cueing import Cueing
from stornello.riproduzione.passages import Passages
from stornello.riproduzione.turn import Turn
from stornello.spool.playing import Kept

PANIC_FADE_S: Final = 0.08
"""With LEAD_S, which cannot be shaped any more, this makes three tenths of a second."""


class Panic:
    """Cuts to house music, and leads back."""

    def __init__(self, booth: Booth, cueing: Cueing, passages: Passages) -> None:
        self.booth = booth
        self.cueing = cueing
        self.passages = passages

    def begin(self) -> None:
        """Fade what plays out at once, house music or the bed in; keep a guests' song that is cut."""
        booth, now = self.booth, self.booth.clock.monotonic()
        if booth.panic:
            return
        booth.panic, booth.paused, self.passages.skip_asked = True, False, False
        booth.put_off()
        current = booth.current
        if current and current.piece.kind in {"song", "replay"}:
            at_s = current.ear_s(now) + (LEAD_S if current.running else 0.0)
            if current.piece.kind == "song":
                booth.kept = Kept(
                    piece=current.piece, position_s=at_s, started_at=current.started_at, heard_s=current.heard_s
                )
            self._cut(current, now)
        booth.save()
        self.cueing.look_now()

    def end(self) -> None:
        """Let the queue go on: with the song that was cut, from where it was."""
        booth = self.booth
        if not booth.panic:
            return
        booth.panic = False
        if booth.kept or booth.playlist.waiting():
            self.passages.skip_asked = booth.current is not None
        booth.save()
        self.cueing.look_now()

    def _cut(self, current: Turn, now: float) -> None:
        """End what sounds as soon as that can be shaped; what is held is silent already."""
        if not current.running:
            for turn in self.booth.audible():
                self.booth.retire(turn)
            self.booth.leaving = self.booth.current = None
            return
        leaving = self.booth.leaving
        if current.fall:  # it was about to be held, or to go on elsewhere: that is its end
            current.handover, current.end, current.fall = None, current.fall, None
        else:
            current.handover = Handover(current.ear_s(now) + LEAD_S, PANIC_FADE_S)
        if leaving:
            leaving.end = leaving.fall or Fade(leaving.ear_s(now) + LEAD_S, PANIC_FADE_S)
            leaving.fall = None
        for turn in self.booth.audible():
            with suppress(PlayerLost):  # the next tick finds it
                turn.shape()
