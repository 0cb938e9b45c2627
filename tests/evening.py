"""A whole evening in one process: every service's real code takes turns, on a disk that may stop any of them.

Each word of a guest can be told from every other, so that afterwards every recording can be followed to its one end.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, get_args
from unittest.mock import patch

from crashes import Crash, How, Life, living, machine, points
from evening_engines import AGAIN, GUESTS, IN_PART, LENGTHS_S, MOST_S, SONGS, UNUSED, Engines
from fake_room import Room
from kitchen import Kitchen
from stornello.audio_watchdog.ears import Ears, Rules
from stornello.chains import Breaker, Chain, ChainedLyricist, Link
from stornello.domain.errors import StornelloError
from stornello.domain.names import JobId
from stornello.domain.seam import Seam
from stornello.generate_song import SongMaker
from stornello.generate_song.patience import Polls
from stornello.settings import Settings
from stornello.spool import atomic, held, jobs, litter, lives, reasons
from stornello.spool.charges import Charge
from stornello.spool.jobs import Job
from stornello.spool.journal import Journal
from stornello.spool.ledger import Ledger
from stornello.spool.paths import Venue
from stornello.spool.recordings import Claims, recordings
from stornello.spool.snapshot import read_card
from venues import STORY, a_voice_note

Service = Literal["watchdog", "producer", "child", "riproduzione"]
SERVICES: Final[tuple[Service, ...]] = get_args(Service)
Death = tuple[Service, int, How]
"""Who dies, at which of its operations, and how."""

_PRICE = 0.06


@dataclass
class House:
    """The venue at ``root`` and its services.

    The first of ``mortals`` lives as it says; when it has died, the next: or they do ``all_at_once``.
    """

    root: Path
    mortals: list[tuple[Service, Life]] = field(default_factory=list)
    when_dead: Callable[[Venue], object] = lambda _: None
    all_at_once: bool = False

    def __post_init__(self) -> None:
        self.venue = Venue(self.root / "venue")
        self.kitchen = Kitchen(self.venue, workers=2)
        self.clock = self.kitchen.clock
        self.engines = Engines(self.venue)
        for name in (*GUESTS, AGAIN):
            a_voice_note(self.venue.from_tables / name, LENGTHS_S[name])
        self._brought = {name: (self.venue.from_tables / name).read_bytes() for name in GUESTS}
        self.room = Room(self.venue, self.clock, Settings(crossfade_seconds=0.1))
        self._begin_watchdog()

    def evening(self) -> None:
        """Let everybody work until nothing is left to do. Whoever dies begins again; a power cut ends them all."""
        for _ in range(12):
            for service, work in (
                ("watchdog", self._watch),
                ("producer", self.kitchen.tick),
                ("child", self._sing),
                ("producer", self.kitchen.tick),
                ("riproduzione", self._play),
            ):
                self._at_work(service, work)
            self._decide()
            self.clock.sleep(30)
            if self.is_over():
                return

    def is_over(self) -> bool:
        """Return whether nothing is under way any more."""
        under_way = (self.venue.from_tables, self.venue.hearing, self.venue.jobs, self.venue.held)
        staged = list(self.venue.work_in_progress.glob("*/*.txt"))
        return not any(any(folder.iterdir()) for folder in under_way) and not staged and not self.room.queued()

    def _at_work(self, service: str, work: Callable[[], object]) -> None:
        mortal = next(
            (mortal for mortal in self.mortals[: None if self.all_at_once else 1] if mortal[0] == service), None
        )
        if mortal is None:
            work()
            return
        life = mortal[1]
        try:
            with living(life):
                work()
        except Crash:
            self.mortals.remove(mortal)
            self.when_dead(self.venue)
            self._begin_again(service, everything=life.how in {"dropped", "torn"})
            self._play()

    def _begin_again(self, service: str, *, everything: bool) -> None:
        """Start what has died, as the supervisor does: after a power cut that is everything."""
        with patch.object(lives, "is_over", return_value=True):  # its life was a part of ours
            litter.sweep(self.venue)
        if everything or service == "watchdog":
            self._begin_watchdog()
        if everything or service == "producer":
            self.kitchen.begin()
            self.kitchen.producer.recover()
        elif service == "child":
            for job in list(self.kitchen.pool.in_hand):
                self.kitchen.crash(job)
        if everything or service == "riproduzione":
            self.room.crash(away_s=1.0)

    def _begin_watchdog(self) -> None:
        rules = Rules(("it", "en"), min_chars=20, retry=2, most_s=MOST_S, most_mb=10)
        self._claims = Claims(self.venue)
        self._ears = Ears(self.venue, self.engines, rules, Journal(self.venue.journal), self.clock)

    def _watch(self) -> None:
        for path in sorted(self.venue.from_tables.iterdir()):
            self._claims.claim(path, path.name, self.clock.now())
        for recording in list(recordings(self.venue)):
            self._ears.attend(recording)

    def _sing(self) -> None:
        """Make the songs that the producer has begun, as its children do."""
        for id_ in list(self.kitchen.pool.in_hand):
            job = Job(id_, self.venue.job(id_))
            try:
                self._maker().make(job)
            except StornelloError as error:
                reasons.write(job.folder, error, self.clock.now())
                self.kitchen.pool.end(id_, 3)
            else:
                self.kitchen.pool.end(id_, 0)

    def _play(self) -> None:
        """Let the room hear what there is, to its end: between two songs of the house its clock leaps."""
        self.room.pass_time(0.3)
        while self.room.dj.booth.turns():
            self.room.pass_time(0.3)

    def _decide(self) -> None:
        """Do what a person does who looks into the studio's account."""
        if held.jobs(self.venue):
            self.when_dead(self.venue)
        for entry in held.jobs(self.venue):
            table = jobs.table_of(entry.name)
            taken = [f"task-{n}-{of}" for n, of in enumerate(self.engines.accepted, 1) if of == table]
            held.resolve(self.venue, entry.name, taken[0] if taken else None, self.ledger)

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.venue.ledger, self.clock, 6)

    def _maker(self) -> SongMaker:
        return SongMaker(
            venue=self.venue,
            lyricist=ChainedLyricist(self._chain("lyricists")),
            studios=self._chain("studios", _PRICE),
            former_studio=lambda name: Link(name, lambda: self.engines),
            languages=("it", "en"),
            heard_by=lambda _: "ears",
            deadline_s=100.0,
            clock=self.clock,
            milestone=lambda _: None,
            polls=Polls(first_s=2.0, longest_s=6.0, attempts=400),
        )

    def _chain(self, seam: Seam, price: float = 0.0) -> Chain[Any]:
        link = Link("kie", lambda: self.engines, price)
        breaker = Breaker(self.venue.engines, seam, self.clock)
        return Chain([link], breaker, self.ledger, self.clock, Journal(self.venue.journal).cost)

    # What must hold when the evening is over

    def check(self, when: str) -> None:
        """Every recording came to its one end, no word was lost or used twice, counts are songs, charges orders."""
        assert self.is_over(), when
        assert not list(self.venue.root.rglob(f".*{atomic.PART}")), when
        told = self._told()
        assert sorted(self._ends(told)) == sorted(GUESTS), when
        assert all(times == 1 for times in Counter(told).values()), when
        archive = self.venue.archived_recordings
        assert _contents(archive) == sorted(self._brought[name] for name in GUESTS if name not in UNUSED), when
        assert _contents(archive / "refused") == sorted(self._brought[name] for name in UNUSED), when
        assert [note.about for note in reasons.notes(self.venue.heard_in_part)] == [IN_PART], when
        songs = self._songs()
        assert Counter(jobs.table_of(song) for song in songs) == self.kitchen.tonight(), when
        assert sorted({jobs.table_of(song) for song in songs}) == list(SONGS), when
        assert len(self._taken()) == len(set(self._taken())) == len(songs), when
        paid = [charge for charge in self._charges() if charge.seam == "studios" and charge.state != "free"]
        assert Counter(charge.table for charge in paid) == Counter(self.engines.accepted), when
        assert len(self.engines.accepted) == len(songs), when
        assert all(charge.state == "paid" for charge in paid), when

    def _charges(self) -> list[Charge]:
        return list(self.ledger.tonight())

    def _taken(self) -> list[str]:
        return [line for line in self.room.playlist.taken_path.read_text().splitlines() if jobs.is_job_name(line)]

    def _songs(self) -> list[JobId]:
        """The songs that can be played: a card, its sound, and the words they were made of."""
        cards = [read_card(self.venue, path.stem) for path in self.venue.songs.glob("*.json")]  # type: ignore[arg-type]  # a song's id
        assert all(card and (self.venue.songs / card.audio).is_file() for card in cards)
        archived = {path.name for path in self.venue.archived_transcripts.iterdir()}
        assert archived == {card.job for card in cards if card}
        return [card.job for card in cards if card]

    def _told(self) -> list[str]:
        """The recordings of which the transcripts of songs and of failed jobs tell, each time they do."""
        texts = [
            *self.venue.archived_transcripts.glob("*/*.txt"),
            *self.venue.failed_processing.glob("*/transcripts/*.txt"),
        ]
        return [path.read_text().removeprefix(STORY).strip() for path in texts]

    def _ends(self, told: list[str]) -> list[str]:
        aside = [
            reason
            for folder in (self.venue.short_transcriptions, self.venue.transcription_errors)
            for reason in reasons.read_all(folder)
        ]
        return [*told, *(reason.about for reason in aside)]


def _contents(folder: Path) -> list[bytes]:
    return sorted(path.read_bytes() for path in folder.iterdir() if path.is_file())


def deaths_of(service: Service, how: How, room: Path) -> list[int]:
    """Rehearse the evening in the new folder ``room`` and return at which operations of ``service`` to die."""
    life = Life(machine(), 0, how)
    house = House(room, [(service, life)])
    life.outside = lambda: house.engines.asked
    house.evening()
    house.check("rehearsal")
    return points(life.steps, how)


def an_evening(room: Path, *deaths: Death, when_dead: Callable[[Venue], object] = lambda _: None) -> None:
    """Let services die at these operations, each after the one before, and check what has become of the evening."""
    mortals = [(service, Life(machine(), death, how)) for service, death, how in deaths]
    house = House(room, mortals.copy(), when_dead)
    house.evening()
    assert mortals[0][1].is_dead
    house.check(f"{deaths}")
