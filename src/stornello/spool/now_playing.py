"""What the DJ says of itself in .tmp_player/run/now_playing.json, for dashboards. Written by riproduzione only."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from stornello.domain.clock import Clock
from stornello.spool import atomic

FILE = "now_playing.json"


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

    def age_s(self, clock: Clock) -> float:
        """Return how long ago that was: by the boot's clock, which nobody sets, unless it is another boot's."""
        by_boot, by_day = clock.monotonic() - self.monotonic_s, abs(clock.now().timestamp() - self.at)
        return min(by_boot, by_day) if by_boot >= 0 else by_day

    def position(self, now: float) -> float:
        """Return where the song is at ``now`` (seconds since the epoch)."""
        moved = 0.0 if self.paused or not self.song else max(0.0, now - self.at)
        return min(self.position_s + moved, self.duration_s)


def write(run: Path, playing: NowPlaying) -> None:
    """Say what the room hears."""
    atomic.write(run / FILE, json.dumps(asdict(playing), ensure_ascii=False).encode(), durable=False)


def read(run: Path) -> NowPlaying | None:
    """Return what the DJ said last, or None."""
    try:
        return NowPlaying(**json.loads((run / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
