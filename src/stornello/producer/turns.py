"""Whose turn it is: the policy of domain/fairness.py over what is on the disk, and its memory, producer_state.json."""

from datetime import datetime, timedelta
from pathlib import Path

from stornello.domain.clock import Clock
from stornello.domain.fairness import Hall, Policy, rest_s, take_turns
from stornello.domain.names import JobId, TableId
from stornello.domain.night import night_of
from stornello.spool import counts
from stornello.spool.counts import Counts, Failures
from stornello.spool.paths import Venue
from stornello.spool.tables import Tables


class Turns:
    """Puts the tables in line, counts their songs and failures. Every method may raise OSError."""

    def __init__(self, venue: Venue, policy: Policy, clock: Clock, night_begins: int, stable_s: float) -> None:
        self.policy = policy
        self.counts = Counts()
        self._path = venue.producer_state
        self._clock = clock
        self._night_begins = night_begins
        self._tables = Tables(venue, stable_s, clock)
        self._rests: dict[TableId, float] | None = None
        self._written: counts.Written | None = None

    def begin_pass(self) -> None:
        """Remember what an earlier life knew, once; and see whether another night has begun."""
        if self._rests is None:
            self.counts = counts.load(self._path)
            self._written = counts.written(self._path)
            self._rests = self._rests_left()
        self._remember(self.counts.during(night_of(self._clock.now(), self._night_begins).isoformat()))
        if not self._path.exists():  # somebody deleted it: whoever looks would tell another order than ours
            self._save(self.counts)

    def line(self, active: frozenset[TableId], parked: frozenset[TableId]) -> list[TableId]:
        """Return the tables that may have the next song, in order. Looks at the staged texts."""
        waiting = {table: found.since for table, found in self._tables.waiting().items()}
        counted, present = songs(self.counts, self.policy), self.counts.present
        turns = take_turns(Hall(waiting, active, counted, present, parked, self._resting()), self.policy)
        fair = turns.songs if self.policy.welcomes else self.counts.fair
        self._remember(self.counts.seen(fair, turns.present))
        return turns.line

    def texts(self, table: TableId, most: int) -> list[Path]:
        """Return up to ``most`` of the table's texts, oldest first."""
        return self._tables.oldest(table, most)

    def songs_of(self, table: TableId) -> int:
        """Return the table's count, as the policy counts."""
        return songs(self.counts, self.policy).get(table, 0)

    def least(self, parked: frozenset[TableId]) -> int:
        """Return the lowest count of the tables that were present at the last look, and neither parked nor resting."""
        counted = songs(self.counts, self.policy)
        return min((counted.get(table, 0) for table in self.counts.present - parked - self._resting()), default=0)

    def count(self, job: JobId, table: TableId) -> None:
        """Count a song, once; it ends the table's rest."""
        self._remember(self.counts.plus(job, table))
        (self._rests or {}).pop(table, None)

    def count_failure(self, table: TableId) -> None:
        """Let the table rest: its jobs keep failing, and others wait."""
        known = self.counts.failed.get(table)
        in_a_row = known.in_a_row + 1 if known else 1
        until = self._clock.now() + timedelta(seconds=rest_s(in_a_row))
        self._remember(
            self.counts.with_failures(table, Failures(in_a_row, until.isoformat(timespec="seconds"))),
        )
        self._rests = (self._rests or {}) | {table: self._clock.monotonic() + rest_s(in_a_row)}

    def _resting(self) -> frozenset[TableId]:
        now, rests = self._clock.monotonic(), self._rests or {}
        return frozenset(table for table, until in rests.items() if now < until)

    def _rests_left(self) -> dict[TableId, float]:
        """Return until when tables rest by our clock: what is left of their rest, never more than the whole."""
        now, monotonic = self._clock.now(), self._clock.monotonic()
        return {
            table: monotonic + min(rest_s(failures.in_a_row), rest_left_s(failures, now))
            for table, failures in self.counts.failed.items()
        }

    def _remember(self, fresh: Counts) -> None:
        if fresh != self.counts:
            self._save(fresh)
            self.counts = fresh

    def _save(self, fresh: Counts) -> None:
        counts.keep_strange(self._path, self._written)
        counts.save(self._path, fresh)
        self._written = counts.written(self._path)


def songs(known: Counts, policy: Policy) -> dict[TableId, int]:
    """Return the counts by which ``policy`` puts tables in line."""
    return known.fair if policy.welcomes else known.ever


def rest_left_s(failures: Failures, now: datetime) -> float:
    """Return how long the table still rests by the time of day; 0 when it does not, or nothing tells."""
    try:
        return max(0.0, (datetime.fromisoformat(failures.rests_until) - now).total_seconds())
    except (ValueError, TypeError):
        return 0.0
