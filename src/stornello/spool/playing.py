"""What the DJ has in hand, for the DJ that comes after a crash. Written by riproduzione only, read by nobody else.

Two files of one form in .tmp_player: ``playing.json`` is durable, ``playing.now.json`` costs no wait for the disk and
survives a kill, not always a power cut. Each is whole or not at all, and numbered: the later of those that can be read
is what was.
"""

import json
import math
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal, Self, get_args

from stornello.domain.clock import Clock
from stornello.domain.crossfade import Curve, Fade, Handover, Part
from stornello.domain.pieces import Piece
from stornello.spool import atomic, now_playing
from stornello.spool.paths import Venue

VERSION: Final = 1
"""What is written by another version is as good as nothing."""

Role = Literal["leaving", "current", "cued"]
"""What the room hears less and less of; what it hears; what is held at its first sound on the other deck."""

_NONE = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What reading a damaged file ends in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A piece on the deck ``slot``, and all that shapes it, as in riproduzione/turn.py. Times are seconds in the file.

    ``due_at`` is set when the deck is about to be let go: from then on a song counts as begun, unless its deck lives
    and is still held. ``started_at`` is when the room began to hear it, None: not yet; ``taken`` means that the
    playlist has been told. ``position_s`` is what the room heard last, ``heard_s`` how much it has heard so far.
    """

    role: Role
    slot: str
    piece: Piece
    part: Part
    from_s: float
    rise: Fade
    curve: Curve = "equal-power"
    cut: Fade | None = None
    handover: Handover | None = None
    fall: Fade | None = None
    again: Fade | None = None
    end: Fade | None = None
    position_s: float
    due_at: datetime | None = None
    started_at: datetime | None = None
    taken: bool = False
    heard_s: float = 0.0

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Build it from its fields. Raises one of _NONE when these are none."""
        if data["role"] not in get_args(Role) or not data["slot"].isalnum():
            raise ValueError("no spot")
        part, handover = data["part"], data["handover"]
        return cls(
            role=data["role"],
            slot=data["slot"],
            piece=_piece(data["piece"]),
            part=Part(_number(part["begin_s"]), _number(part["end_s"]), bool(part["cut"])),
            from_s=_number(data["from_s"]),
            rise=_fade(data["rise"]),
            curve=_curve(data["curve"]),
            cut=_fade(data["cut"]) if data["cut"] else None,
            handover=Handover(_number(handover["at_s"]), _number(handover["length_s"])) if handover else None,
            fall=_fade(data["fall"]) if data["fall"] else None,
            again=_fade(data["again"]) if data["again"] else None,
            end=_fade(data["end"]) if data["end"] else None,
            position_s=_number(data["position_s"]),
            due_at=_moment(data["due_at"]),
            started_at=_moment(data["started_at"]),
            taken=bool(data["taken"]),
            heard_s=_number(data["heard_s"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A guests' song that panic has cut: it goes on at ``position_s``, as the same play, when the panic is over."""

    piece: Piece
    position_s: float
    started_at: datetime | None = None
    heard_s: float = 0.0

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Build it from its fields. Raises one of _NONE when these are none."""
        return cls(
            piece=_piece(data["piece"]),
            position_s=_number(data["position_s"]),
            started_at=_moment(data["started_at"]),
            heard_s=_number(data["heard_s"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """The longest silence of ``night`` (the date on which it began): so long, and until when (since the epoch).

    ``heard_at`` is when the room last heard something; 0: the DJ was not meant to play.
    """

    night: str = ""
    longest_s: float = 0.0
    until: float = 0.0
    heard_at: float = 0.0

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Build it from its fields. Raises one of _NONE when these are none."""
        times = (_number(data[name]) for name in ("longest_s", "until", "heard_at"))
        return cls(night=str(data["night"]), **dict(zip(("longest_s", "until", "heard_at"), times, strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """All that the DJ knows and no file of the venue says otherwise.

    It was so at ``at`` (seconds since the epoch; since the boot: ``monotonic_s``). ``volume`` is in percent. ``heard``
    says when the room heard each piece last (by its key, seconds since the epoch). ``is_over``: the DJ ended as it was
    asked to, and nobody goes on.
    """

    at: float
    monotonic_s: float = 0.0
    number: int = 0
    is_over: bool = False
    spots: tuple[Spot, ...] = ()
    paused: bool = False
    muted: bool = False
    panic: bool = False
    volume: int = 0
    kept: Kept | None = None
    heard: dict[str, float] = field(default_factory=dict)
    quiet: Quiet = field(default_factory=Quiet)

    def spot(self, role: Role) -> Spot | None:
        """Return the piece in this role."""
        return next((spot for spot in self.spots if spot.role == role), None)

    def age_s(self, clock: Clock) -> float:
        """Return how long ago that was, see :func:`now_playing.age_s`."""
        return now_playing.age_s(self.at, self.monotonic_s, clock)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Build it from what :func:`write` has written. Raises one of _NONE when it is none."""
        if data["version"] != VERSION:
            raise ValueError("another version")
        return cls(
            at=_number(data["at"]),
            monotonic_s=_number(data["monotonic_s"]),
            is_over=bool(data["is_over"]),
            number=int(_number(data["number"])),
            spots=tuple(map(Spot.from_json, data["spots"])),
            paused=bool(data["paused"]),
            muted=bool(data["muted"]),
            panic=bool(data["panic"]),
            volume=int(_number(data["volume"])),
            kept=Kept.from_json(data["kept"]) if data["kept"] else None,
            heard={str(key): _number(at) for key, at in data["heard"].items()},
            quiet=Quiet.from_json(data["quiet"]),
        )


def write(venue: Venue, playing: Playing, *, durable: bool) -> None:
    """Write it down: durably, or at once. Raises OSError."""
    data = json.dumps({"version": VERSION, **asdict(playing)}, ensure_ascii=False, default=datetime.isoformat)
    atomic.write(venue.playing if durable else venue.playing_now, data.encode(errors="replace"), durable=durable)


def read(venue: Venue) -> Playing | None:
    """Return what the DJ before us had in hand; None when there was none, or nothing that can be read."""
    found = [playing for playing in map(_read, (venue.playing, venue.playing_now)) if playing]
    return max(found, key=lambda playing: playing.number, default=None)


def _read(file: Path) -> Playing | None:
    try:
        return Playing.from_json(json.loads(file.read_bytes()))
    except _NONE:
        return None


def _piece(data: dict[str, Any]) -> Piece:
    """Return a piece whose sound lies inside the venue."""
    piece = Piece.from_json(data)
    audio = PurePosixPath(piece.audio)
    if audio.is_absolute() or ".." in audio.parts:
        raise ValueError("not ours")
    return piece


def _fade(data: dict[str, Any]) -> Fade:
    return Fade(_number(data["start_s"]), _number(data["length_s"]), _curve(data["curve"]))


def _curve(name: Any) -> Curve:  # noqa: ANN401 - whatever JSON holds
    if name not in get_args(Curve):
        raise ValueError("no curve")
    curve: Curve = name
    return curve


def _moment(text: str | None) -> datetime | None:
    moment = datetime.fromisoformat(text) if text else None
    if moment and moment.tzinfo is None:
        raise ValueError("a moment of nowhere")
    return moment


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("no number")
    if not math.isfinite(value):
        raise ValueError("no number")
    return value
