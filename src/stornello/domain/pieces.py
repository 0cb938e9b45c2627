"""What the room can hear: guests' songs, their repeats, the house's own music, and the bed below it all."""

from dataclasses import dataclass
from typing import Any, Literal, Self

from stornello.domain.names import TableId
from stornello.domain.songs import SongCard, Sound

Kind = Literal["song", "replay", "house", "bed"]
"""``song``: from the queue. The others are filler: ``replay`` a guests' song again, ``house`` the operator's music."""

BED = "bed"

NO_TABLE = TableId(0)


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing to play. ``key`` says which it is: a song's id, ``house/`` and a file's name, or ``bed``.

    ``audio`` is its file's path inside the venue, ``table`` 0 for none, ``guests`` who told what it sings of.
    """

    key: str
    kind: Kind
    title: str
    audio: str
    sound: Sound
    table: TableId = NO_TABLE
    guests: tuple[str, ...] = ()

    @classmethod
    def of_song(cls, card: SongCard, kind: Kind = "song") -> Self:
        """Return the piece that is a guests' song; a card never leads outside songs/."""
        return cls(card.id, kind, card.title, f"songs/{card.audio}", card.sound, card.table, card.guests)

    @property
    def is_filler(self) -> bool:
        """Whether it only fills the time until the next song of the queue."""
        return self.kind != "song"

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Build it from its fields (``dataclasses.asdict``). Raises KeyError, TypeError or ValueError for none."""
        if data["kind"] not in {"song", "replay", "house", "bed"}:
            raise ValueError("no kind")
        texts = [data["key"], data["title"], data["audio"]]
        if not all(isinstance(text, str) for text in texts) or not isinstance(data["table"], int):
            raise TypeError("no piece")
        guests = tuple(map(str, data.get("guests", ())))
        key, title, audio = texts
        return cls(key, data["kind"], title, audio, Sound.from_json(data["sound"]), TableId(data["table"]), guests)
