"""Nights simulated in seconds: tables that talk, workers, a queue and a room that listens, under one rule of turns.

The rules of Stornello are the real functions of stornello.domain.fairness; the rivals are the usual three. All hear the
same notes, make them as fast, and fail at the same ones. A note is a song.
"""

import heapq
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final, NamedTuple, Protocol

from stornello.domain.fairness import FEWEST, Finished, Hall, Policy, goes_out, overtaken_by, rest_s, take_turns
from stornello.domain.names import JobId, TableId

NIGHT_S: Final = 5 * 3600
TABLES: Final = 16
GREEDY: Final = TableId(1)
LATE: Final = frozenset({TableId(2), TableId(3)})
FAILING: Final = frozenset({TableId(4), TableId(5)})
EIGHT: Final = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
MAX_QUEUE_SIZE: Final = 5


class Note(NamedTuple):
    """A voice note: when it came, how long its song takes to make and to play (seconds), and whether that fails."""

    at: float
    table: TableId
    cooks: float
    plays: float
    fails: bool
    since: datetime


def a_night(chance: Random) -> list[Note]:
    """Return a night's notes: about 156, a third more than the room can hear before it closes.

    Each table talks at its own times, at two toasts most of them at once; one sends six times as much as others, two
    come half-way and send ten at once, two have four notes of five that fail.
    """
    times = [(chance.uniform(0, NIGHT_S), TableId(table)) for table in range(4, TABLES + 1) for _ in range(6)]
    times += [(chance.uniform(0, NIGHT_S), GREEDY) for _ in range(40)]
    times += [(NIGHT_S / 2 + chance.uniform(0, 600), table) for table in LATE for _ in range(10)]
    for toast in (chance.uniform(0, NIGHT_S / 2), chance.uniform(NIGHT_S / 2, NIGHT_S)):
        times += [
            (toast + chance.uniform(0, 120), TableId(table))
            for table in range(4, TABLES + 1)
            if chance.random() < 0.7  # noqa: PLR2004 - most of them
        ]
    return [
        Note(
            *(at, table, chance.uniform(60, 240), chance.uniform(120, 200)),
            *(table in FAILING and chance.random() < 0.8, EIGHT + timedelta(seconds=at)),  # noqa: PLR2004 - four of five
        )
        for at, table in sorted(times)
    ]


class Rule(Protocol):
    """Who is next, and when a finished song goes out."""

    def pick(self, night: "Night") -> TableId | None:
        """Return whose note is taken now."""
        ...

    def let_out(self, night: "Night") -> Iterator["Song"]:
        """Yield the finished songs that go into the queue now."""
        ...

    def ended(self, night: "Night", song: "Song") -> None:
        """Know that a song was made, or failed."""
        ...

    def count(self, table: TableId, /) -> int:
        """Return what was counted for ``table``."""
        ...


@dataclass(slots=True)
class Song:
    """A note in the making; ``tag`` is its table's count when it was begun, ``contended``: others were waiting then.

    ``waited``: the seconds from the note, or from its table's last song if that was later, until it is heard.
    """

    note: Note
    begun: float
    contended: bool
    tag: int
    place: int = 0
    overtaken: int = 0
    heard: float = 0.0
    waited: float = 0.0


@dataclass
class Night:
    """One night under ``rule``."""

    rule: Rule
    workers: int
    now: float = 0.0
    waiting: dict[TableId, deque[Note]] = field(default_factory=dict)
    cooking: list[Song] = field(default_factory=list)
    ready: list[Song] = field(default_factory=list)
    queue: deque[Song] = field(default_factory=deque)
    heard: list[Song] = field(default_factory=list)
    backlogs: list[tuple[TableId, float, float]] = field(default_factory=list)
    failed_s: float = 0.0
    _since: dict[TableId, float] = field(default_factory=dict)
    _events: list[tuple[float, int, str, object]] = field(default_factory=list)
    _number: int = 0
    _finished: int = 0
    _is_playing: bool = False
    _last_heard: dict[TableId, float] = field(default_factory=dict)

    def run(self, notes: list[Note]) -> "Night":
        """Let the night pass, and the room listen to the last song."""
        for note in notes:
            self._later(note.at, "note", note)
        while self._events:
            self.now, _, kind, what = heapq.heappop(self._events)
            getattr(self, f"_{kind}")(what)
            self._settle()
        return self

    def wake(self, at: float) -> None:
        """Look again at ``at``."""
        self._later(at, "look", None)

    def oldest(self) -> dict[TableId, datetime]:
        """Return since when each table waits."""
        return {table: notes[0].since for table, notes in self.waiting.items()}

    def active(self) -> frozenset[TableId]:
        """Return the tables with a song in the making, or finished and not in the queue."""
        return frozenset(song.note.table for song in (*self.cooking, *self.ready))

    def _later(self, at: float, kind: str, what: object) -> None:
        self._number += 1
        heapq.heappush(self._events, (at, self._number, kind, what))

    def _note(self, note: Note) -> None:
        if note.table not in self.waiting:
            self.waiting[note.table] = deque()
            self._since[note.table] = self.now
        self.waiting[note.table].append(note)

    def _look(self, _: None) -> None:
        pass

    def _made(self, song: Song) -> None:
        self.cooking.remove(song)
        if song.note.fails:
            self.failed_s += song.note.cooks * (self.now < NIGHT_S)
        else:
            self._finished += 1
            song.place = self._finished
            self.ready.append(song)
        self.rule.ended(self, song)

    def _played(self, _: None) -> None:
        self._is_playing = False

    def _settle(self) -> None:
        """Let songs out, begin others, play: until nothing changes."""
        while self._step():
            pass

    def _step(self) -> bool:
        for song in self.rule.let_out(self):
            self.ready.remove(song)
            self.queue.append(song)
        if self.queue and not self._is_playing:
            self._play(self.queue.popleft())
            return True
        has_room = len(self.queue) + len(self.ready) + len(self.cooking) < MAX_QUEUE_SIZE
        if not has_room or len(self.cooking) >= self.workers or (table := self.rule.pick(self)) is None:
            return False
        self._begin(table)
        return True

    def _play(self, song: Song) -> None:
        self._is_playing, song.heard = True, self.now
        last = self._last_heard.get(song.note.table, 0.0)
        song.waited = self.now - max(song.note.at, last)
        self._last_heard[song.note.table] = self.now
        self.heard.append(song)
        self._later(self.now + song.note.plays, "played", None)

    def _begin(self, table: TableId) -> None:
        notes = self.waiting[table]
        note = notes.popleft()
        if not notes:
            del self.waiting[table]
            self.backlogs.append((table, self._since[table], self.now))
        others = self.waiting.keys() - FAILING - {table}  # those may be resting
        song = Song(note, self.now, contended=bool(others), tag=self.rule.count(table))
        self.cooking.append(song)
        self._later(self.now + note.cooks, "made", song)


class AsFinished:
    """What all rivals share: songs go out as they finish, and a failure is nothing."""

    def let_out(self, night: Night) -> Iterator[Song]:
        """Yield what goes into the queue now."""
        yield from list(night.ready)

    def ended(self, night: Night, song: Song) -> None:
        """Know that a song was made, or failed."""

    def count(self, _table: TableId, /) -> int:
        """Return what the rule has counted: nothing."""
        return 0


class Fifo(AsFinished):
    """The oldest note first."""

    def pick(self, night: Night) -> TableId | None:
        """Return whose note is taken now."""
        return min(night.waiting, key=lambda table: night.waiting[table][0].at, default=None)


class RoundRobin(AsFinished):
    """The next table in a circle that has a note."""

    def __init__(self) -> None:
        self._last = 0

    def pick(self, night: Night) -> TableId | None:
        """Return whose note is taken now."""
        table = min(night.waiting, key=lambda table: (table - self._last - 1) % (TABLES + 1), default=None)
        self._last = table or self._last
        return table


class Counted(AsFinished):
    """Our functions under ``policy``: FEWEST with counts of all nights is the plain ``min(counts)``."""

    def __init__(self, policy: Policy, songs: dict[TableId, int] | None = None) -> None:
        self.policy = policy
        self.songs = {} if songs is None else songs
        self._present: frozenset[TableId] = frozenset()
        self._failures: dict[TableId, int] = {}
        self._rests: dict[TableId, float] = {}

    def pick(self, night: Night) -> TableId | None:
        """Return whose note is taken now."""
        resting = frozenset(table for table, until in self._rests.items() if night.now < until)
        hall = Hall(night.oldest(), night.active(), self.songs, self._present, resting=resting)
        turns = take_turns(hall, self.policy)
        self._present = turns.present
        if turns.songs is not self.songs:
            self.songs.update(turns.songs)
        return next(iter(turns.line), None)

    def let_out(self, night: Night) -> Iterator[Song]:
        """Yield what goes into the queue now."""
        while night.ready:
            songs = {JobId(str(song.place)): song for song in night.ready}
            ready = [
                Finished(job, self.songs.get(song.note.table, 0), song.place, song.overtaken)
                for job, song in songs.items()
            ]
            least = min((self.songs.get(table, 0) for table in self._present), default=0)
            out = goes_out(ready, least, self.policy, queue_is_empty=not night.queue)
            if out is None:
                return
            for other in overtaken_by(out, ready):
                songs[other.job].overtaken += 1
            table = songs[out.job].note.table
            self.songs[table] = self.songs.get(table, 0) + 1
            self._failures.pop(table, None)
            self._rests.pop(table, None)
            yield songs[out.job]

    def count(self, table: TableId, /) -> int:
        """Return what was counted."""
        return self.songs.get(table, 0)

    def ended(self, night: Night, song: Song) -> None:
        """Know that a song was made, or failed."""
        if song.note.fails and self.policy is not FEWEST:
            table = song.note.table
            self._failures[table] = self._failures.get(table, 0) + 1
            self._rests[table] = night.now + rest_s(self._failures[table])
            night.wake(self._rests[table])
