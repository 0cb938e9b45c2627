"""Builds Riproduzione."""

from stornello.domain.clock import SystemClock
from stornello.providers.player.mpv import MpvPlayer
from stornello.riproduzione import sockets
from stornello.riproduzione.repertoire import Repertoire
from stornello.riproduzione.service import Riproduzione
from stornello.seams import Player
from stornello.settings import Settings
from stornello.spool import sound
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue


def player(venue: Venue, settings: Settings) -> Player:
    """Build the player, which plays to the device that was chosen last."""
    return MpvPlayer(
        sockets.folder(venue.run),
        settings.sound_output,
        lambda: sockets.private(venue.run),
        device=sound.chosen(venue, settings.sound_device),
        root=venue.root,
    )


def build(venue: Venue, settings: Settings) -> Riproduzione:
    """Build Riproduzione with mpv decks."""
    journal = Journal(venue.journal, waits=False)
    journal.check()
    repertoire = Repertoire(venue, settings, SystemClock())
    repertoire.begin()
    return Riproduzione(venue, settings, player(venue, settings), SystemClock(), journal, repertoire)
