"""Who is to blame when a song does not start: the file, which is set aside, or the player, which is given time."""

import logging

from stornello.domain.errors import PlayerLost, StornelloError
from stornello.domain.songs import SongCard
from stornello.riproduzione import shelf
from stornello.riproduzione.booth import Booth
from stornello.riproduzione.decks import stalled
from stornello.riproduzione.turn import Turn

log = logging.getLogger(__name__)

MOST_LOSSES = 3
"""A song that has cost this many players before its first sound is to blame itself."""


class Judge:
    """Looks at cued songs that fail."""

    def __init__(self, booth: Booth) -> None:
        self.booth = booth
        self._losses: dict[str, int] = {}

    def look(self) -> None:
        """Judge the cued song if its file was refused.

        The player has to prove first that it can play at all: a broken output must not burn the queue.
        """
        turn = self.booth.cued
        if turn is None or turn.state.phase != "failed":
            return
        error = _error(turn)
        works = self.booth.decks.works(turn.deck)
        turn.deck.close()
        self.booth.cued = None
        if works:
            self.reject(turn.card, error)
        else:
            self.booth.decks.fail(stalled())

    def lost(self, card: SongCard, error: PlayerLost) -> None:
        """Remember that a player was lost while ``card`` was being cued."""
        self._losses[card.id] = self._losses.get(card.id, 0) + 1
        if self._losses[card.id] >= MOST_LOSSES:
            self.reject(card, error)

    def reject(self, card: SongCard, error: StornelloError) -> None:
        """Set the song aside and take it from the playlist."""
        shelf.set_aside(self.booth.venue, card, error, self.booth.clock.now())
        self.booth.playlist.take(card.id)


def _error(turn: Turn) -> StornelloError:
    return shelf.unplayable(turn.card, turn.state.error) if turn.audio.is_file() else shelf.missing(turn.card)
