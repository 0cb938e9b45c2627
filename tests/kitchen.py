"""A producer whose clock is turned by hand and whose workers are only names: the real spool, a fake pool."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from builders import a_card
from fake_decks import HandClock
from stornello.domain.errors import GenerationFailed, ProviderUnreachable, StornelloError
from stornello.domain.fairness import FAIR, Policy
from stornello.domain.names import JobId, TableId
from stornello.domain.plain import Plain
from stornello.producer.manager import Producer
from stornello.producer.pool import Pool
from stornello.spool import atomic, counts, jobs, reasons, staging
from stornello.spool.jobs import Job
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist

NOTHING = Plain("", "")
CRASHED = 1


class FakePool(Pool):
    """A pool of ``size`` places where jobs lie until the test ends them."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.in_hand: list[JobId] = []
        self.started: list[JobId] = []
        self._over: list[tuple[JobId, int]] = []

    @property
    def jobs(self) -> frozenset[JobId]:
        return frozenset(self.in_hand)

    def is_full(self) -> bool:
        return len(self.in_hand) >= self.size

    def start(self, job: Job) -> None:
        self.in_hand.append(job.id)
        self.started.append(job.id)

    def ended(self) -> Iterator[tuple[JobId, int]]:
        while self._over:
            yield self._over.pop(0)

    def sentinels(self) -> list[int]:
        return []

    def stop(self) -> frozenset[JobId]:
        interrupted, self.in_hand = self.jobs, []
        return interrupted

    def end(self, job: JobId, code: int) -> None:
        self.in_hand.remove(job)
        self._over.append((job, code))


@dataclass
class Kitchen:
    """What a test needs to bring notes in, to play the workers and to count the songs."""

    venue: Venue
    workers: int = 1
    max_queue_size: int = 5
    max_notes: int = 6
    clock: HandClock = field(default_factory=HandClock)
    notes: int = 0
    disk_lets_us_begin: bool = True
    policy: Policy = FAIR

    def __post_init__(self) -> None:
        self.venue.open()
        self.playlist = Playlist(self.venue.playlist)
        self.journal = Journal(self.venue.journal)
        self.begin()

    def begin(self) -> None:
        """Start the producer (again), with workers that know nothing of earlier ones."""
        self.pool = FakePool(self.workers)
        self.producer = Producer(
            self.venue,
            self.pool,
            self.journal,
            self.clock,
            lambda: self.disk_lets_us_begin,
            max_queue_size=self.max_queue_size,
            max_notes=self.max_notes,
            night_begins=6,
            poll_s=1.0,
            policy=self.policy,
        )

    def note(self, table: int, count: int = 1, guest: str = "Anna") -> None:
        """Stage ``count`` transcripts of ``table``, a second apart."""
        for _ in range(count):
            self.notes += 1
            self.clock.sleep(1)
            folder = self.venue.staged(TableId(table))
            folder.mkdir(exist_ok=True)
            arrival = self.clock.now().strftime("%Y%m%dT%H%M%S%f")
            name = staging.staged_name(arrival, f"{self.notes:016x}", guest)
            (folder / name).write_text(f"note {self.notes}")

    def tick(self, times: int = 1) -> list[int]:
        """Let the producer look; return the tables whose jobs were started."""
        before = len(self.pool.started)
        for _ in range(times):
            self.producer.tick()
        return [jobs.table_of(job) for job in self.pool.started[before:]]

    def sing(self, job: JobId) -> None:
        """Let the job's worker end well: with a card in songs/."""
        card = a_card(job, table=jobs.table_of(job))
        atomic.write_json(self.venue.card(card.id), card.to_json())
        self.pool.end(job, 0)

    def sing_all(self) -> None:
        """Let all workers end well, and the producer see it."""
        for job in list(self.pool.in_hand):
            self.sing(job)

    def fail(self, job: JobId, error: StornelloError) -> None:
        """Let the job's child explain itself and end."""
        reasons.write(self.venue.job(job), error, self.clock.now())
        self.pool.end(job, 3)

    def crash(self, job: JobId, code: int = CRASHED) -> None:
        """Let the worker end without a word."""
        self.pool.end(job, code)

    def serve(self, songs: int) -> list[int]:
        """Make songs until so many jobs were started; return their tables in order."""
        tables: list[int] = []
        while len(tables) < songs:
            started = self.tick()
            assert started or self.pool.in_hand, f"nothing goes on after {tables}"
            tables += started
            self.sing_all()
        self.tick()
        return tables

    def later(self, seconds: float) -> None:
        """Turn the clock."""
        self.clock.sleep(seconds)

    def another_night(self) -> None:
        """Turn the clock to the next evening."""
        self.clock.sleep(timedelta(days=1).total_seconds())

    def queued(self) -> list[int]:
        """The tables of the songs in the playlist, in order."""
        return [card.table for card in self.playlist.waiting()]

    def tonight(self) -> dict[int, int]:
        """What the producer has counted."""
        return {int(table): songs for table, songs in counts.look(self.venue.producer_state).tonight.items()}

    def open_jobs(self) -> list[Job]:
        """The job folders that are there."""
        return jobs.open_jobs(self.venue)

    def archived(self) -> list[str]:
        """The texts of all archived transcripts."""
        return sorted(path.read_text() for path in self.venue.archived_transcripts.glob("*/*.txt"))


def refused() -> GenerationFailed:
    """An error that another attempt cannot mend."""
    return GenerationFailed("song-refused", NOTHING, NOTHING)


def unreachable() -> ProviderUnreachable:
    """An error that another attempt may mend."""
    return ProviderUnreachable("studio-away", NOTHING, NOTHING)
