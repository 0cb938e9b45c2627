"""Builds GenerateSong and the engines that write, play and sing."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from stornello.chains import ChainedLyricist, Link
from stornello.domain.clock import SystemClock
from stornello.generate_song import SongMaker
from stornello.generate_song.patience import Polls
from stornello.seams import Lyricist, MusicStudio
from stornello.settings import Settings
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue
from stornello.wiring.engines import EMBEDDED, chain, chosen, embedded_ears, installed, require_engines

_OWN_SHARE = 0.9
"""Of the job's time: a child that waits in vain is to say why before its worker ends it without a word."""


def build(venue: Venue, settings: Settings, milestone: Callable[[str], None]) -> SongMaker:
    """Build GenerateSong. Raises SettingsError, like the other builders, when its engines are not to be had."""
    require_engines(settings)
    return SongMaker(
        venue=venue,
        lyricist=ChainedLyricist(chain("lyricists", venue, settings, own_pen)),
        studios=chain("studios", venue, settings, own_studio),
        former_studio=lambda name: _former(name, settings),
        languages=settings.languages,
        heard_by=lambda shas: _heard_by(shas, venue, settings),
        deadline_s=settings.job_deadline_seconds * _OWN_SHARE,
        clock=SystemClock(),
        milestone=milestone,
        polls=Polls(settings.poll_first_seconds, settings.poll_longest_seconds, settings.poll_attempts),
    )


def _former(name: str, settings: Settings) -> Link[MusicStudio]:
    """Return a studio that the settings do not name any more but that has a song in hand."""
    if name == EMBEDDED:
        return Link(name, own_studio)
    return Link(name, lambda: cast("MusicStudio", installed("studios", name)(settings)))


def _heard_by(shas: Sequence[str], venue: Venue, settings: Settings) -> str:
    """Return who heard the recordings, or who would: texts may come from elsewhere, and the journal may be gone."""
    heard = ", ".join(Journal(venue.journal).heard_by(shas))
    named = chosen("transcribers", settings)
    return heard or (embedded_ears(settings) if EMBEDDED in named else ", ".join(named))


def own_pen() -> Lyricist:
    """Build our own engine that writes."""
    from stornello.providers.words.embedded import EmbeddedLyricist  # noqa: PLC0415 - extra [embedded]

    return EmbeddedLyricist()


def own_studio() -> MusicStudio:
    """Build our own engine that plays and sings."""
    from stornello.providers.music.embedded import EmbeddedStudio  # noqa: PLC0415 - extra [embedded]

    return EmbeddedStudio(soundfont)


def soundfont() -> Path:
    """Return the General MIDI SoundFont of this machine, fetching it if need be."""
    from stornello import models  # noqa: PLC0415 - only an embedded studio needs it

    return next(models.ensure("soundfont").glob("*.sf2"))
