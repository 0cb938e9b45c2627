"""What the dashboard's panels are drawn from."""

from dataclasses import dataclass
from datetime import datetime

from stornello.domain.money import NO_BUDGET, Budget
from stornello.domain.names import TableId
from stornello.domain.plain import Language, Plain
from stornello.riproduzione.meter import Level
from stornello.spool.now_playing import NowPlaying
from stornello.spool.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class View:
    """What is to be shown: the venue, the moment, the language, and the limits that the levels are told against.

    ``notice`` is what was just done, or could not be; ``level`` what the room's meter shows; ``tables`` the foremost
    ones, None: to be found.
    """

    snapshot: Snapshot
    now: datetime
    language: Language
    max_workers: int
    max_queue_size: int
    notice: Plain | None = None
    budget: Budget = NO_BUDGET
    level: Level | None = None
    tables: tuple[TableId, ...] | None = None

    def say(self, phrase: Plain) -> str:
        """Return the phrase in the view's language."""
        return phrase.within(self.language)

    @property
    def playing(self) -> NowPlaying | None:
        """What the DJ says; None while there is no DJ."""
        if not self.snapshot.running.get("riproduzione"):
            return None
        return self.snapshot.playing or NowPlaying(self.now.timestamp())

    @property
    def position_s(self) -> float:
        """Where the song is now."""
        playing = self.snapshot.playing
        return playing.position(self.now.timestamp()) if playing else 0.0
