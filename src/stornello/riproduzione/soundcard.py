"""A sound card that is lost: the songs run on into nothing, and are heard again as soon as it is back."""

import logging

from stornello.riproduzione.booth import Booth

log = logging.getLogger(__name__)

TRY_EVERY_S = 1.0
"""How often the output is opened again while there is none; a fresh sound server takes a second more to sound."""

NO_OUTPUT = "null"
"""What the player calls the output that plays into nothing."""


class SoundCard:
    """Has decks without an output try it again, unless the settings want none."""

    def __init__(self, booth: Booth) -> None:
        self.booth = booth
        self._try_at = 0.0
        self._is_lost = False

    def look(self) -> None:
        """Try the output of every deck that has lost it. Raises PlayerLost."""
        booth, now = self.booth, self.booth.clock.monotonic()
        if booth.settings.sound_output == NO_OUTPUT or now < self._try_at:
            return
        self._try_at = now + TRY_EVERY_S
        silent = [turn for turn in booth.turns() if turn.state.output == NO_OUTPUT]
        self._tell(is_lost=bool(silent), is_known=bool(booth.turns()))
        for turn in silent:
            turn.deck.try_output()

    def _tell(self, *, is_lost: bool, is_known: bool) -> None:
        if is_known and is_lost != self._is_lost:
            self._is_lost = is_lost
            if is_lost:
                log.error("the sound output is lost; it is tried again")
            else:
                log.info("the sound output is back")
