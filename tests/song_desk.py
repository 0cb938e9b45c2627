"""A job on disk, engines that count their calls, and the maker that uses them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from builders import some_lyrics
from fake_decks import HandClock, a_wav
from stornello.chains import Breaker, Chain, ChainedLyricist, Link
from stornello.domain.names import JobId
from stornello.domain.songs import Lyrics, SungLine
from stornello.generate_song import SongMaker
from stornello.seams import RequestId, SongOrder, Story, Take
from stornello.spool.jobs import Job
from stornello.spool.ledger import Ledger
from stornello.spool.paths import Venue

SONG_S = 2.0


@dataclass
class CountingEngines:
    """A lyricist and a studio in one, that remember what they were asked across restarts of the maker."""

    name: str = "counting"
    is_paid: bool = False
    calls: list[str] = field(default_factory=list)
    story: Story | None = None
    troubles: dict[str, list[BaseException]] = field(default_factory=dict)
    """What a call raises before it works, one a time."""
    cooking: int = 0
    """How often the song is not ready yet."""
    deliver: Callable[[Path], Path] = field(default=lambda into: a_wav(into / "take.wav", SONG_S))

    def summarise(self, story: Story) -> str:
        self._called("summarise")
        self.story = story
        return "a summary"

    def write(self, story: Story, summary: str, *, gently: bool = False) -> Lyrics:
        assert (story, summary) == (story, "a summary")
        self._called("write")
        return some_lyrics()

    def request(self, order: SongOrder) -> RequestId:
        assert order.lyrics == some_lyrics()
        self._called("request")
        return RequestId("request 1")

    def collect(self, request: RequestId, into: Path) -> Take | None:
        assert request == "request 1"
        self._called("collect")
        if self.cooking:
            self.cooking -= 1
            return None
        return Take(self.deliver(into), "counting studio", (SungLine(0.5, "Anna è arrivata tardi"),))

    def _called(self, what: str) -> None:
        self.calls.append(what)
        if self.troubles.get(what):
            raise self.troubles[what].pop(0)


@dataclass
class Desk:
    """What a test needs to make a song, again and again."""

    venue: Venue
    job: Job
    engines: CountingEngines = field(default_factory=CountingEngines)
    clock: HandClock = field(default_factory=HandClock)
    milestones: list[str] = field(default_factory=list)
    languages: Sequence[str] = ("it", "en")
    deadline_s: float = 100.0

    @property
    def maker(self) -> SongMaker:
        """A maker as a new process builds it."""
        return SongMaker(
            venue=self.venue,
            lyricist=ChainedLyricist(self._chain("lyricists")),
            studios=self._chain("studios"),
            former_studio=lambda name: Link(name, lambda: self.engines),
            languages=self.languages,
            heard_by=lambda _: "ears",
            deadline_s=self.deadline_s,
            clock=self.clock,
            milestone=self.milestones.append,
        )

    def _chain(self, seam: str) -> Chain[Any]:
        breaker = Breaker(self.venue.engines, seam, self.clock)
        return Chain(
            [Link("counting", lambda: self.engines)], breaker, Ledger(self.venue.ledger, self.clock, 6), self.clock
        )

    def tell(self, name: str, text: str) -> None:
        (self.job.transcripts / name).write_text(text, encoding="utf-8")


def a_desk(root: Path) -> Desk:
    """Return a job of table 5 with two notes, whose names tell another order than their place on disk."""
    venue = Venue(root)
    venue.make()
    job = Job(JobId("5_203000_a1b2c3"), venue.job(JobId("5_203000_a1b2c3")))
    job.transcripts.mkdir(parents=True)
    made = Desk(venue, job)
    made.tell("20261123T203100000000_00000000000000bb_Carlo.txt", "Poi abbiamo ballato fino a tardi.")
    made.tell("20261123T203000000000_00000000000000aa_Anna.txt", "Sono arrivata tardi e ho portato il vino.")
    return made
