"""Goes on after a DJ that was killed: its players play on, or their pieces do where the room heard them last."""

import logging
from contextlib import suppress
from typing import Final, Never

from stornello.domain.errors import PlayerLost, ProviderError
from stornello.domain.names import SongId
from stornello.domain.night import night_of
from stornello.domain.plain import Plain
from stornello.riproduzione.booth import Booth
from stornello.riproduzione.cueing import Cueing
from stornello.riproduzione.decks import SLOTS
from stornello.riproduzione.keeper import Keeper
from stornello.riproduzione.silence import Silence
from stornello.riproduzione.turn import Turn
from stornello.seams import Deck
from stornello.spool import playing
from stornello.spool.playing import Playing, Role, Spot

log = logging.getLogger(__name__)

FILLER_WITHIN_S: Final = 60.0
"""Filler goes on if that is no longer ago; a guests' song, on the same night, whenever the house is back."""

NOT_YET_S: Final = 0.3
"""A piece this far from its passage has not passed: the next one was not let go, or but for the blink of an eye."""

ALL_BUT_OVER_S: Final = 0.5
"""Of a piece that has less left than this nobody misses the rest."""


class Takeover:
    """What the DJ before us had in hand becomes ours."""

    def __init__(self, booth: Booth, cueing: Cueing, silence: Silence, keeper: Keeper) -> None:
        self.booth = booth
        self.cueing = cueing
        self.silence = silence
        self.keeper = keeper

    def take_up(self) -> Playing | None:
        """Go on with what was going on, and end every player that is nobody's; return what was known, None: nothing."""
        known = playing.read(self.booth.venue)
        if known:
            self.keeper.number = known.number
            self.booth.heard = dict(known.heard)
            self.booth.panic, self.booth.kept = known.panic, known.kept
        turns: dict[Role, Turn] = {}
        if known and not known.is_over:
            self.booth.paused = known.paused
            turns = {spot.role: self._adopted(spot, known) for spot in known.spots}
            self._place(turns, known)
        self._end_strangers()
        if known:
            sounded = any(turn.running and not isinstance(turn.deck, NoDeck) for turn in turns.values())
            self.silence.go_on(known.quiet, self.booth.clock.now().timestamp(), sounded=sounded)
        return known

    def _adopted(self, spot: Spot, known: Playing) -> Turn:
        """Return the turn that was on this spot, on its living deck, or on none."""
        booth, now = self.booth, self.booth.clock.monotonic()
        turn = self.cueing.turn(spot.piece, spot.slot, NoDeck(), spot.from_s)
        turn.part, turn.from_s, turn.rise, turn.curve = spot.part, spot.from_s, spot.rise, spot.curve
        turn.cut, turn.handover, turn.fall, turn.again = spot.cut, spot.handover, spot.fall, spot.again
        turn.end = spot.end
        turn.position_s, turn.heard_s = spot.position_s, spot.heard_s
        turn.due_at, turn.started_at, turn.was_heard = spot.due_at, spot.started_at, bool(spot.started_at)
        try:
            found = booth.decks.player.adopt(spot.slot, turn.audio)
        except ProviderError:
            return turn
        if found:
            turn.deck, is_held = found
            turn.running = not is_held
            turn.seen_at = now - known.age_s(booth.clock)
            self._listen(turn, now)
        return turn

    def _listen(self, turn: Turn, now: float) -> None:
        """Hear how far it has come while nobody looked."""
        try:
            turn.listen(now)
        except PlayerLost:
            turn.deck, turn.running = NoDeck(), False
            return
        if turn.state.phase == "ended" and turn.was_heard:
            turn.heard_s += max(0.0, turn.part.end_s - turn.position_s)
            turn.position_s = turn.part.end_s
        turn.seen_at = turn.moved_at = now

    def _place(self, turns: dict[Role, Turn], known: Playing) -> None:
        """Give every piece its place: what was begun is begun, what was only cued is cued, or will be again."""
        leaving, current, cued = turns.get("leaving"), turns.get("current"), turns.get("cued")
        if cued and self._has_begun(cued, current):
            if leaving:
                self._write_down(leaving)
            leaving, current, cued = current, cued, None
        for turn, spot in ((turn, known.spot(role)) for role, turn in turns.items()):
            if turn is current and turn.started_at is None and turn.running:
                turn.started_at = turn.due_at or self.booth.clock.now()
            if turn.started_at and spot and not spot.taken and turn.piece.kind == "song":
                self.booth.owed[SongId(turn.piece.key)] = None
        self._take_on(leaving, current, cued, known)

    @staticmethod
    def _has_begun(cued: Turn, current: Turn | None) -> bool:
        """Return whether the cued deck was let go."""
        if not isinstance(cued.deck, NoDeck):
            return cued.running
        handover = current.handover if current else None
        is_ahead = current and handover and current.position_s < handover.at_s - NOT_YET_S
        return cued.due_at is not None and not is_ahead

    def _take_on(self, leaving: Turn | None, current: Turn | None, cued: Turn | None, known: Playing) -> None:
        booth = self.booth
        if leaving and current and self._still_leaves(leaving):
            booth.leaving = leaving
        elif leaving:
            self._write_down(leaving)
        if current and (not isinstance(current.deck, NoDeck) or self._goes_on(current, known)):
            booth.current = current
            self._let_run(current)
        elif current:
            self._write_down(current)
        if cued and not isinstance(cued.deck, NoDeck):
            booth.cued = cued
            cued.due_at = None  # it was not let go: it begins later than it was about to
        self._shape_anew()
        for turn in booth.audible():
            if turn.started_at:
                booth.journal.play(turn.piece.key, turn.started_at, round(turn.heard_s, 1), turn.piece.kind)
            log.info("piece taken up", extra={"piece": turn.piece.key, "at_s": round(turn.position_s, 1)})

    def _shape_anew(self) -> None:
        """Have every deck follow the plan that is known: what was shaped in the last moment is not written down."""
        for turn in self.booth.turns():
            with suppress(PlayerLost):  # a deck that is gone, or that the next tick finds
                turn.shape()
                if turn is self.booth.cued:
                    turn.deck.seek(turn.from_s)  # what was filtered already has the old slope

    def _still_leaves(self, turn: Turn) -> bool:
        """Return whether its deck fades on; one that is held in a room that is not has been cued with it anew."""
        return not isinstance(turn.deck, NoDeck) and (turn.running or self.booth.paused)

    def _let_run(self, turn: Turn) -> None:
        """Have it do what the room is to do; where its deck is gone, the rescue does so on another one."""
        is_gone = isinstance(turn.deck, NoDeck)
        if is_gone:
            turn.running, turn.fall = not self.booth.paused, None
        elif not turn.running and not self.booth.paused and not turn.over:
            turn.go_on_from(turn.position_s, self.booth.clock.monotonic())
            turn.hold(on=False)

    def _goes_on(self, turn: Turn, known: Playing) -> bool:
        """Return whether a piece whose player is gone is worth going on with."""
        if turn.part.end_s - turn.position_s < ALL_BUT_OVER_S and turn.started_at:
            return False
        if turn.piece.is_filler:
            return known.age_s(self.booth.clock) < FILLER_WITHIN_S
        begins, now = self.booth.settings.night_begins, self.booth.clock.now()
        then = turn.started_at or turn.due_at or now
        return night_of(then, begins) == night_of(now, begins)

    def _write_down(self, turn: Turn) -> None:
        """It is over: what the room heard of it is what it will have heard."""
        turn.deck.close()
        if turn.started_at:
            self.booth.journal.play(turn.piece.key, turn.started_at, round(turn.heard_s, 1), turn.piece.kind)

    def _end_strangers(self) -> None:
        """End the players of a DJ before us in which there is nothing of ours."""
        ours = {turn.slot for turn in self.booth.turns() if not isinstance(turn.deck, NoDeck)}
        for slot in SLOTS:
            if slot not in ours:
                try:
                    self.booth.decks.player.adopt(slot, self.booth.venue.root)  # which no player plays: it ends
                except ProviderError as error:
                    log.warning("a player of old does not end", extra={"deck": slot, "code": error.code})


class NoDeck(Deck):
    """A deck that is gone: whoever asks it for anything is told so, and the rescue opens another."""

    def _lost(self, *_: object, **__: object) -> Never:
        raise PlayerLost(
            "player-lost",
            Plain("Il lettore audio (mpv) non c'è più.", "The audio player (mpv) is gone."),
            Plain("Viene riavviato da solo.", "It is restarted by itself."),
        )

    load = shape = hold = seek = set_volume = state = peak_dbfs = try_output = _lost

    def close(self) -> None:
        """Do nothing: it is gone."""
