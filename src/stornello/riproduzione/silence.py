"""How long the room has been without sound tonight, at the longest."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from stornello.domain.errors import PlayerLost
from stornello.domain.night import night_of
from stornello.riproduzione.booth import Booth
from stornello.riproduzione.turn import Turn
from stornello.spool.playing import Quiet

FLOOR_DBFS: Final = -60.0
"""What is quieter than this nobody hears."""

ASK_EVERY_S: Final = 0.2
"""How often the decks' meters are asked."""


@dataclass(slots=True)
class Silence:
    """Measures silences from one look to the next. Times are in seconds since the epoch."""

    quiet: Quiet = field(default_factory=Quiet)
    is_silent: bool = False

    def hear(self, night: str, at: float, *, audible: bool) -> None:
        """Note whether the room hears something at ``at``, in the night that began on ``night``.

        A silence is counted while it lasts. What lies between two looks that both heard something was none.
        """
        if self.quiet.night != night:
            self.quiet = replace(self.quiet, night=night, longest_s=0.0, until=0.0)
        since = self.quiet.heard_at or at
        if (self.is_silent or not audible) and at - since > self.quiet.longest_s:
            self.quiet = replace(self.quiet, longest_s=round(at - since, 2), until=at)
        self.quiet = replace(self.quiet, heard_at=at if audible else since)
        self.is_silent = not audible

    def go_on(self, quiet: Quiet, at: float, *, sounded: bool) -> None:
        """Take up what the DJ before us knew; ``sounded``: its decks played on without it until ``at``."""
        heard_at = at if sounded and quiet.heard_at else min(quiet.heard_at, at)
        self.quiet, self.is_silent = replace(quiet, heard_at=heard_at), bool(heard_at) and not sounded


class Listener:
    """Tells the silence of the booth's room what the room hears.

    A room that somebody holds, or whose volume is at nothing, is as it was asked to be: that is no silence. A room
    without its sound card is silent, unless it was told to play to nobody (``sound_output = null``).
    """

    def __init__(self, booth: Booth) -> None:
        self.booth = booth
        self.silence = Silence()
        self.peak_dbfs: float | None = None
        self._ask_at = 0.0

    def look(self) -> None:
        """Listen, when it is time to."""
        now = self.booth.clock.monotonic()
        if now < self._ask_at:
            return
        self._ask_at = now + ASK_EVERY_S
        moment = self.booth.clock.now()
        self.peak_dbfs = None
        night = str(night_of(moment, self.booth.settings.night_begins))
        self.silence.hear(night, moment.timestamp(), audible=self._is_audible())

    def _is_audible(self) -> bool:
        booth = self.booth
        is_asked_for = booth.paused or booth.level <= 0
        sounds = [self._sounds(turn) for turn in booth.audible()]
        return is_asked_for or any(sounds)

    def _sounds(self, turn: Turn) -> bool:
        if not turn.running or not turn.ready:
            return False
        if turn.state.output == "null" != self.booth.settings.sound_output:
            return False
        with suppress(PlayerLost):  # found by the next tick
            peak = turn.deck.peak_dbfs()
            if peak is not None:
                self.peak_dbfs = max(peak, self.peak_dbfs or peak)
            return peak is None or peak > FLOOR_DBFS
        return False
