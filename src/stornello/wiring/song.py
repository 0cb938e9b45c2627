"""Builds GenerateSong and the engines that write, play and sing."""

from collections.abc import Callable
from pathlib import Path

from stornello.chains import ChainedLyricist
from stornello.domain.clock import SystemClock
from stornello.generate_song import SongMaker
from stornello.seams import Lyricist, MusicStudio
from stornello.settings import Settings
from stornello.spool.paths import Venue
from stornello.wiring.engines import chain, embedded_ears, require_engines

_OWN_SHARE = 0.9
"""Of the job's time: a child that waits in vain is to say why before its worker ends it without a word."""


def build(venue: Venue, settings: Settings, milestone: Callable[[str], None]) -> SongMaker:
    """Build GenerateSong. Raises SettingsError, like the other builders, when its engines are not to be had."""
    require_engines(settings)
    return SongMaker(
        venue=venue,
        lyricist=ChainedLyricist(chain("lyricists", venue, settings, own_pen)),
        studios=chain("studios", venue, settings, own_studio),
        languages=settings.languages,
        heard_by=lambda _: embedded_ears(settings),
        deadline_s=settings.job_deadline_seconds * _OWN_SHARE,
        clock=SystemClock(),
        milestone=milestone,
    )


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
