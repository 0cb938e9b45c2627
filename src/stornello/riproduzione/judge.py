"""Who is to blame when a song does not start: the file, which is set aside, or the player, which is given time."""

import logging

from stornello.domain.errors import PlayerLost, StornelloError
from stornello.domain.pieces import Piece
from stornello.domain.plain import Plain
from stornello.riproduzione import shelf
from stornello.riproduzione.booth import Booth
from stornello.riproduzione.decks import stalled
from stornello.riproduzione.turn import Turn

log = logging.getLogger(__name__)

MOST_LOSSES = 3
"""A song that has cost this many players before its first sound is to blame itself."""

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
        works = self.booth.decks.works(turn.deck)
        self.booth.drop(turn)
        if works:
            self.booth.reject(turn.piece, error)
        else:
            self.booth.decks.fail(stalled())

    def lost(self, piece: Piece, error: PlayerLost) -> None:
        """Remember that a player was lost while ``piece`` was being cued."""
        self._losses[piece.key] = self._losses.get(piece.key, 0) + 1
        if self._losses[piece.key] >= MOST_LOSSES:
            del self._losses[piece.key]
            self.booth.reject(piece, error)


def _error(turn: Turn) -> StornelloError:
    if not turn.audio.is_file():
        return shelf.missing(turn.piece)
    word = turn.state.error
    return shelf.unplayable(turn.piece, Plain(word, word) if word else TOO_SHORT)
