"""What there is to play besides the queue: tonight's songs, the house's own music, and the bed.

A thread of its own looks and listens, so that whoever asks never waits.
"""

import logging
import threading
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from stornello import media
from stornello.domain import programme
from stornello.domain.clock import Clock
from stornello.domain.errors import ProviderError, RecordingError, StornelloError
from stornello.domain.names import SongId
from stornello.domain.night import night_of
from stornello.domain.pieces import Piece
from stornello.domain.programme import Offer
from stornello.domain.songs import Sound
from stornello.riproduzione import bed
from stornello.riproduzione.house import House
from stornello.settings import Settings
from stornello.spool.paths import Venue
from stornello.spool.snapshot import read_card

log = logging.getLogger(__name__)

LOOK_S = 3.0
"""How often the folders are looked at while nothing is to be listened to."""


class Repertoire:
    """Offers pieces. :meth:`next`, :meth:`measured` and :meth:`reject` are for the DJ's thread and touch no disk."""

    def __init__(self, venue: Venue, settings: Settings, clock: Clock) -> None:
        self.venue = venue
        self.settings = settings
        self.clock = clock
        self._house = House(venue, clock)
        self._offer = Offer()
        self._heard: Mapping[str, float] = {}
        self._rejected: dict[str, tuple[Piece, StornelloError]] = {}
        self._unmeasured: dict[str, Piece] = {}
        self._sounds: dict[str, Sound] = {}
        self._wake = threading.Event()
        self._bed_is_sure = False

    def begin(self) -> None:
        """Look from now on, in a thread that ends with the process."""
        threading.Thread(target=self._run, name="repertoire", daemon=True).start()

    def next(self, heard: Mapping[str, float], avoid: Collection[str] = (), *, in_panic: bool = False) -> Piece | None:
        """Return what plays next when the queue is dry, see ``programme.choose``; None while there is nothing yet."""
        if heard.keys() - self._heard.keys():
            self._wake.set()
        self._heard = dict(heard)
        offer = Offer(
            tuple(piece for piece in self._offer.replays if piece.key in heard and piece.key not in self._rejected),
            tuple(piece for piece in self._offer.house if piece.key not in self._rejected),
            self._offer.bed,
        )
        window_s = self.settings.repeat_window_minutes * 60
        return programme.choose(offer, heard, self.clock.now().timestamp(), window_s, avoid, in_panic=in_panic)

    def measured(self, piece: Piece) -> Piece:
        """Return the piece with the sound that listening has found, where its card knows no level."""
        if piece.sound.loudness_lufs is not None:
            return piece
        if sound := self._sounds.get(piece.audio):
            return replace(piece, sound=sound)
        if piece.audio not in self._unmeasured:
            self._unmeasured[piece.audio] = piece
            self._wake.set()
        return piece

    def reject(self, piece: Piece, error: StornelloError) -> None:
        """Offer it no more: house music until its file changes; a bed is made anew."""
        self._rejected[piece.key] = (piece, error)
        self._wake.set()

    def look(self) -> bool:
        """Do what is to be done now, the soonest needed first; return whether more waits."""
        self._settle_rejected()
        if not self._bed_is_sure:
            if not bed.is_whole(self.venue):
                bed.make(self.venue)
            self._bed_is_sure = bed.is_whole(self.venue)
        self._bed_is_sure = self._bed_is_sure and self.venue.bed.exists()
        self._tell()
        self._measure()
        more = self._house.look()
        self._tell()
        return more

    def _run(self) -> None:
        more = True  # a first look at once: there may be nothing to hear but the bed
        while True:
            if not more:
                self._wake.wait(LOOK_S)
                self._wake.clear()
            try:
                more = self.look()
            except Exception:
                more = False
                log.exception("unexpected; what is known goes on")

    def _tell(self) -> None:
        self._offer = Offer(self._replays(), self._house.pieces, bed.piece() if self._bed_is_sure else None)

    def _settle_rejected(self) -> None:
        for key, (piece, error) in list(self._rejected.items()):
            if piece.kind == "bed":
                bed.discard(self.venue)
                self._bed_is_sure = False
            else:
                self._house.reject(piece, error.what)
            self._tell()
            del self._rejected[key]

    def _measure(self) -> None:
        for audio in list(self._unmeasured):
            try:
                self._sounds[audio] = media.listen(self.venue.root / audio)
            except (RecordingError, ProviderError, OSError) as error:
                log.warning("a song's level is not known", extra={"error": type(error).__name__})
                self._sounds[audio] = self._unmeasured[audio].sound
            del self._unmeasured[audio]

    def _replays(self) -> tuple[Piece, ...]:
        """Return the guests' songs that the room heard tonight and that are still there."""
        begins = self.settings.night_begins
        tonight = night_of(self.clock.now(), begins)
        songs: list[Piece] = []
        known = {piece.key: piece for piece in self._offer.replays}
        for key, at in self._heard.items():
            if "/" in key or night_of(datetime.fromtimestamp(at, UTC), begins) != tonight:
                continue
            piece = known.get(key) or self._replay(SongId(key))
            if piece and (self.venue.root / piece.audio).is_file():
                songs.append(piece)
        return tuple(songs)

    def _replay(self, song: SongId) -> Piece | None:
        try:
            card = read_card(self.venue, song)
        except OSError:
            return None
        return Piece.of_song(card, "replay") if card else None
