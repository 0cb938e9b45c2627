"""Writes down what the DJ has in hand, so that the next DJ can go on after a kill or a power cut at any moment."""

import logging
from dataclasses import replace
from typing import Final

from stornello.riproduzione.booth import Booth
from stornello.riproduzione.faders import Faders
from stornello.riproduzione.silence import Silence
from stornello.riproduzione.turn import Turn
from stornello.spool import playing
from stornello.spool.playing import Playing, Role, Spot

log = logging.getLogger(__name__)

QUICKLY_EVERY_S: Final = 1.0
"""How often the position is written in passing: after a kill no more than this is heard twice."""

DURABLY_EVERY_S: Final = 5.0
"""How often it is made durable: after a power cut no more than this is heard twice."""

CALM_S: Final = 2.0
"""With a passage nearer than this no position waits for the disk."""

BUSY_S: Final = 0.5
"""With a passage nearer than this nothing does: what is to begin was written down before."""

REST_S: Final = 0.5
"""How soon a disk that refuses is tried again."""


class Keeper:
    """Keeps playing.json true of ``booth`` and ``silence``; ``number`` is that of the last writing."""

    def __init__(self, booth: Booth, silence: Silence, faders: Faders) -> None:
        self.booth = booth
        self.silence = silence
        self.faders = faders
        self.number = 0
        self._kept: Playing | None = None
        self._quickly_at = self._durably_at = self._not_before = 0.0

    def look(self) -> None:
        """Write durably what has changed, and now and then where the room is. Raises OSError."""
        now, state = self.booth.clock.monotonic(), self._state()
        if now < self._not_before:
            return
        wait = self._to_next_passage(now)
        is_due = _facts(state) != self._kept and not 0 <= wait < BUSY_S
        if is_due or (state.spots and now >= self._durably_at and wait > CALM_S):
            self._write(state, durable=True)
        elif state.spots and now >= self._quickly_at:
            self._write(state, durable=False)

    def save(self) -> None:
        """Write it down now, durably. A disk that refuses does not stop the music."""
        self._write_or_tell(self._state())

    def end(self) -> None:
        """Write down that the DJ ends as it was asked to: the next one begins with the queue, in the same panic."""
        quiet = replace(self.silence.quiet, heard_at=0.0)
        self._write_or_tell(replace(self._state(), is_over=True, spots=(), paused=False, quiet=quiet))

    def _write_or_tell(self, state: Playing) -> None:
        try:
            self._write(state, durable=True)
        except OSError as error:
            log.warning("playing.json not written", extra={"error": type(error).__name__})

    def _write(self, state: Playing, *, durable: bool) -> None:
        now = self.booth.clock.monotonic()
        self.number += 1
        self._not_before = now + REST_S
        playing.write(self.booth.venue, replace(state, number=self.number), durable=durable)
        self._not_before = now
        self._quickly_at = now + QUICKLY_EVERY_S
        if durable:
            self._kept, self._durably_at = _facts(state), now + DURABLY_EVERY_S

    def _state(self) -> Playing:
        booth = self.booth
        roles: tuple[tuple[Role, Turn | None], ...] = (
            *(("leaving", booth.leaving), ("current", booth.current)),
            ("cued", booth.cued),
        )
        return Playing(
            at=booth.clock.now().timestamp(),
            monotonic_s=booth.clock.monotonic(),
            spots=tuple(self._spot(role, turn) for role, turn in roles if turn),
            paused=booth.paused,
            panic=booth.panic,
            volume=self.faders.volume,
            muted=self.faders.muted,
            kept=booth.kept,
            heard=dict(booth.heard),
            quiet=self.silence.quiet,
        )

    def _spot(self, role: Role, turn: Turn) -> Spot:
        return Spot(
            role=role,
            slot=turn.slot,
            piece=turn.piece,
            part=turn.part,
            from_s=turn.from_s,
            rise=turn.rise,
            curve=turn.curve,
            cut=turn.cut,
            handover=turn.handover,
            fall=turn.fall,
            again=turn.again,
            end=turn.end,
            position_s=turn.ear_s(self.booth.clock.monotonic()),
            due_at=turn.due_at,
            started_at=turn.started_at,
            taken=turn.started_at is not None and turn.piece.key not in self.booth.owed,
            heard_s=turn.heard_s,
        )

    def _to_next_passage(self, now: float) -> float:
        """Return the seconds until the next piece begins; less than none: that is not planned, or over."""
        current = self.booth.current
        return current.handover.at_s - current.ear_s(now) if current and current.handover else CALM_S + 1


def _facts(state: Playing) -> Playing:
    """Return what is worth waiting for the disk: all but the moving clocks."""
    spots = tuple(replace(spot, position_s=0.0, heard_s=0.0) for spot in state.spots)
    quiet = replace(state.quiet, heard_at=0.0, longest_s=0.0, until=0.0)
    return replace(state, at=0.0, monotonic_s=0.0, spots=spots, quiet=quiet)
