"""What the room hears, in now_playing.json: for dashboards and other programs. Written by riproduzione only."""

import errno
import json
import os
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from stornello.domain.clock import Clock
from stornello.spool import atomic
from stornello.spool.paths import Venue


@dataclass(frozen=True, slots=True)
class NowPlaying:
    """The room at ``at`` (seconds since the epoch; since the boot: ``monotonic_s``). ``song``: empty for nothing.

    ``song`` is a piece's key and ``kind`` its kind (domain/pieces.py); ``position_s`` was true at ``at``; while not
    ``paused`` it runs on with the clock. ``volume`` is what was asked for, ``quieter_db`` what the curfew takes from
    it. ``output`` is mpv's audio driver (``null`` when the room has no sound card) and ``device`` the chosen device.
    ``songs_played`` counts since the service started, at ``began_at``; ``longest_silence_s`` is tonight's, which ended
    at ``silent_until`` (both in seconds, the latter since the epoch). ``trouble`` is the code of what keeps the player
    from playing, empty for nothing. ``peak_dbfs`` is the level at ``at``, None while nothing sounds.
    """

    at: float
    song: str = ""
    title: str = ""
    table: int = 0
    position_s: float = 0.0
    duration_s: float = 0.0
    paused: bool = False
    volume: int = 0
    crossfading: bool = False
    output: str = ""
    songs_played: int = 0
    trouble: str = ""
    monotonic_s: float = 0.0
    kind: str = ""
    guests: tuple[str, ...] = ()
    muted: bool = False
    panic: bool = False
    quieter_db: float = 0.0
    device: str = ""
    began_at: float = 0.0
    longest_silence_s: float = 0.0
    silent_until: float = 0.0
    peak_dbfs: float | None = None

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Build it from its fields, whatever else there is. Raises TypeError, ValueError or AttributeError for none."""
        known = {one.name: data[one.name] for one in fields(cls) if one.name in data}
        return cls(**known | {"guests": tuple(data.get("guests", ()))})

    def age_s(self, clock: Clock) -> float:
        """Return how long ago that was."""
        return age_s(self.at, self.monotonic_s, clock)

    def position(self, now: float) -> float:
        """Return where the song is at ``now`` (seconds since the epoch)."""
        moved = 0.0 if self.paused or not self.song else max(0.0, now - self.at)
        return min(self.position_s + moved, self.duration_s)


def age_s(at: float, monotonic_s: float, clock: Clock) -> float:
    """Return how long ago a moment was: by the boot's clock, which nobody sets, unless it is another boot's."""
    by_boot, by_day = clock.monotonic() - monotonic_s, abs(clock.now().timestamp() - at)
    return min(by_boot, by_day) if by_boot >= 0 else by_day


def write(venue: Venue, playing: NowPlaying) -> None:
    """Say what the room hears. Raises OSError, also when the venue is away: nothing is left in its empty place."""
    if not venue.is_there():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(venue.root))
    atomic.write(venue.now_playing, json.dumps(asdict(playing), ensure_ascii=False).encode(), durable=False)


def read(venue: Venue) -> NowPlaying | None:
    """Return what the DJ said last, or None."""
    try:
        return NowPlaying.from_json(json.loads(venue.now_playing.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return None
