"""A room whose clock is turned by hand: the real DJ, playlist and journal, with fake decks."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from builders import a_card, a_sound
from fake_decks import FakeDeck, FakePlayer, HandClock, a_wav
from stornello.domain.errors import StornelloError
from stornello.domain.pieces import BED, Kind, Piece
from stornello.domain.songs import SongCard, Sound
from stornello.riproduzione.dj import Dj
from stornello.riproduzione.service import Riproduzione
from stornello.settings import Settings
from stornello.spool import atomic
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist

TICK_S = 0.05


@dataclass
class FakeProgramme:
    """Offers ``pieces``, the longest unheard first, and the bed only when there is nothing else. In panic no replay."""

    pieces: list[Piece] = field(default_factory=list)
    rejected: dict[str, str] = field(default_factory=dict)

    def next(self, heard: Mapping[str, float], avoid: Collection[str] = (), *, in_panic: bool = False) -> Piece | None:
        offered = [
            piece
            for piece in self.pieces
            if piece.key not in self.rejected and not (in_panic and piece.kind == "replay")
        ]
        order = sorted(offered, key=lambda piece: (piece.key in avoid, piece.kind == "bed", heard.get(piece.key, 0.0)))
        return next(iter(order), None)

    def measured(self, piece: Piece) -> Piece:
        return piece

    def reject(self, piece: Piece, error: StornelloError) -> None:
        self.rejected[piece.key] = error.code


@dataclass
class Room:
    """What a test needs to put songs in and to hear what comes out."""

    venue: Venue
    clock: HandClock = field(default_factory=HandClock)
    settings: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        self.player = FakePlayer(self.clock)
        self.programme = FakeProgramme()
        self.playlist = Playlist(self.venue.playlist)
        self.journal = Journal(self.venue.journal)
        self.begin()

    def begin(self, **changes: object) -> None:
        """Start the service (again), with these settings changed."""
        self.settings = self.settings.model_copy(update=changes)
        self.service = Riproduzione(self.venue, self.settings, self.player, self.clock, self.journal, self.programme)

    def crash(self, away_s: float, *, mpv_lives: bool = False) -> None:
        """End the DJ, and its decks unless they live on, without a word; start the next one after so long."""
        if mpv_lives:
            self.player.orphan()
        for deck in self.player.open_decks():
            deck.closed = not mpv_lives
        self.clock.sleep(away_s)
        self.begin()
        self.dj.take_up()

    @property
    def dj(self) -> Dj:
        return self.service.dj

    def put(self, song: str, sound: Sound | None = None, file_s: float | None = None) -> SongCard:
        """Queue a song; its file lasts ``file_s``, 0 for one that is no sound, by default what its card says."""
        card: SongCard = a_card(song, sound=sound or a_sound(60))
        audio = self.venue.songs / card.audio
        length = card.sound.duration_s if file_s is None else file_s
        if length:
            a_wav(audio, length)
        else:
            audio.write_bytes(b"this is no sound")
        atomic.write_json(self.venue.card(card.id), card.to_json())
        self.playlist.put(card)
        return card

    def offer(self, name: str, kind: Kind = "house", length_s: float = 60, file_s: float | None = None) -> Piece:
        """Have the programme offer filler: its file is ``{name}.wav`` and lasts ``file_s``, by default all of it."""
        folder = {"house": self.venue.house_music, "replay": self.venue.songs, "bed": self.venue.scratch}[kind]
        folder.mkdir(exist_ok=True)
        audio = a_wav(folder / f"{name}.wav", length_s if file_s is None else file_s)
        key = {"house": f"house/{name}.wav", "replay": name, "bed": BED}[kind]
        piece = Piece(key, kind, name, str(audio.relative_to(self.venue.root)), a_sound(length_s))
        self.programme.pieces.append(piece)
        return piece

    def pass_time(self, seconds: float) -> None:
        """Let the service tick for so long."""
        for _ in self.moments(seconds):
            pass

    def moments(self, seconds: float) -> Iterator[float]:
        """Tick for so long and give the time after each tick."""
        until = self.clock.time_s + seconds
        while self.clock.time_s < until - 1e-9:
            self.service.tick()
            self.clock.sleep(TICK_S)
            yield self.clock.time_s

    def powers(self, seconds: float) -> list[float]:
        """Return the room's power at each moment of so long."""
        return [self.player.power() for _ in self.moments(seconds)]

    def queued(self) -> list[str]:
        return [card.id for card in self.playlist.waiting()]

    def heard(self) -> dict[str, float]:
        """Return what the journal says was heard and is over, in order, and for how long."""
        return {play.song: play.heard_s for play in self.journal.plays() if play.heard_s}

    def deck_of(self, song: str) -> FakeDeck:
        return next(deck for deck in self.player.open_decks() if deck.audio and deck.audio.stem == song)
