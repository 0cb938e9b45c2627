"""Who comes to the whole evening of ``evening.House``, and what hears, writes and sings there.

The engines are doubles that cost nothing and count. Each word of a guest can be told from every other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from builders import some_lyrics
from fake_decks import a_wav
from faulty import away, refused
from stornello import media
from stornello.domain.errors import RecordingError
from stornello.domain.names import TableId
from stornello.domain.plain import Plain
from stornello.domain.songs import Lyrics
from stornello.seams import Hearing, RequestId, SongOrder, Story, Take
from stornello.spool.paths import Venue
from venues import STORY

SHORT, UNHEARD, UNSUNG = TableId(7), TableId(8), TableId(9)
"""Tables whose guests say nothing, whose recording cannot be used, whose words every studio refuses."""

GUESTS: Final = ("5-anna.wav", "5-bruno.wav", "6-carla.wav", "7-dora.wav", "8-eva.wav", "9-fabio.wav", "zia pina.wav")
"""The recordings of the evening; the last one names no table."""

UNUSED: Final = ("8-eva.wav", "zia pina.wav")
"""Those that are refused."""

IN_PART: Final = "9-fabio.wav"
"""The one that is longer than what is heard of a recording."""

AGAIN: Final = "5-again.wav"
"""The first of them once more, under another name."""

SONGS: Final = (TableId(5), TableId(6))
"""The tables that get a song, whatever happens."""

LENGTHS_S = {name: 0.1 + 0.02 * number for number, name in enumerate(GUESTS)} | {AGAIN: 0.1}
"""What is told can be told from its length."""

MOST_S: Final = 0.195
"""What is heard of a recording; only that of :data:`IN_PART`, of those that are heard, is longer."""

_SONG_S = 1.0


@dataclass
class Engines:
    """Ears, pen and studio in one, known outside: they live on when a service dies."""

    venue: Venue
    name: str = "kie"
    is_paid: bool = True
    longest_s: float | None = None
    asked: int = 0
    is_away: bool = True
    """Until it was asked for a song for the first time."""

    accepted: list[TableId] = field(default_factory=list)
    """Whose songs were ordered: each is to be paid for."""

    def hear(self, audio: Path, languages: Sequence[str], table: TableId, about: str) -> Hearing:
        del about
        self.asked += 1
        if table == UNHEARD:
            raise RecordingError("not-audio", Plain("No.", "No."), Plain("Poi.", "Later."))
        said = "" if table == SHORT else f"{STORY} {guest_in(audio)}"
        return Hearing(said, languages[0], 3.0)

    def summarise(self, story: Story) -> str:
        self.asked += 1
        return f"{story.table}"

    def write(self, story: Story, summary: str, *, gently: bool = False) -> Lyrics:
        del summary, gently
        self.asked += 1
        return replace(some_lyrics(), title=f"{story.table}")

    def request(self, order: SongOrder) -> RequestId:
        self.asked += 1
        if self.is_away:
            self.is_away = False
            raise away()
        table = TableId(int(order.lyrics.title))
        if table == UNSUNG:
            raise refused()
        self.accepted.append(table)
        return RequestId(f"task-{len(self.accepted)}-{table}")

    def collect(self, request: RequestId, into: Path) -> Take:
        self.asked += 1
        number = int(request.split("-")[1])
        assert number <= len(self.accepted), "only what was ordered is asked for"
        return Take(a_wav(into / "take.wav", _SONG_S + number / 10), "kie studio")


def guest_in(speech: Path) -> str:
    """Return which of the guests is heard."""
    length_s = media.length_s(speech)
    return min(GUESTS, key=lambda name: abs(LENGTHS_S[name] - length_s))
