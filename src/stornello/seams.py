"""The seams: what the house asks of an engine, and nothing more.

A provider only translates. Retry, budget and backoff live outside it, once (``chains/``). Every method may raise
``ProviderUnreachable`` (the same call may work later), ``OutcomeUnknown`` (it went out and no answer came back),
``AccountRefused`` (key or credit) or ``ProviderRefused`` (it will not work). How to write one: docs/providers.md.

``is_paid`` says that a call may cost money, so that it is counted, capped and not repeated lightly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NewType, Protocol, runtime_checkable

from stornello.domain.crossfade import Envelope
from stornello.domain.names import TableId
from stornello.domain.songs import Lyrics, SungLine

RequestId = NewType("RequestId", str)
"""Whatever a studio needs to find a song again after a restart; opaque to everyone else."""

LONGEST_REQUEST_ID = 200
"""Characters; the ids of the services that we know have 32 to 36."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a transcriber heard.

    ``text`` is empty when nobody spoke (voice activity) or only a known hallucination of silence was heard.
    ``language`` is an ISO 639-1 code. ``speech_s`` is the time somebody spoke. ``by`` says which engine heard it, for
    the card, such as ``openai (gpt-transcribe)``.
    """

    text: str
    language: str
    speech_s: float
    by: str = ""


class Transcriber(Protocol):
    """Speech to text. ``longest_s``: longer sound is handed over in parts, cut at silences; None takes any length."""

    name: str
    is_paid: bool
    longest_s: float | None

    def hear(self, audio: Path, languages: Sequence[str]) -> Hearing:
        """Transcribe ``audio`` (16 kHz mono 16-bit WAV), in whichever of ``languages`` is spoken.

        Raises:
            RecordingError: this sound cannot be used, whoever hears it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """One guest's transcript; ``guest`` may be empty."""

    guest: str
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """What one table said, in order of arrival: the raw material of a song. ``seed`` makes the choices repeatable."""

    table: TableId
    language: str
    told: tuple[Told, ...]
    seed: int


class Lyricist(Protocol):
    """Words from words. Besides the errors above, ``ContentRefused``: the model would not write about this.

    An engine that raises ``AnswerUnusable`` is asked once more, with the error's reason as ``complaint``; one that
    never raises it needs no such parameter.
    """

    name: str
    is_paid: bool

    def summarise(self, story: Story, *, complaint: str = "") -> str:
        """Return in a few sentences, in the story's language, what was told and by whom."""
        ...

    def write(self, story: Story, summary: str, *, gently: bool = False, complaint: str = "") -> Lyrics:
        """Write the song's lyrics. Every ``Lyrics.sections`` line is singable text, no markup.

        ``gently``: a studio has refused the words; leave out whatever could be taken for coarse, violent or intimate.
        """
        ...


@dataclass(frozen=True, slots=True)
class SongOrder:
    """What a studio is asked to make."""

    lyrics: Lyrics
    seed: int


@dataclass(frozen=True, slots=True)
class Take:
    """A finished recording as the studio delivered it, inside the folder it was told to use.

    ``engine`` says who made it and how, for the card (such as ``embedded fast voice (espeak-ng + WORLD)``).
    ``spare`` is a second take of the same request, inside the same folder. ``claimed_s`` is the length that the studio
    says ``audio`` has, ``credits`` what the request has cost there; None where it does not tell.
    """

    audio: Path
    engine: str
    synced_lyrics: tuple[SungLine, ...] = ()
    spare: Path | None = None
    claimed_s: float | None = None
    credits: float | None = None


class MusicStudio(Protocol):
    """Lyrics to music, in two steps so that a paid request survives a restart."""

    name: str
    is_paid: bool

    def request(self, order: SongOrder) -> RequestId:
        """Order the song. The caller saves the returned id before anything else.

        Raises:
            OutcomeUnknown: whether the order was taken cannot be known; the caller never repeats it by itself.
            ContentRefused: the words were refused.
        """
        ...

    def collect(self, request: RequestId, into: Path) -> Take | None:
        """Return the take, written inside the folder ``into``, or None while the song is cooking.

        Raises:
            NotDelivered: the song is done, but what lies at its address is none, for now or for good.
            GenerationFailed: the song was accepted and then failed for good.
            ContentRefused: it failed because of its words.
        """
        ...


@runtime_checkable
class HasCredits(Protocol):
    """What an engine may do besides: tell what is left on its account."""

    def credits(self) -> float:
        """Return the credits that are left. Costs nothing."""
        ...


@runtime_checkable
class Checkable(Protocol):
    """What an engine may do besides: look whether its service is there and opens to the key."""

    def check(self) -> None:
        """Return when the next call is likely to work. Costs nothing; one short attempt. Raises as the seams say."""
        ...


@dataclass(frozen=True, slots=True)
class DeckState:
    """What a deck says of itself.

    ``loading`` until the song could sound at once, ``ready`` from then on, ``ended`` when it has been heard to its end,
    ``failed`` when the file is none that can be played (``error`` in the player's words). ``position_s`` is what the
    room hears now, in file time; None while that is unknown. ``output`` is the sound driver in use, ``null`` for none.
    """

    phase: Literal["empty", "loading", "ready", "ended", "failed"]
    position_s: float | None = None
    output: str = ""
    error: str = ""


class Deck(Protocol):
    """One player process with one song in it. Every method but ``close`` may raise ``PlayerLost``: open another."""

    def load(self, audio: Path, begin_s: float, envelope: Envelope) -> None:
        """Put a song on, held at ``begin_s``, in place of whatever was on. Returns before it is ready."""
        ...

    def shape(self, envelope: Envelope) -> None:
        """Change the song's envelope; what sounds within ``crossfade.LEAD_S`` keeps the old one."""
        ...

    def hold(self, *, on: bool) -> None:
        """Hold the song, or let it run."""
        ...

    def seek(self, to_s: float) -> None:
        """Go on from ``to_s``; all that is heard from there follows the envelope that was given last."""
        ...

    def set_volume(self, percent: float) -> None:
        """Set the deck's volume, 0 to 100."""
        ...

    def state(self) -> DeckState:
        """Ask the deck how it is. A deck whose socket was deleted makes it again meanwhile."""
        ...

    def peak_dbfs(self) -> float | None:
        """Return the peak of what goes to the output now, before the volume; None while that is unknown."""
        ...

    def try_output(self) -> None:
        """Open the output again, which was lost; without one the song runs on into ``null``."""
        ...

    def close(self) -> None:
        """End the player, whatever its state."""
        ...


@dataclass(frozen=True, slots=True)
class Output:
    """A sound device: ``name`` is the player's own for it, ``description`` the system's, for people."""

    name: str
    description: str


class Player(Protocol):
    """Where decks come from."""

    name: str

    def open(self, slot: str) -> Deck:
        """Start the deck called ``slot``, silent and empty; ends what was left in that place.

        Raises:
            ProviderRefused: the player is not installed.
            PlayerLost: it did not come up.
        """
        ...

    def adopt(self, slot: str, audio: Path) -> tuple[Deck, bool] | None:
        """Take over the deck called ``slot`` that a DJ before us left with ``audio`` on, and whether it is held.

        None when there is none that answers, or something else is on; what was left there has ended then.
        """
        ...

    def outputs(self) -> tuple[Output, ...]:
        """Return the sound devices that there are now. Raises ProviderRefused, PlayerLost."""
        ...

    def use(self, output: str) -> None:
        """Play to the device called ``output`` from now on (``auto``: the player's choice): every open deck too."""
        ...
