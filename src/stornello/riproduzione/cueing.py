"""Keeps the next song of the playlist held at its first sound on the free deck."""

import logging

from stornello.domain import crossfade
from stornello.domain.crossfade import Part
from stornello.domain.errors import PlayerLost
from stornello.domain.plain import Plain
from stornello.domain.songs import SongCard
from stornello.riproduzione import shelf
from stornello.riproduzione.booth import Booth
from stornello.riproduzione.decks import SLOTS
from stornello.riproduzione.judge import Judge
from stornello.riproduzione.turn import Turn
from stornello.seams import Deck

log = logging.getLogger(__name__)

LOOK_S = 0.25
"""How often the playlist is looked at, and time enough for a file to be opened."""


class Cueing:
    """Looks at the playlist and cues what is next."""

    def __init__(self, booth: Booth, judge: Judge) -> None:
        self.booth = booth
        self.judge = judge
        self._look_at = 0.0

    def look(self) -> None:
        """Cue the next song; put back one that is no longer next."""
        booth, now = self.booth, self.booth.clock.monotonic()
        if booth.leaving or now < self._look_at:
            return
        self._look_at = now + LOOK_S
        card = self._next_card()
        if booth.cued and (card is None or card.id != booth.cued.card.id):
            booth.cued.deck.close()
            booth.cued = None
        if card and not booth.cued:
            self._cue(card, now)

    def turn(self, card: SongCard, slot: str, deck: Deck) -> Turn:
        """Return the turn of ``card``, nothing done yet."""
        now = self.booth.clock.monotonic()
        part = crossfade.part(card.sound, self.booth.settings.play_only_seconds)
        return Turn(
            card=card,
            audio=shelf.audio_of(self.booth.venue, card),
            slot=slot,
            deck=deck,
            part=part,
            cut=crossfade.cut(part),
            position_s=part.begin_s,
            seen_at=now,
            moved_at=now,
        )

    def fade_length(self, leaving: Part, coming: Part) -> float:
        """Return the length of the passage between two songs."""
        return crossfade.fade_length(self.booth.settings.crossfade_seconds, leaving, coming)

    def _next_card(self) -> SongCard | None:
        done = {*self.booth.owed, self.booth.current.card.id if self.booth.current else ""}
        return next((card for card in self.booth.playlist.waiting() if card.id not in done), None)

    def _cue(self, card: SongCard, now: float) -> None:
        current = self.booth.current
        slot = next(slot for slot in SLOTS if current is None or slot != current.slot)
        deck = self.booth.decks.open(slot)
        if deck is None:
            return
        coming = self.booth.cued = self.turn(card, slot, deck)
        if current:
            ready_by = current.ear_s(now) + LOOK_S
            wanted = self.fade_length(current.part, coming.part)
            coming.fade_in_s = crossfade.handover(current.part, ready_by, wanted).length_s
        try:
            coming.cue(self.booth.level)
        except (PlayerLost, OSError):
            raise
        except Exception as error:
            log.exception("a song cannot be cued", extra={"song": card.id})
            kind = type(error).__name__
            self.judge.judge(coming, shelf.unplayable(card, Plain(kind, kind)))
