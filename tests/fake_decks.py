"""Decks that play into nothing by a clock; they read WAV headers, so that a bad file is a bad file.

``tests/contract/test_player.py`` holds them to what real mpv does.
"""

import math
import wave
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from stornello.domain.clock import Clock
from stornello.domain.crossfade import LEAD_S, Curve, Envelope, Fade
from stornello.domain.errors import PlayerLost, ProviderRefused
from stornello.domain.plain import Plain
from stornello.providers.player.ipc import TIMEOUT_S
from stornello.seams import DeckState, Output

NOTHING = Plain("", "")

RATE = 8000
"""mpv refuses to open an output at 1 kHz."""


def a_wav(path: Path, seconds: float) -> Path:
    """Write silence, small: 8 bit, mono."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(b"\x80" * int(seconds * RATE))
    return path


@dataclass
class HandClock:
    """A clock that is turned by hand: sleeping turns it. ``set_by_s``: the time of day alone was set."""

    time_s: float = 1000.0
    set_by_s: float = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 20, 0, tzinfo=UTC) + timedelta(seconds=self.time_s + self.set_by_s)

    def monotonic(self) -> float:
        return self.time_s

    def sleep(self, seconds: float) -> None:
        self.time_s += seconds


@dataclass
class FakeDeck:
    """A deck of :class:`FakePlayer`. ``frozen`` plays no further, ``stuck`` dies when it is held or let go.

    ``hung`` answers nothing: whoever asks waits for the time-out. ``left``: the DJ that had it was killed; it plays on.
    """

    player: "FakePlayer"
    slot: str
    audio: Path | None = None
    envelope: Envelope = field(default_factory=lambda: Envelope(0.0))
    coming: list[tuple[float, Envelope]] = field(default_factory=list)
    volume: float = 100.0
    closed: bool = False
    frozen: bool = False
    stuck: bool = False
    hung: bool = False
    left: bool = False
    held: bool = True
    begun_s: float = 0.0
    begun_at: float = 0.0
    length_s: float | None = None
    output: str = ""

    def load(self, audio: Path, begin_s: float, envelope: Envelope) -> None:
        self._alive()
        self.player.loads.append(audio.stem)
        if audio.stem in self.player.killers:
            self.closed = True
            raise lost()
        if audio.stem in self.player.puzzlers:
            raise KeyError("playlist_entry_id")
        self.audio, self.envelope, self.coming, self.held = audio, envelope, [], True
        self.length_s = None if self.player.refuses(audio) else _length(audio)
        self.output = self.player.output
        self._move_to(begin_s)

    def shape(self, envelope: Envelope) -> None:
        self._alive()
        self.coming.append((self.position_s + LEAD_S, envelope))

    def hold(self, *, on: bool) -> None:
        self.closed |= self.stuck
        self._alive()
        before = self.power
        self._move_to(self.position_s)
        self.held = on
        self._click(math.sqrt(max(before, self.power)) if on or not before else 0.0)

    def seek(self, to_s: float) -> None:
        self._alive()
        before = self.power
        self.envelope, self.coming = (self.coming or [(to_s, self.envelope)])[-1][1], []
        self._move_to(to_s)
        self._click(math.sqrt(max(before, self.power)))

    def set_volume(self, percent: float) -> None:
        self._alive()
        self.volume = percent

    def state(self) -> DeckState:
        self._alive()
        if not self.player.has_card:
            self.output = "null"
        if self.audio is None:
            return DeckState("empty", output=self.output)
        if self.length_s is None:
            return DeckState("failed", output=self.output, error="unrecognized file format")
        if self.position_s >= self.length_s:
            return DeckState("ended", output=self.output)
        return DeckState("ready", self.position_s, self.output)

    def peak_dbfs(self) -> float | None:
        self._alive()
        if not self.power:
            return None
        return self.shaped.gain_db + 10 * math.log10(self.power)

    def try_output(self) -> None:
        self._alive()
        self.player.tries += 1
        self.output = self.player.output

    def close(self) -> None:
        self._click(math.sqrt(self.power))
        self.closed = True

    def freeze(self) -> None:
        """Hang: still answer, but play no further."""
        self._move_to(self.position_s)
        self.frozen = True

    @property
    def position_s(self) -> float:
        """What the room hears of the file."""
        runs = not self.held and not self.frozen
        return self.begun_s + (self.player.clock.monotonic() - self.begun_at if runs else 0.0)

    @property
    def power(self) -> float:
        """What of the song's power comes through now, 0 to 1."""
        audible = self.audio and not (self.held or self.closed) and self.position_s < (self.length_s or 0.0)
        return amplitude(self.shaped, self.position_s) ** 2 if audible else 0.0

    @property
    def shaped(self) -> Envelope:
        """The envelope of what the room hears now: what was filtered already keeps the one before."""
        while self.coming and self.position_s >= self.coming[0][0]:
            at_s, envelope = self.coming.pop(0)
            self._click(abs(amplitude(envelope, at_s) - amplitude(self.envelope, at_s)))
            self.envelope = envelope
        return self.envelope

    def _click(self, jump: float) -> None:
        self.player.clicks.append(jump)

    def _move_to(self, position_s: float) -> None:
        self.begun_s, self.begun_at = position_s, self.player.clock.monotonic()

    def _alive(self) -> None:
        if self.hung:
            self.player.clock.sleep(TIMEOUT_S)
        if self.closed or self.hung:
            raise lost()


@dataclass
class FakePlayer:
    """Opens fake decks. ``broken`` fails every file, ``killers`` are songs that end their deck, ``absent``: no mpv.

    ``puzzlers`` are songs for which the player answers what nobody foresaw. Nothing outside ``root`` is played.
    ``has_card``: whether the sound card is there; a deck that lost it finds it by ``try_output``, counted in ``tries``.
    ``clicks``: by how much the amplitude jumped at each command, 1 for a song that is cut off.
    """

    clock: Clock
    name: str = "fake"
    root: Path = Path("/")
    broken: bool = False
    absent: bool = False
    has_card: bool = True
    device: str = "auto"
    tries: int = 0
    killers: set[str] = field(default_factory=set)
    puzzlers: set[str] = field(default_factory=set)
    loads: list[str] = field(default_factory=list)
    clicks: list[float] = field(default_factory=list)
    decks: list[FakeDeck] = field(default_factory=list)

    def open(self, slot: str) -> FakeDeck:
        if self.absent:
            raise ProviderRefused("mpv-missing", NOTHING, NOTHING)
        assert slot not in {deck.slot for deck in self.open_decks() if not deck.left}, "one deck a place"
        self._end_left(slot)
        deck = FakeDeck(self, slot)
        self.decks.append(deck)
        return deck

    def adopt(self, slot: str, audio: Path) -> tuple[FakeDeck, bool] | None:
        deck = next((deck for deck in self.open_decks() if deck.left and deck.slot == slot), None)
        if deck is None or deck.hung or deck.audio != audio or deck.state().phase not in {"ready", "ended"}:
            self._end_left(slot)
            return None
        deck.left = False
        return deck, deck.held

    def outputs(self) -> tuple[Output, ...]:
        return (Output("auto", "Autoselect device"), *([Output("fake/card", "A card")] if self.has_card else []))

    def use(self, output: str) -> None:
        self.device = output

    @property
    def output(self) -> str:
        """The sound driver of a deck that is opened now."""
        return "fake" if self.has_card else "null"

    def refuses(self, audio: Path) -> bool:
        """Return whether the file fails whatever it holds."""
        return self.broken or not audio.resolve().is_relative_to(self.root.resolve())

    def orphan(self) -> None:
        """Have the DJ killed: its decks play on, and are the next one's to adopt."""
        for deck in self.open_decks():
            deck.left = True

    def open_decks(self) -> list[FakeDeck]:
        return [deck for deck in self.decks if not deck.closed]

    def power(self) -> float:
        """What the room hears, 1 for one song at its level; songs do not cancel each other."""
        return sum(deck.power for deck in self.open_decks())

    def sounding(self) -> dict[str, float]:
        """Return where each song that is running is."""
        return {deck.audio.stem: deck.position_s for deck in self.open_decks() if deck.audio and not deck.held}

    def _end_left(self, slot: str) -> None:
        for deck in self.open_decks():
            deck.closed = deck.left and deck.slot == slot


def amplitude(envelope: Envelope, at_s: float) -> float:
    """Return an envelope's slope at a moment, its gain left out, by the curves that ffmpeg's ``afade`` has."""
    rise = math.prod(_CURVES[fade.curve](_share(at_s, fade)) for fade in envelope.rises)
    fall = math.prod(_CURVES[fade.curve](1 - _share(at_s, fade)) for fade in envelope.falls)
    return rise * fall


_CURVES: dict[Curve, Callable[[float], float]] = {
    "equal-power": lambda share: math.sin(share * math.pi / 2),
    "smooth": lambda share: (1 - math.cos(share * math.pi)) / 2,
    "linear": lambda share: share,
}


def lost() -> PlayerLost:
    return PlayerLost("player-lost", NOTHING, NOTHING)


def _share(at_s: float, fade: Fade) -> float:
    return max(0.0, min(1.0, (at_s - fade.start_s) / fade.length_s))


def _length(audio: Path) -> float | None:
    try:
        with wave.open(str(audio)) as file:
            return float(file.getnframes() / file.getframerate())
    except (OSError, EOFError, wave.Error):
        return None
