"""A piece's turn: one piece on one deck, from being cued to having been heard."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from stornello.domain.crossfade import DECLICK_S, Curve, Envelope, Fade, Handover, Part
from stornello.domain.pieces import Piece
from stornello.seams import Deck, DeckState

DRAIN_S = 0.2
"""A faded deck lives on until what it has buffered is out: ended at once it would click (measured, -40 dBFS)."""


@dataclass(slots=True, kw_only=True)
class Turn:
    """What the DJ knows of a piece that is on a deck.

    It begins at ``from_s`` with the slope ``rise``; ``handover`` is how it passes to the next once that is planned,
    ``cut`` how it ends before its end when nothing follows, both along ``curve``. ``fall`` and ``again`` belong to
    whoever holds the room: how it falls silent, and how it goes on in the middle; ``end`` is how it is ended for good,
    whatever was planned.

    ``position_s`` is what the room heard at ``seen_at`` (monotonic), ``moved_at`` when that last changed; ``heard_s``
    counts real seconds of sound. ``due_at`` is when its deck was about to be let go for the first time, ``started_at``
    when the room first heard it, ``was_heard`` whether it has heard it from this deck.
    """

    piece: Piece
    audio: Path = field(repr=False)
    slot: str
    deck: Deck
    part: Part
    from_s: float
    sounds: Envelope
    rise: Fade
    curve: Curve = "equal-power"
    cut: Fade | None = None
    handover: Handover | None = None
    fall: Fade | None = None
    again: Fade | None = None
    end: Fade | None = None
    state: DeckState = field(default_factory=lambda: DeckState("loading"))
    running: bool = False
    position_s: float
    seen_at: float
    moved_at: float
    was_heard: bool = False
    due_at: datetime | None = None
    started_at: datetime | None = None
    heard_s: float = 0.0
    losses: int = 0
    lost_at_s: float = 0.0

    def cue(self, volume: float) -> None:
        """Put the piece on its deck, held at its first sound."""
        self.state = DeckState("loading")
        self.deck.set_volume(volume)
        self.deck.load(self.audio, self.position_s, self.envelope())

    def resume_on(self, deck: Deck, volume: float) -> None:
        """Go on with the piece on another deck, where the room heard it last."""
        self.deck = deck
        self.again = soft(self.position_s)
        self.cue(volume)
        if self.running:
            deck.hold(on=False)

    def rise_over(self, length_s: float) -> None:
        """Have a piece that is held at its first sound begin with a slope of this length."""
        length_s = max(length_s, DECLICK_S)
        if abs(length_s - self.rise.length_s) < DECLICK_S:
            return
        self.rise = replace(self.rise, length_s=length_s)
        self.shape()
        self.deck.seek(self.from_s)  # what was filtered already has the old slope

    def envelope(self) -> Envelope:
        """Return how the piece is to sound from here on."""
        rises = (self.rise, self.again) if self.again else (self.rise,)
        falls = tuple(fall for fall in (self.slope_out, self.fall, self.end) if fall)
        return replace(self.sounds, rises=rises, falls=falls)

    def shape(self) -> None:
        """Have the deck follow the plan from now on."""
        self.deck.shape(self.envelope())

    def hold(self, *, on: bool) -> None:
        """Hold it, or let it sound. A deck lost on the way is replaced by one that does what is wanted here."""
        self.running = not on
        self.deck.hold(on=on)

    def go_on_from(self, to_s: float, now: float) -> None:
        """Have it go on softly at ``to_s``, whether it runs or is held; what made it fall silent is over."""
        self._move_to(to_s, now)
        self.shape()
        self.deck.seek(to_s)

    def park(self, to_s: float, now: float) -> None:
        """Hold it, having fallen silent, so that it goes on softly at ``to_s``."""
        self._move_to(to_s, now)
        self.hold(on=True)
        self.shape()
        self.deck.seek(to_s)

    def _move_to(self, to_s: float, now: float) -> None:
        """Note where it goes on, before any deck is told: one that is lost on the way is replaced by one there."""
        self.fall, self.again = None, soft(to_s)
        self.position_s, self.seen_at, self.moved_at = to_s, now, now

    def listen(self, now: float) -> None:
        """Ask the deck where the room is. Raises PlayerLost."""
        self.state = self.deck.state()
        position = self.state.position_s
        if position is None or not self.running:
            self.seen_at = now
            return
        if position > self.position_s:
            self.heard_s += min(position - self.position_s, now - self.seen_at)
            self.moved_at, self.was_heard = now, True
        self.position_s, self.seen_at = position, now

    @property
    def ready(self) -> bool:
        """Whether it would sound at once."""
        return self.state.phase == "ready"

    @property
    def sounding(self) -> bool:
        """Whether the room hears it."""
        return self.ready and self.running and self.position_s > self.from_s

    @property
    def slope_out(self) -> Fade | None:
        """How it fades in the end; None for a piece that is heard to its own end."""
        if self.handover and self.handover.length_s:
            return Fade(self.handover.at_s, self.handover.length_s, self.curve)
        return self.cut

    @property
    def over(self) -> bool:
        """Whether nothing more of it will be heard: it has ended, or has faded and its buffer is out."""
        slopes = [slope.end_s for slope in (self.slope_out, self.end) if slope]
        return self.state.phase in {"ended", "failed"} or (bool(slopes) and self.position_s >= min(slopes) + DRAIN_S)

    @property
    def stillborn(self) -> bool:
        """Whether it was over before its first sound: refused, shorter than its own beginning, or hardly there."""
        return self.over and not self.was_heard and self.position_s <= self.from_s

    def ear_s(self, now: float) -> float:
        """Return what the room hears at ``now``."""
        return self.position_s + (now - self.seen_at if self.running and self.ready else 0.0)


def soft(at_s: float) -> Fade:
    """Return how a piece goes on in the middle of a sound."""
    return Fade(at_s, DECLICK_S, "smooth")
