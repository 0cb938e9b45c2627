"""Who is to blame when a song does not start: the file, which is set aside, or the player, which is given time."""

import logging

from stornello.domain.errors import PlayerLost, StornelloError
from stornello.domain.plain import Plain
from stornello.riproduzione import shelf
from stornello.riproduzione.booth import Booth
from stornello.riproduzione.decks import stalled
from stornello.riproduzione.turn import Turn
from stornello.seams import Deck

log = logging.getLogger(__name__)

MOST_LOSSES = 3
"""A song that has cost this many players one after the other is to blame itself, if they can play at all."""

LATELY_S = 60.0
"""A player that had a song for longer than this was not lost by it."""

TOO_SHORT = Plain("finisce prima del primo suono", "it ends before its first sound")


class Judge:
    """Looks at songs that end before they are heard."""

    def __init__(self, booth: Booth) -> None:
        self.booth = booth
        self._losses: dict[str, int] = {}

    def look(self) -> None:
        """Judge every song that is over before its first sound: mpv tells some only once they are let go."""
        for turn in (self.booth.cued, self.booth.current):
            if turn and turn.stillborn:
                self.judge(turn, _error(turn))

    def judge(self, turn: Turn, error: StornelloError) -> None:
        """Reject the song, if its player can prove that it plays at all: a broken output must not burn the queue."""
        is_guilty = self.is_guilty(turn.deck)
        self.booth.drop(turn)
        if is_guilty:
            self.booth.reject(turn.piece, error)

    def is_guilty(self, deck: Deck) -> bool:
        """Return whether a song that failed is to blame, for ``deck`` plays others; else the player is given time."""
        works = self.booth.decks.works(deck)
        if not works:
            self.booth.decks.fail(stalled())
        return works

    def lost(self, turn: Turn, error: PlayerLost) -> None:
        """Remember that a player was lost with a cued song, whose place is free; reject the song after a few times."""
        key, is_recent = turn.piece.key, self.booth.clock.monotonic() - turn.moved_at < LATELY_S
        losses = self._losses.pop(key, 0) + 1 if is_recent else 0
        if losses < MOST_LOSSES:
            self._losses[key] = losses
        elif deck := self.booth.decks.open(turn.slot):
            if self.is_guilty(deck):
                self.booth.reject(turn.piece, error)
            deck.close()


def _error(turn: Turn) -> StornelloError:
    if not turn.audio.is_file():
        return shelf.missing(turn.piece)
    word = turn.state.error
    return shelf.unplayable(turn.piece, Plain(word, word) if word else TOO_SHORT)
