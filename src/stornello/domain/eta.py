"""When the room will hear what waits: the rest of the night played through in advance, a pure function.

The house as it is goes on by its own rules: workers end after the usual time, finished songs go out and tables are
claimed for by the policy of :mod:`stornello.domain.fairness`, the room plays one song into the next. What depends on a
time that nobody has measured yet is not told at all.
"""

import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Final

from stornello.domain.fairness import FAIR, Finished, Hall, Policy, goes_out, overtaken_by, take_turns
from stornello.domain.names import JobId, SongId, TableId

HORIZON_S: Final = 4 * 3600.0
"""Further ahead nothing is told: a night has changed by then."""

_MOST_CLAIMS: Final = 300
_WORK: Final = 100_000
"""Tables looked at in one call, about a tenth of a second: with very many of them less of the night is played."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things take here, in seconds, None: not measured yet.

    ``hear_s`` from a recording's claim until it is staged, ``make_s`` from a job's claim until its card is written,
    ``song_s`` the length of a song.
    """

    hear_s: float | None = None
    make_s: float | None = None
    song_s: float | None = None

    @classmethod
    def of(cls, hearings: Sequence[float], makings: Sequence[float], songs: Sequence[float]) -> "Pace":
        """Return the medians of what was measured."""
        return cls(*(median(times) if times else None for times in (hearings, makings, songs)))


@dataclass(frozen=True, slots=True)
class House:
    """What the settings say. ``play_only_s``: so much of each song is played; 0: all of it.

    ``interrupts``: a song of the queue begins at once where only filler plays.
    """

    max_workers: int
    max_queue_size: int
    max_notes: int
    crossfade_s: float
    play_only_s: float = 0.0
    policy: Policy = FAIR
    interrupts: bool = True

    def plays_s(self, length_s: float) -> float:
        """Return how long after a song of ``length_s`` begins the next one does."""
        played = min(length_s, self.play_only_s or math.inf)
        return max(0.0, played - min(self.crossfade_s, played / 2))


@dataclass(frozen=True, slots=True)
class Queued:
    """A song in the queue."""

    song: SongId
    length_s: float


@dataclass(frozen=True, slots=True)
class Making:
    """An open job, ``age_s`` after its claim. ``parked``: its studio is away; ``finished``: its song waits its turn."""

    job: JobId
    table: TableId
    age_s: float
    parked: bool = False
    finished: bool = False


@dataclass(frozen=True, slots=True)
class Coming:
    """A recording that came in ``age_s`` ago and is not staged yet; its name may tell no table."""

    name: str
    table: TableId | None
    age_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Staged:
    """What a table has waiting: how many notes, and since when."""

    notes: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Scene:
    """The venue at one moment. ``playing_s``: what is left of the song that plays.

    ``songs`` and ``known`` are what :class:`Hall` calls so; ``resting``: how long tables still rest after failures.
    """

    now: datetime
    playing_s: float = 0.0
    queue: Sequence[Queued] = ()
    making: Sequence[Making] = ()
    staged: Mapping[TableId, Staged] = field(default_factory=dict)
    coming: Sequence[Coming] = ()
    songs: Mapping[TableId, int] = field(default_factory=dict)
    known: frozenset[TableId] = frozenset()
    resting: Mapping[TableId, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expected:
    """In how many seconds each thing's song begins in the room; what cannot be told is missing.

    ``tables``: for each batch of a table's staged notes, in order.
    """

    songs: dict[SongId, float] = field(default_factory=dict)
    jobs: dict[JobId, float] = field(default_factory=dict)
    tables: dict[TableId, list[float]] = field(default_factory=dict)
    recordings: dict[str, float] = field(default_factory=dict)

    def of_table(self, table: TableId) -> float | None:
        """Return when the next song of what ``table`` has waiting begins."""
        return next(iter(self.tables.get(table, ())), None)


def expect(scene: Scene, house: House, pace: Pace) -> Expected:
    """Play the night through from ``scene`` and return when the songs begin."""
    return _Night(scene, house, pace).play()


@dataclass(slots=True)
class _Song:
    """A song on its way: whose, what is told in it, when it is ready, how long it is."""

    job: JobId
    table: TableId
    ready_s: float
    length_s: float
    has_staged: bool = False
    recordings: tuple[str, ...] = ()
    song: SongId | None = None
    place: int = 0
    overtaken: int = 0


class _Night:
    """One night played through; times are seconds from the scene."""

    def __init__(self, scene: Scene, house: House, pace: Pace) -> None:
        self.scene, self.house = scene, house
        self.make_s, self.song_s = _or_never(pace.make_s), _or_never(pace.song_s)
        self.told = Expected()
        self.time_s = 0.0
        self.room_free_s = house.plays_s(scene.playing_s) if scene.playing_s else 0.0
        self.queue = deque(_Song(JobId(""), TableId(0), 0, one.length_s, song=one.song) for one in scene.queue)
        self.open = [self._known(job) for job in scene.making]
        self.parked = {job.job for job in scene.making if job.parked}
        self.staged = {table: found.notes for table, found in scene.staged.items()}
        self.since = {table: found.since for table, found in scene.staged.items()}
        hear_s = _or_never(pace.hear_s)
        self.coming = sorted((max(0.0, hear_s - one.age_s), n, one) for n, one in enumerate(scene.coming) if one.table)
        self.heard: dict[TableId, list[str]] = {}
        self.songs, self.known = dict(scene.songs), scene.known
        self.finished = 0
        self.claims_left = min(_MOST_CLAIMS, _WORK // max(1, len(self.staged)))

    def _known(self, job: Making) -> _Song:
        ready_s = math.inf if job.parked else 0.0 if job.finished else max(0.0, self.make_s - job.age_s)
        return _Song(job.job, job.table, ready_s, self.song_s)

    def play(self) -> Expected:
        while self.time_s <= HORIZON_S:
            self._come_in()
            while self._goes_out() or self._begins() or self._claims():
                pass
            self.time_s = min(self._next(), default=math.inf)
        return self.told

    def _next(self) -> Iterable[float]:
        """Yield when something happens next."""
        yield from (job.ready_s for job in self.open if job.ready_s > self.time_s)
        yield from (left_s for left_s in self.scene.resting.values() if left_s > self.time_s)
        if self.queue and self.room_free_s > self.time_s:
            yield self.room_free_s
        if self.coming:
            yield self.coming[0][0]

    def _come_in(self) -> None:
        while self.coming and self.coming[0][0] <= self.time_s:
            _, _, one = self.coming.pop(0)
            assert one.table  # noqa: S101 - others were left out
            self.heard.setdefault(one.table, []).append(one.name)
            self.since.setdefault(one.table, self.scene.now)

    def _goes_out(self) -> bool:
        """Let the song go out whose turn it is, if one is ready."""
        ready = {job.job: job for job in self.open if job.ready_s <= self.time_s}
        if not ready:
            return False
        for job in sorted(ready.values(), key=lambda job: job.ready_s):
            if not job.place:
                self.finished += 1
                job.place = self.finished
        waiting = [Finished(job.job, self.songs.get(job.table, 0), job.place, job.overtaken) for job in ready.values()]
        least = min((self.songs.get(table, 0) for table in self.known), default=0)
        first = goes_out(waiting, least, self.house.policy, queue_is_empty=not self.queue)
        if first is None:
            return False
        for other in overtaken_by(first, waiting):
            ready[other.job].overtaken += 1
        job = ready[first.job]
        self.open.remove(job)
        self.queue.append(job)
        self.songs[job.table] = self.songs.get(job.table, 0) + 1
        return True

    def _begins(self) -> bool:
        """Let the room begin the next song, if it is free."""
        if not self.queue or self.room_free_s > self.time_s:
            return False
        song = self.queue.popleft()
        self.room_free_s = self.time_s + self.house.plays_s(song.length_s)
        if song.song:
            self.told.songs[song.song] = self.time_s
        elif song.has_staged or song.recordings:
            if song.has_staged:
                self.told.tables.setdefault(song.table, []).append(self.time_s)
            self.told.recordings.update(dict.fromkeys(song.recordings, self.time_s))
        else:
            self.told.jobs[song.job] = self.time_s
        return True

    def _claims(self) -> bool:
        """Let a free worker begin the song of the table whose turn it is, if there is room for one."""
        working = sum(job.ready_s > self.time_s and job.job not in self.parked for job in self.open)
        has_room = len(self.queue) + len(self.open) < self.house.max_queue_size
        if working >= self.house.max_workers or not has_room or not self.claims_left:
            return False
        active = frozenset(job.table for job in self.open)
        parked = frozenset(job.table for job in self.open if job.job in self.parked)
        resting = frozenset(table for table, left_s in self.scene.resting.items() if left_s > self.time_s)
        turns = take_turns(Hall(self.since, active, self.songs, self.known, parked, resting), self.house.policy)
        self.songs, self.known = dict(turns.songs), turns.present
        if turns.line:
            self._claim(turns.line[0])
        return bool(turns.line)

    def _claim(self, table: TableId) -> None:
        """Take a batch of the table's notes: those staged now first, then those heard since."""
        self.claims_left -= 1
        staged = min(self.house.max_notes, self.staged.get(table, 0))
        heard = self.heard.get(table, [])
        room = self.house.max_notes - staged
        taken, self.heard[table] = tuple(heard[:room]), heard[room:]
        self.staged[table] = self.staged.get(table, 0) - staged
        if not (self.staged[table] or self.heard[table]):
            del self.since[table]
        ready_s = self.time_s + self.make_s
        self.open.append(_Song(JobId(f"{table}/{self.claims_left}"), table, ready_s, self.song_s, staged > 0, taken))


def _or_never(seconds: float | None) -> float:
    return math.inf if seconds is None else seconds
