"""Keeps what comes next held at its first sound on a free deck: the queue's head, else filler."""

import logging
from dataclasses import replace

from stornello.domain import crossfade
from stornello.domain.crossfade import DECLICK_S, LEAD_S, Fade
from stornello.domain.errors import PlayerLost
from stornello.domain.pieces import Piece
from stornello.domain.plain import Plain
from stornello.riproduzione import shelf
from stornello.riproduzione.booth import Booth
from stornello.riproduzione.decks import SLOTS
from stornello.riproduzione.judge import Judge
from stornello.riproduzione.turn import Turn
from stornello.seams import Deck

log = logging.getLogger(__name__)

LOOK_S = 0.25
"""How often the playlist is looked at, and time enough for a file to be opened."""

BED_RISE_S = 3.0
"""The bed comes softly into a silent room."""


class Cueing:
    """Looks for what is next and cues it; ``is_dry`` says that there is nothing, or no deck for it."""

    def __init__(self, booth: Booth, judge: Judge) -> None:
        self.booth = booth
        self.judge = judge
        self.is_dry = False
        self._look_at = 0.0
        self._beside: Turn | None = None

    def look(self) -> None:
        """Cue what is next, when it is time to look: now and then, and at once beside another piece."""
        now, current = self.booth.clock.monotonic(), self.booth.current
        if self.booth.leaving or (now < self._look_at and current is self._beside):
            return
        self._look_at, self._beside = now + LOOK_S, current
        self.look_now()

    def look_now(self) -> None:
        """Cue what is next; put back what is no longer next, unless it is about to begin."""
        booth, cued = self.booth, self.booth.cued
        piece = self._next()
        is_due = cued is not None and cued.due_at is not None and not booth.panic
        if cued and (is_due or (piece and piece.key == cued.piece.key)):
            return
        if cued and booth.current:
            self._plan_anew(booth.current)
        if piece:
            self._cue(piece)
        elif cued:
            booth.drop(cued)
        self.is_dry = booth.cued is None

    def turn(self, piece: Piece, slot: str, deck: Deck, from_s: float | None = None) -> Turn:
        """Return the turn of ``piece`` from ``from_s`` on (None: from its beginning), nothing done yet."""
        now, settings = self.booth.clock.monotonic(), self.booth.settings
        only_s = settings.play_only_seconds if piece.kind in {"song", "replay"} else 0.0
        part = crossfade.part(piece.sound, only_s, at_cue_out=settings.fade_at_cue_out)
        begin = part.begin_s if from_s is None else max(part.begin_s, min(from_s, part.end_s))
        return Turn(
            piece=piece,
            audio=self.booth.venue.root / piece.audio,
            slot=slot,
            deck=deck,
            part=part,
            from_s=begin,
            sounds=crossfade.level(piece.sound, settings.target_lufs),
            rise=Fade(begin, DECLICK_S, settings.crossfade_curve),
            curve=settings.crossfade_curve,
            cut=crossfade.cut(part),
            position_s=begin,
            seen_at=now,
            moved_at=now,
        )

    def _next(self) -> Piece | None:
        booth = self.booth
        done = {*booth.owed, booth.current.piece.key if booth.current else ""}
        if not booth.panic:
            if booth.kept:
                return booth.kept.piece
            waiting = booth.playlist.waiting()
            if card := next((card for card in waiting if card.id not in done), None):
                return booth.programme.measured(Piece.of_song(card))
        return booth.programme.next(booth.heard, done, in_panic=booth.panic)

    def _cue(self, piece: Piece) -> None:
        booth = self.booth
        slot, deck = self._place()
        if deck is None:
            return
        kept = booth.kept if booth.kept and booth.kept.piece.key == piece.key else None
        coming = booth.cued = self.turn(piece, slot, deck, kept.position_s if kept else None)
        if kept:
            coming.started_at, coming.heard_s = kept.started_at, kept.heard_s
        coming.rise = replace(coming.rise, length_s=max(DECLICK_S, self._rise_s(coming)))
        try:
            coming.cue(booth.level)
        except (PlayerLost, OSError):
            raise
        except Exception as error:
            log.exception("a piece cannot be cued", extra={"piece": piece.key})
            kind = type(error).__name__
            self.judge.judge(coming, shelf.unplayable(piece, Plain(kind, kind)))

    def _place(self) -> tuple[str, Deck | None]:
        """Return a deck for what is next: that of what was cued, or a new one."""
        booth = self.booth
        if booth.cued:
            return booth.cued.slot, booth.cued.deck
        taken = {turn.slot for turn in booth.turns()}
        slot = next(slot for slot in SLOTS if slot not in taken)
        return slot, booth.decks.open(slot)

    def _rise_s(self, coming: Turn) -> float:
        """Return the slope that the passage will probably need."""
        current = self.booth.current
        if current is None:
            return BED_RISE_S if coming.piece.kind == "bed" else DECLICK_S
        if current.handover:
            return current.handover.length_s
        ready_by = current.ear_s(self.booth.clock.monotonic()) + LOOK_S
        wanted = crossfade.fade_length(self.booth.settings.crossfade_seconds, current.part, coming.part)
        return crossfade.handover(current.part, ready_by, wanted).length_s

    def _plan_anew(self, current: Turn) -> None:
        """Forget the passage to what was cued, while that can still be done."""
        ear = current.ear_s(self.booth.clock.monotonic())
        if current.handover and ear + LEAD_S < current.handover.at_s:
            current.handover = None
            current.shape()
