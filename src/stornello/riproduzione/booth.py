"""The DJ's booth: the songs in hand and what the DJ's helpers share."""

import logging
from dataclasses import dataclass, field

from stornello.domain.clock import Clock
from stornello.domain.errors import StornelloError
from stornello.domain.names import SongId
from stornello.domain.songs import SongCard
from stornello.riproduzione import shelf
from stornello.riproduzione.decks import Decks
from stornello.riproduzione.turn import Turn
from stornello.settings import Settings
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist

log = logging.getLogger(__name__)

SETTLE_AGAIN_S = 0.5
"""How soon a disk that refuses is tried again."""


@dataclass(slots=True)
class Booth:
    """At most three songs are in hand.

    ``current`` is the one that the room hears, ``cued`` is held at its first sound on the other deck, ``leaving`` fades
    under the current one. ``level`` is the volume of the decks at this moment, in percent. ``owed`` are songs that the
    DJ is done with, or has begun, while the disk still has to be told: why they are set aside, None for those heard.
    """

    venue: Venue
    settings: Settings
    clock: Clock
    journal: Journal
    playlist: Playlist
    decks: Decks
    level: float
    current: Turn | None = None
    cued: Turn | None = None
    leaving: Turn | None = None
    paused: bool = False
    songs_played: int = 0
    owed: dict[SongId, tuple[SongCard, StornelloError | None]] = field(default_factory=dict)
    settle_at: float = 0.0

    def turns(self) -> list[Turn]:
        """Return the songs in hand."""
        return [turn for turn in (self.leaving, self.current, self.cued) if turn]

    def note_start(self) -> None:
        """The room hears the current song: it is to leave the playlist, whatever becomes of it."""
        turn = self.current
        if turn is None or turn.started_at or not turn.sounding:
            return
        turn.started_at = self.clock.now()
        self.owed[turn.card.id] = (turn.card, None)
        log.info("song started", extra={"song": turn.card.id, "table": turn.card.table, "deck": turn.slot})

    def settle(self) -> None:
        """Set aside and take from the playlist what is owed; what a full disk refuses stays owed. Raises OSError."""
        now = self.clock.monotonic()
        if now < self.settle_at:
            return
        self.settle_at = now + SETTLE_AGAIN_S
        if self.owed:
            self.venue.make()  # a venue that is away has no playlist, which is no proof that the song has left it
        for card, error in sorted(self.owed.values(), key=lambda owed: owed[1] is not None):  # first those heard
            if error:
                shelf.set_aside(self.venue, card, error, self.clock.now())
            self.playlist.take(card.id)
            del self.owed[card.id]
        self.settle_at = now

    def let_go(self) -> None:
        """Put away the songs that have been heard to their end."""
        if self.leaving and self.leaving.over:
            self.retire(self.leaving)
            self.leaving = None
        if self.current and self.current.over:
            self.retire(self.current)
            self.current = None

    def drop(self, turn: Turn) -> None:
        """End the deck of a song that the room has not heard; it stays in the playlist."""
        turn.deck.close()
        if turn is self.cued:
            self.cued = None
        elif turn is self.current:
            self.current = None

    def retire(self, turn: Turn) -> None:
        """End the song's deck and write down what the room heard of it."""
        turn.deck.close()
        if turn.started_at:
            self.journal.play(turn.card.id, turn.started_at, round(turn.heard_s, 1))
            self.songs_played += 1
            log.info("song over", extra={"song": turn.card.id, "heard_s": round(turn.heard_s, 1)})
