"""The places for a deck, and patience with a player that does not come up."""

import logging
from contextlib import suppress
from pathlib import Path

from stornello.domain.backoff import backoff
from stornello.domain.clock import Clock
from stornello.domain.crossfade import Envelope
from stornello.domain.errors import PlayerLost, ProviderError
from stornello.domain.plain import Plain
from stornello.riproduzione.proof import PROOF_S, write_proof
from stornello.seams import Deck, Player

log = logging.getLogger(__name__)

SLOTS = ("a", "b", "c")
"""Two are enough for a passage; in the middle of one a panic needs a third."""

PROOF_WITHIN_S = 2.0


class Decks:
    """Opens decks of ``player``; after a failure it waits, longer each time, and keeps the ``trouble``."""

    def __init__(self, player: Player, run: Path, clock: Clock) -> None:
        self.player = player
        self.clock = clock
        self.trouble: ProviderError | None = None
        self._proof = run / "proof.wav"
        self._proof_is_sure = False
        self._newest: Deck | None = None
        self._failures = 0
        self._not_before = 0.0

    def open(self, slot: str) -> Deck | None:
        """Return a new deck, or None while the player is in trouble."""
        if self.clock.monotonic() < self._not_before:
            return None
        try:
            deck = self.player.open(slot)
        except ProviderError as error:
            self.fail(error)
            return None
        self._newest = deck
        self._keep_proof()
        return deck

    def plays(self, deck: Deck) -> None:
        """Hear that ``deck`` has a file ready: if it was opened after the last failure, the trouble is over."""
        if deck is self._newest:
            self._failures, self.trouble = 0, None

    def fail(self, error: ProviderError) -> None:
        """Wait before the next deck is opened."""
        self._failures += 1
        wait = backoff(self._failures, base_s=0.5, cap_s=10)
        self._not_before = self.clock.monotonic() + wait
        self.trouble = error
        self._newest = None
        log.error("player in trouble", extra={"code": error.code, "again_in_s": round(wait, 1)})

    def works(self, deck: Deck) -> bool:
        """Return whether ``deck`` can play a file that is known to be good: whom to blame for a failure."""
        try:
            self._keep_proof()
            deck.load(self._proof, 0.0, Envelope(0.0))
            give_up = self.clock.monotonic() + PROOF_WITHIN_S
            while deck.state().phase == "loading" and self.clock.monotonic() < give_up:
                self.clock.sleep(PROOF_S / 10)
            does_play = deck.state().phase in {"ready", "ended"}
        except Exception as error:  # noqa: BLE001 - whatever it is, it does not work
            log.warning("the proof was not played", extra={"error": type(error).__name__})
            return False
        if does_play:
            self.plays(deck)
        return does_play

    def _keep_proof(self) -> None:
        """Have the proof at hand before it is needed: on a disk that is full by then every player would seem bad."""
        if not self._proof_is_sure or not self._proof.is_file():
            with suppress(OSError):
                write_proof(self._proof)
                self._proof_is_sure = True


def stalled() -> PlayerLost:
    """Return the error for a player that lives but does not play."""
    return PlayerLost(
        "player-stalled",
        Plain("Il lettore audio (mpv) non va avanti.", "The audio player (mpv) does not move."),
        Plain("Viene riavviato da solo.", "It is restarted by itself."),
    )
