"""Builds Riproduzione."""

from stornello.domain.clock import SystemClock
from stornello.providers.player.mpv import MpvPlayer
from stornello.riproduzione import sockets
from stornello.riproduzione.service import Riproduzione
from stornello.settings import Settings
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue


def build(venue: Venue, settings: Settings) -> Riproduzione:
    """Build Riproduzione with mpv decks."""
    player = MpvPlayer(sockets.folder(venue.run), settings.sound_output, lambda: sockets.private(venue.run))
    journal = Journal(venue.journal, waits=False)
    journal.check()
    return Riproduzione(venue, settings, player, SystemClock(), journal)
