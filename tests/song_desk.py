"""A job on disk, engines that count their calls, and the maker that uses them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from builders import some_lyrics
from fake_decks import HandClock, a_wav
from stornello.chains import Breaker, Chain, ChainedLyricist, Link
from stornello.domain.money import Caps
from stornello.domain.names import JobId
from stornello.domain.seam import Seam
from stornello.domain.songs import Lyrics, SungLine
from stornello.generate_song import SongMaker
from stornello.generate_song.patience import Polls
from stornello.seams import RequestId, SongOrder, Story, Take
from stornello.spool import orders
from stornello.spool.charges import Charge
from stornello.spool.jobs import Job
from stornello.spool.journal import Journal
from stornello.spool.ledger import Ledger
from stornello.spool.paths import Venue

SONG_S = 2.0
GENTLE = "La notte gentile"


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
    spare: Callable[[Path], Path | None] = field(default=lambda _: None)
    claimed_s: float | None = None
    accepted: list[SongOrder] = field(default_factory=list)
    """The orders that were taken: each is a charge."""

    def summarise(self, story: Story) -> str:
        self._called("summarise")
        self.story = story
        return "a summary"

    def write(self, story: Story, summary: str, *, gently: bool = False) -> Lyrics:
        assert (story, summary) == (story, "a summary")
        self._called("write gently" if gently else "write")
        return replace(some_lyrics(), title=GENTLE) if gently else some_lyrics()

    def request(self, order: SongOrder) -> RequestId:
        self._called("request")
        self.accepted.append(order)
        return RequestId(f"request-{len(self.accepted)}")

    def collect(self, request: RequestId, into: Path) -> Take | None:
        assert int(request.removeprefix("request-")) <= len(self.accepted)
        self._called("collect")
        if self.cooking:
            self.cooking -= 1
            return None
        lines = (SungLine(0.5, "Anna è arrivata tardi"),)
        return Take(self.deliver(into), f"{self.name} studio", lines, self.spare(into), self.claimed_s)

    def _called(self, what: str) -> None:
        self.calls.append(what)
        if self.troubles.get(what):
            raise self.troubles[what].pop(0)

    def asked(self, what: str) -> int:
        """How often it was asked that."""
        return self.calls.count(what)


@dataclass
class Desk:
    """What a test needs to make a song, again and again. ``studios`` are the chain, by name; ``engines`` without."""

    venue: Venue
    job: Job
    engines: CountingEngines = field(default_factory=CountingEngines)
    clock: HandClock = field(default_factory=HandClock)
    milestones: list[str] = field(default_factory=list)
    languages: Sequence[str] = ("it", "en")
    deadline_s: float = 100.0
    studios: dict[str, Any] = field(default_factory=dict)
    former: dict[str, Any] = field(default_factory=dict)
    price: float = 0.0
    caps: Caps = field(default_factory=Caps)

    @property
    def maker(self) -> SongMaker:
        """A maker as a new process builds it."""
        return SongMaker(
            venue=self.venue,
            lyricist=ChainedLyricist(self._chain("lyricists", {"counting": self.engines})),
            studios=self._chain("studios", self.studios or {"counting": self.engines}, self.price),
            former_studio=lambda name: Link(name, lambda: self.former[name]),
            languages=self.languages,
            heard_by=lambda _: "ears",
            deadline_s=self.deadline_s,
            clock=self.clock,
            milestone=self.milestones.append,
            polls=Polls(first_s=2.0, longest_s=6.0, attempts=400),
        )

    @property
    def ledger(self) -> Ledger:
        """The venue's ledger."""
        return Ledger(self.venue.ledger, self.clock, 6, self.caps)

    def breaker(self, seam: Seam = "studios") -> Breaker:
        """The breakers of a seam."""
        return Breaker(self.venue.engines, seam, self.clock)

    def _chain(self, seam: Seam, engines: dict[str, Any], price: float = 0.0) -> Chain[Any]:
        links = [_link(name, engine, price) for name, engine in engines.items()]
        return Chain(links, self.breaker(seam), self.ledger, self.clock, Journal(self.venue.journal).cost)

    def tell(self, name: str, text: str) -> None:
        (self.job.transcripts / name).write_text(text, encoding="utf-8")

    def states(self) -> list[tuple[str, str]]:
        """Studio and state of every request, as the job's folder has them."""
        return [(one.studio, one.state) for one in orders.read(self.job.folder)]

    def charges(self) -> list[Charge]:
        """Tonight's charges."""
        return list(self.ledger.tonight())


def _link(name: str, engine: Any, price: float) -> Link[Any]:  # noqa: ANN401 - any double
    return Link(name, lambda: engine, price if engine.is_paid else 0.0)


def a_desk(root: Path) -> Desk:
    """Return a job of table 5 with two notes, whose names tell another order than their place on disk."""
    venue = Venue(root)
    venue.open()
    job = Job(JobId("5_203000_a1b2c3"), venue.job(JobId("5_203000_a1b2c3")))
    job.transcripts.mkdir(parents=True)
    made = Desk(venue, job)
    made.tell("20261123T203100000000_00000000000000bb_Carlo.txt", "Poi abbiamo ballato fino a tardi.")
    made.tell("20261123T203000000000_00000000000000aa_Anna.txt", "Sono arrivata tardi e ho portato il vino.")
    return made
