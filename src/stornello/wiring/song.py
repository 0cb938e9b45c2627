"""Builds GenerateSong."""

from collections.abc import Callable, Sequence

from stornello.chains import ChainedLyricist, Link
from stornello.domain.clock import SystemClock
from stornello.generate_song import SongMaker
from stornello.generate_song.patience import Polls
from stornello.settings import Settings
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue
from stornello.wiring.engines import builder, chain, embedded_ears
from stornello.wiring.packaged import EMBEDDED

_OWN_SHARE = 0.9
"""Of the job's time: a child that waits in vain is to say why before its worker ends it without a word."""


def build(venue: Venue, settings: Settings, milestone: Callable[[str], None]) -> SongMaker:
    """Build GenerateSong. Unlike the services at their start it goes on with those of its engines that can be had."""
    return SongMaker(
        venue=venue,
        lyricist=ChainedLyricist(chain("lyricists", venue, settings)),
        studios=chain("studios", venue, settings),
        former_studio=lambda name: Link(name, builder("studios", name, settings)),
        languages=settings.languages,
        heard_by=lambda shas: _heard_by(shas, venue, settings),
        deadline_s=settings.job_deadline_seconds * _OWN_SHARE,
        clock=SystemClock(),
        milestone=milestone,
        polls=Polls(settings.poll_first_seconds, settings.poll_longest_seconds, settings.poll_attempts),
    )


def _heard_by(shas: Sequence[str], venue: Venue, settings: Settings) -> str:
    """Return who heard the recordings; empty for texts that came from elsewhere, or when the journal is gone."""
    heard = Journal(venue.journal).heard_by(shas)
    return ", ".join(embedded_ears(settings) if name == EMBEDDED else name for name in heard)
