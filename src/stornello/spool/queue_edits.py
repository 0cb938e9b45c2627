"""What people do to the queue: take a song out, put one back, play it sooner or later. In the DJ, or without one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from stornello.domain.errors import StornelloError
from stornello.domain.names import SongId, TableId
from stornello.domain.plain import Plain
from stornello.domain.songs import SongCard
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist
from stornello.spool.snapshot import read_card, seen_card

_MOST_LISTED: Final = 8


@dataclass(frozen=True, slots=True)
class Edited:
    """The song that was meant, and its place in the queue, 1 for the next; 0: it waits no more."""

    id: SongId
    title: str
    table: TableId
    place: int


@dataclass(frozen=True, slots=True)
class Desk:
    """Where ``venue``'s queue is changed. ``on_air`` is the song that the room hears, which has left the queue.

    Songs are named by their id, a beginning or a part of it that only one has, or ``#2``: the second in the queue.
    Every method may raise StornelloError, when no song is meant or several may be, and OSError.
    """

    venue: Venue
    playlist: Playlist
    on_air: str = ""

    def remove(self, name: str) -> Edited:
        """Take a song out of the queue; its files stay, and :meth:`again` brings it back."""
        card = self._waiting(name)
        if not self.playlist.remove(card.id):
            raise _unknown(name)
        return _edited(card, 0)

    def move(self, name: str, to: int) -> Edited:
        """Let a song be the ``to``-th to be heard, 1 for the next, or the last when there are fewer."""
        card = self._waiting(name)
        place = self.playlist.move(card.id, to)
        if not place:
            raise _unknown(name)
        return _edited(card, place)

    def again(self, name: str) -> Edited:
        """Put a song that was heard, is being heard, or was removed, at the end of the queue."""
        ids = [path.stem for path in self.venue.songs.glob("[!.]*.json")]
        song = SongId(self._meant(name, sorted(ids)))
        card = read_card(self.venue, song)
        if card is None or not (self.venue.songs / card.audio).is_file():
            raise _lost(song)
        if not self.playlist.again(card):
            raise _waits_already(card)
        return _edited(card, self.playlist.length())

    def _waiting(self, name: str) -> SongCard:
        """Return the song of the queue that ``name`` means."""
        cards = {str(card.id): card for card in self.playlist.waiting()}
        number = name.removeprefix("#")
        if name != number and number.isdecimal() and 1 <= int(number) <= len(cards):
            return list(cards.values())[int(number) - 1]
        if self.on_air and self.on_air not in cards and _alike(name, [*cards, self.on_air]) == [self.on_air]:
            raise _plays_already(self.on_air)
        return cards[self._meant(name, list(cards))]

    def _meant(self, name: str, songs: Sequence[str]) -> str:
        found = _alike(name, songs)
        if not found:
            raise _unknown(name)
        if len(found) > 1:
            raise _many(name, [(song, seen_card(self.venue, SongId(song))) for song in found[:_MOST_LISTED]])
        return found[0]


def _alike(name: str, songs: Sequence[str]) -> list[str]:
    """Return those of ``songs`` that ``name`` is, else that it begins, else of which it is a part."""
    if name in songs:
        return [name]
    return [song for song in songs if song.startswith(name)] or [song for song in songs if name in song]


def _edited(card: SongCard, place: int) -> Edited:
    return Edited(card.id, card.title, card.table, place)


def _unknown(name: str) -> StornelloError:
    return StornelloError(
        "no-such-song",
        Plain(f"Nessuna canzone si chiama «{name}».", f"No song is called '{name}'."),
        Plain(
            "Quelle in coda: stornello queue. Quelle già sentite stanno in songs/.",
            "Those in the queue: stornello queue. Those heard already are in songs/.",
        ),
    )


def _many(name: str, songs: Sequence[tuple[str, SongCard | None]]) -> StornelloError:
    it = "; ".join(f"{song}, tavolo {card.table}, «{card.title}»" if card else song for song, card in songs)
    en = "; ".join(f"{song}, table {card.table}, '{card.title}'" if card else song for song, card in songs)
    return StornelloError(
        "many-such-songs",
        Plain(f"«{name}» può essere più di una canzone: {it}.", f"'{name}' may be more than one song: {en}."),
        Plain("Scrivi di più del suo nome.", "Write more of its name."),
    )


def _plays_already(song: str) -> StornelloError:
    return StornelloError(
        "plays-already",
        Plain(f"{song} sta già suonando.", f"{song} is already playing."),
        Plain("Per passare alla prossima: stornello next", "To pass to the next one: stornello next"),
    )


def _waits_already(card: SongCard) -> StornelloError:
    return StornelloError(
        "waits-already",
        Plain(f"«{card.title}» è già in coda.", f"'{card.title}' is in the queue already."),
        Plain(f"Per sentirla presto: stornello move {card.id} 1", f"To hear it soon: stornello move {card.id} 1"),
    )


def _lost(song: SongId) -> StornelloError:
    return StornelloError(
        "song-lost",
        Plain(f"Il suono di {song} non è più in songs/.", f"The sound of {song} is in songs/ no more."),
        Plain("Rimetti lì i suoi file, poi riprova.", "Put its files back there, then try again."),
    )
