"""The DJ's booth: the pieces in hand and what the DJ's helpers share."""

import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Protocol

from stornello.domain.clock import Clock
from stornello.domain.errors import StornelloError
from stornello.domain.names import SongId
from stornello.domain.pieces import Piece
from stornello.domain.songs import SongCard
from stornello.riproduzione import shelf
from stornello.riproduzione.decks import Decks
from stornello.riproduzione.turn import Turn
from stornello.settings import Settings
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue
from stornello.spool.playing import Kept
from stornello.spool.playlist import Playlist
from stornello.spool.snapshot import seen_card

log = logging.getLogger(__name__)

SETTLE_AGAIN_S = 0.5
"""How soon a disk that refuses is tried again."""

MOST_HEARD: Final = 500
"""So many pieces are remembered, and when the room heard them last."""


class Programme(Protocol):
    """What there is to play when the queue is dry. None of its methods waits."""

    def next(self, heard: Mapping[str, float], avoid: Collection[str] = (), *, in_panic: bool = False) -> Piece | None:
        """Return the piece that comes next; None when there is nothing yet.

        ``heard`` says when the room last heard each piece (seconds since the epoch); none of ``avoid`` while there is
        anything else.
        """
        ...

    def measured(self, piece: Piece) -> Piece:
        """Return the same piece with the sound that was found since, where its card knows none."""
        ...

    def reject(self, piece: Piece, error: StornelloError) -> None:
        """Offer this house music, or this bed, no more: it cannot be played."""
        ...


def _nothing() -> None:
    """Save nothing: what a DJ does that nobody will follow."""


@dataclass(slots=True)
class Booth:
    """At most three pieces are in hand.

    ``current`` is the one that the room hears, ``cued`` is held at its first sound on the other deck, ``leaving`` fades
    under the current one. ``level`` is the volume of the decks at this moment, in percent. ``owed`` are songs that the
    DJ is done with, or has begun, while the disk still has to be told: why they are set aside, None for those heard.
    ``heard`` says when the room last heard a piece (by its key, in seconds since the epoch). In ``panic``
    the queue is held, and ``kept`` is what it cut.

    ``waited`` are the songs that were waiting when the current piece began, or came back after a crash.

    ``save`` writes the booth down for the DJ after us, durably; it raises nothing.
    """

    venue: Venue
    settings: Settings
    clock: Clock
    journal: Journal
    playlist: Playlist
    decks: Decks
    programme: Programme
    level: float
    current: Turn | None = None
    cued: Turn | None = None
    leaving: Turn | None = None
    paused: bool = False
    panic: bool = False
    kept: Kept | None = None
    songs_played: int = 0
    owed: dict[SongId, StornelloError | None] = field(default_factory=dict)
    heard: dict[str, float] = field(default_factory=dict)
    settle_at: float = 0.0
    waited: frozenset[str] = frozenset()
    save: Callable[[], None] = _nothing

    def turns(self) -> list[Turn]:
        """Return the pieces in hand."""
        return [turn for turn in (self.leaving, self.current, self.cued) if turn]

    def audible(self) -> list[Turn]:
        """Return the pieces that the room hears, or would, were it not held."""
        return [turn for turn in (self.leaving, self.current) if turn]

    def announce(self, turn: Turn, in_s: float = 0.0) -> None:
        """Write down that a piece is about to begin, in so many seconds."""
        if turn.due_at:
            return
        turn.due_at = self.clock.now() + timedelta(seconds=in_s)
        self.save()

    def put_off(self) -> None:
        """What was about to begin is not: something is asked for before."""
        if self.cued:
            self.cued.due_at = None

    def let_in(self, turn: Turn) -> None:
        """The cued piece has begun: it is the current one."""
        self.current, self.cued = turn, None
        self._remember(turn.piece)
        if self.kept and self.kept.piece.key == turn.piece.key:
            self.kept = None
        with suppress(OSError):  # told by whoever looks for the next song
            self.waited = frozenset(card.id for card in self.playlist.waiting())

    def note_start(self) -> None:
        """The room hears the current piece: a song is to leave the playlist, whatever becomes of it."""
        turn = self.current
        if turn is None or turn.started_at or not turn.sounding:
            return
        turn.started_at = turn.due_at or self.clock.now()
        if turn.piece.kind == "song":
            self.owed[SongId(turn.piece.key)] = None
        self.save()  # before the books: so that they know one beginning, whoever writes them
        self.journal.play(turn.piece.key, turn.started_at, 0.0, turn.piece.kind)
        facts = {"piece": turn.piece.key, "kind": turn.piece.kind, "table": turn.piece.table, "deck": turn.slot}
        log.info("piece started", extra=facts)

    def settle(self) -> None:
        """Set aside and take from the playlist what is owed; what a full disk refuses stays owed. Raises OSError."""
        now = self.clock.monotonic()
        if now < self.settle_at:
            return
        self.settle_at = now + SETTLE_AGAIN_S
        if self.owed:
            self.venue.make()  # a venue that is away has no playlist, which is no proof that the song has left it
        for song, error in sorted(self.owed.items(), key=lambda owed: owed[1] is not None):  # first those heard
            card = self._card(song) if error else None
            if error and card:
                shelf.set_aside(self.venue, card, error, self.clock.now())
            self.playlist.take(song)
            del self.owed[song]
        self.settle_at = now

    def let_go(self) -> None:
        """Put away the pieces that have been heard to their end."""
        if self.leaving and self.leaving.over:
            self.retire(self.leaving)
            self.leaving = None
        if self.current and self.current.over:
            self.retire(self.current)
            self.current = None

    def drop(self, turn: Turn) -> None:
        """End the deck of a piece that the room has not heard; a song stays in the playlist."""
        turn.deck.close()
        if turn is self.cued:
            self.cued = None
        elif turn is self.current:
            self.current = None

    def retire(self, turn: Turn) -> None:
        """End the piece's deck and write down what the room heard of it."""
        turn.deck.close()
        if turn.started_at:
            self.journal.play(turn.piece.key, turn.started_at, round(turn.heard_s, 1), turn.piece.kind)
            self._remember(turn.piece)
            self.songs_played += turn.piece.kind == "song"
            log.info("piece over", extra={"piece": turn.piece.key, "heard_s": round(turn.heard_s, 1)})

    def reject(self, piece: Piece, error: StornelloError) -> None:
        """Play it no more: a song is set aside and leaves the playlist, the house's own stays where it is."""
        if self.kept and self.kept.piece.key == piece.key:
            self.kept = None
        if piece.kind in {"song", "replay"}:
            self.owed[SongId(piece.key)] = error
        else:
            self.programme.reject(piece, error)
            log.error("filler rejected", extra={"piece": piece.key, "code": error.code})

    def _remember(self, piece: Piece) -> None:
        """Remember that the room hears it now."""
        self.heard.pop(piece.key, None)
        self.heard[piece.key] = self.clock.now().timestamp()
        while len(self.heard) > MOST_HEARD:
            del self.heard[next(iter(self.heard))]  # the first is the longest unheard

    def _card(self, song: SongId) -> SongCard | None:
        waiting = (card for card in self.playlist.waiting() if card.id == song)
        return next(waiting, None) or seen_card(self.venue, song)
