"""Decks that are killed, stopped or hang: found within seconds, replaced, and the song goes on where it was."""

import logging

from stornello.domain.errors import PlayerLost
from stornello.riproduzione.booth import Booth
from stornello.riproduzione.decks import stalled
from stornello.riproduzione.judge import LATELY_S, MOST_LOSSES, Judge
from stornello.riproduzione.turn import Turn

log = logging.getLogger(__name__)

STALL_S = 1.5
"""A song that runs but does not move for this long is on a player that hangs."""

CUE_WITHIN_S = 10.0
"""A file that takes longer than this to be ready is on a player that hangs."""

SAME_PLACE_S = 1.0


class Rescue:
    """Asks every deck how it is and replaces those that are lost."""

    def __init__(self, booth: Booth, judge: Judge) -> None:
        self.booth = booth
        self.judge = judge

    def listen(self) -> None:
        """Hear where every song is."""
        for turn in self.booth.turns():
            try:
                turn.listen(self.booth.clock.monotonic())
                self._suspect(turn)
                if turn.ready:
                    self.booth.decks.plays(turn.deck)
            except PlayerLost as error:
                self._replace(turn, error)

    def _suspect(self, turn: Turn) -> None:
        """Raise PlayerLost for a deck that answers but does nothing."""
        still_for = self.booth.clock.monotonic() - turn.moved_at
        idle = turn.over or (turn.ready and not turn.running)
        if not idle and still_for > (STALL_S if turn.ready else CUE_WITHIN_S):
            raise stalled()

    def _replace(self, turn: Turn, error: PlayerLost) -> None:
        turn.deck.close()
        booth = self.booth
        if turn is booth.current:
            self._resume(turn, error)
            return
        log.warning("deck lost", extra={"deck": turn.slot, "piece": turn.piece.key, "code": error.code})
        if turn is booth.leaving:
            booth.retire(turn)
            booth.leaving = None
        else:
            booth.cued = None
            self.judge.lost(turn, error)

    def _resume(self, turn: Turn, error: PlayerLost) -> None:
        deck = self.booth.decks.open(turn.slot)
        if deck is None:
            return  # the player does not come up: again at the next tick
        log.warning("deck lost, song goes on", extra={"piece": turn.piece.key, "at_s": round(turn.position_s, 1)})
        turn.deck = deck
        now = self.booth.clock.monotonic()
        is_same = turn.position_s < turn.lost_at_s + SAME_PLACE_S and now - turn.moved_at < LATELY_S
        turn.losses = turn.losses + 1 if is_same else 1
        turn.lost_at_s = turn.position_s
        turn.moved_at = now
        if turn.losses < MOST_LOSSES:
            turn.resume_on(deck, self.booth.level)
            return
        if not self.judge.is_guilty(deck):
            deck.close()  # again when the player has had its time
            turn.losses = 0
            return
        self.booth.reject(turn.piece, error)
        self.booth.retire(turn)
        self.booth.current = None
