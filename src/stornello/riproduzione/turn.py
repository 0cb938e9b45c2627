"""A song's turn: one card on one deck, from being cued to having been heard."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from stornello.domain.crossfade import DECLICK_S, Envelope, Fade, Handover, Part, level
from stornello.domain.songs import SongCard
from stornello.seams import Deck, DeckState

DRAIN_S = 0.5
"""A faded deck lives on until what it has buffered is out: ended at once it would click (measured, -40 dBFS)."""


@dataclass(slots=True, kw_only=True)
class Turn:
    """What the DJ knows of a song that is on a deck.

    ``position_s`` is what the room heard at ``seen_at`` (monotonic), ``moved_at`` when that last changed; ``heard_s``
    counts real seconds of sound. ``fade_in_s`` is the slope it begins with, ``handover`` how it passes to the next once
    that is planned, ``cut`` how it ends before its end when nothing follows.
    """

    card: SongCard
    audio: Path = field(repr=False)
    slot: str
    deck: Deck
    part: Part
    fade_in_s: float = 0.0
    cut: Fade | None = None
    handover: Handover | None = None
    state: DeckState = field(default_factory=lambda: DeckState("loading"))
    running: bool = False
    position_s: float
    seen_at: float
    moved_at: float
    started_at: datetime | None = None
    heard_s: float = 0.0
    losses: int = 0
    lost_at_s: float = 0.0

    def cue(self, volume: float) -> None:
        """Put the song on its deck, held at its first sound."""
        self.state = DeckState("loading")
        self.deck.set_volume(volume)
        self.deck.load(self.audio, self.position_s, self.envelope())

    def resume_on(self, deck: Deck, volume: float) -> None:
        """Go on with the song on another deck, where the room heard it last."""
        self.deck = deck
        self.fade_in_s = DECLICK_S
        self.cue(volume)
        if self.running:
            deck.hold(on=False)

    def envelope(self) -> Envelope:
        """Return how the song is to sound from here on."""
        begin = self.part.begin_s if self.state.phase == "ready" else self.position_s
        rises = (Fade(begin, max(self.fade_in_s, DECLICK_S)),)
        return replace(level(self.card.sound, -16.0), rises=rises, falls=(self.slope_out,) if self.slope_out else ())

    def shape(self) -> None:
        """Have the deck follow the plan from now on."""
        self.deck.shape(self.envelope())

    def hold(self, *, on: bool) -> None:
        """Hold it, or let it sound. A deck lost on the way is replaced by one that does what is wanted here."""
        self.running = not on
        self.deck.hold(on=on)

    def seek(self, to_s: float, now: float) -> None:
        """Go on from ``to_s``."""
        self.deck.seek(to_s)
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
            self.moved_at = now
        self.position_s, self.seen_at = position, now

    @property
    def ready(self) -> bool:
        """Whether it would sound at once."""
        return self.state.phase == "ready"

    @property
    def sounding(self) -> bool:
        """Whether the room hears it."""
        return self.ready and self.running and self.position_s > self.part.begin_s

    @property
    def slope_out(self) -> Fade | None:
        """How it fades in the end; None for a song that is heard to its own end."""
        return (self.handover.fade_out if self.handover else None) or self.cut

    @property
    def over(self) -> bool:
        """Whether nothing more of it will be heard: it has ended, or has faded and its buffer is out."""
        slope = self.slope_out
        return self.state.phase in {"ended", "failed"} or (
            slope is not None and self.position_s >= slope.end_s + DRAIN_S
        )

    @property
    def stillborn(self) -> bool:
        """Whether it was over before its first sound: refused, shorter than its own beginning, or hardly there."""
        return self.over and self.started_at is None and self.position_s <= self.part.begin_s

    def ear_s(self, now: float) -> float:
        """Return what the room hears at ``now``."""
        return self.position_s + (now - self.seen_at if self.running and self.ready else 0.0)
