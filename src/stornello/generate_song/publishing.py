"""A song into songs/: spare, audio, card, in this order: a card on disk means that its song is whole."""

from pathlib import Path

from stornello.domain.songs import SongCard
from stornello.generate_song import tags
from stornello.generate_song.delivery import Delivered
from stornello.spool import atomic
from stornello.spool.paths import Venue


def publish(venue: Venue, card: SongCard, song: Delivered) -> None:
    """Put the song where the room plays from. Safe to repeat."""
    if song.spare:
        _place(song.spare, venue.songs / card.spare, card)
    _place(song.audio, venue.songs / card.audio, card)
    atomic.write_json(venue.card(card.id), card.to_json())


def _place(source: Path, target: Path, card: SongCard) -> None:
    atomic.place(source, target, lambda part: tags.write(part, card))
