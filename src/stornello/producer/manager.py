"""The manager: whose turn it is, claim, dispatch, settle. One pass holds all the logic, the disk all the state."""

import logging
import threading
from collections.abc import Callable
from multiprocessing import connection
from typing import Final

from stornello.domain.clock import Clock
from stornello.domain.fairness import FAIR, Policy
from stornello.domain.names import JobId, SongId, TableId
from stornello.domain.songs import SongCard
from stornello.producer.attempts import MAX_ATTEMPTS, Attempts
from stornello.producer.endings import Endings
from stornello.producer.open_jobs import OpenJobs
from stornello.producer.outlet import Outlet
from stornello.producer.pool import Pool
from stornello.producer.turns import Turns
from stornello.spool import jobs, reasons
from stornello.spool.counts import Counts
from stornello.spool.jobs import Job
from stornello.spool.journal import Journal
from stornello.spool.passes import Passes
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist
from stornello.spool.snapshot import read_card

log = logging.getLogger(__name__)

_LONGEST_PAUSE_S: Final = 0.5
"""However seldom the folders are looked at, the end of a worker's job and a wish to stop are seen this soon."""


class Producer:
    """Turns waiting tables into songs.

    ``max_queue_size`` bounds queued and in flight together: counting only the queue overshoots by the pool's size.
    ``may_begin`` tells whether the disk lets anything new be begun; what a job fails at meanwhile costs no attempt.
    """

    def __init__(  # noqa: PLR0913 - its parts, and the settings it goes by
        self,
        venue: Venue,
        pool: Pool,
        journal: Journal,
        clock: Clock,
        may_begin: Callable[[], bool],
        *,
        max_queue_size: int,
        max_notes: int,
        night_begins: int,
        poll_s: float,
        stable_s: float = 1.0,
        policy: Policy = FAIR,
    ) -> None:
        self.venue = venue
        self.pool = pool
        self.journal = journal
        self.clock = clock
        self.may_begin = may_begin
        self.max_queue_size = max_queue_size
        self.max_notes = max_notes
        self.poll_s = poll_s
        self.playlist = Playlist(venue.playlist)
        self._turns = Turns(venue, policy, clock, night_begins, stable_s)
        self._attempts = Attempts(venue, pool, clock)
        self._outlet = Outlet(policy)
        self._endings = Endings(venue, journal, clock)
        self._open = OpenJobs(venue, pool, self._attempts, self._outlet)
        self._ended: dict[JobId, int] = {}
        self._may_begin = False
        self._passes = Passes(log)

    @property
    def counts(self) -> Counts:
        """Who has had how many songs."""
        return self._turns.counts

    def recover(self) -> None:
        """Put right what an earlier life, or a pass broken off, left half way. Call before the first pass."""
        jobs.recover(self.venue, self.clock.now())

    def tick(self) -> None:
        """One pass: note what has ended, carry open jobs on, let songs out, then claim while there is room."""
        self.venue.make()
        self._may_begin = self.may_begin()
        self._turns.begin_pass()
        self._note_ends()
        self._open.adopt()
        for job in sorted(self._open, key=lambda job: self._songs_of(job.id)):
            self._carry_on(job)
        self._let_out()
        self._claim()

    def try_tick(self) -> bool:
        """Make one pass; a disk that is full or away breaks it off, which is no end: return whether it did not.

        What the last life, or a pass broken off, left half way is put right first.
        """
        return self._passes.attempt(self.tick if self._passes.is_whole else self._tick_anew)

    def _tick_anew(self) -> None:
        if self.may_begin():
            idle = (job for job in jobs.open_jobs(self.venue) if job.id not in self.pool.jobs and job.lock.is_free())
            self._endings.leave_unreadable(idle)
        self.recover()
        self.tick()

    def run(self, stop: threading.Event) -> None:
        """Pass after pass until ``stop``; interrupted jobs stay on disk and go on at the next start."""
        while not stop.is_set():
            if self.try_tick():
                self._pause(stop)
            else:
                stop.wait(self.poll_s)
        for job_id in self.pool.stop():
            self._attempts.note_interruption(self._open[job_id])

    def _pause(self, stop: threading.Event) -> None:
        """Wait for the next pass, or less when a worker ends."""
        if self.pool.jobs:
            connection.wait(self.pool.sentinels(), min(self.poll_s, _LONGEST_PAUSE_S))
        else:
            stop.wait(self.poll_s)

    def _note_ends(self) -> None:
        """Note how workers have ended; an end that the disk does not take is noted in the next pass."""
        self._ended.update(self.pool.ended())
        for job_id, code in list(self._ended.items()):
            self._attempts.note_end(self._open[job_id], code, may_begin=self._may_begin)
            del self._ended[job_id]

    def _carry_on(self, job: Job) -> None:
        """Do what the job's folder asks for, unless somebody works on it: an orphaned child holds its lock."""
        if job.id in self.pool.jobs or not job.lock.is_free():
            return
        if card := read_card(self.venue, SongId(job.id)):
            self._outlet.take_in(job, card, self._attempts.age_s(job))
            return
        if job.status.begun:
            self._attempts.note_end(job, None, may_begin=self._may_begin)
        if (reason := reasons.read(job.folder)) and reason.holds:
            self._endings.hold(job, reason.code)
            self._open.drop(job)
        elif job.status.attempt > MAX_ATTEMPTS:
            self._give_up(job)
        elif self._may_begin and self._attempts.is_due(job):
            self._attempts.begin(job)

    def _give_up(self, job: Job) -> None:
        has_failed = self._endings.give_up(job)
        self._open.drop(job)
        if has_failed:
            self._turns.count_failure(jobs.table_of(job.id))

    def _let_out(self) -> None:
        parked = self._attempts.parked
        self._outlet.let_out(
            self._songs_of, lambda: self._turns.least(parked), lambda: not self.playlist.length(), self._deliver
        )

    def _deliver(self, job: Job, card: SongCard, seconds: float | None) -> None:
        """Hand the song to the room. Every step may be repeated: what a crash leaves is finished at the next start."""
        self.playlist.put(card)
        self._turns.count(job.id, card.table)
        self.journal.song(card, seconds)
        jobs.close(self.venue, job)
        self._open.drop(job)
        log.info(
            "song in the playlist",
            extra={"job": job.id, "table": card.table, "seconds": round(card.sound.duration_s, 1)},
        )

    def _claim(self) -> None:
        """Begin songs while there is a place and room. Staged texts are looked at only then: an idle pass is cheap."""
        if not (self._may_begin and self._has_room()):
            return
        for table in self._turns.line(self._open.tables, self._attempts.parked):
            self._begin(table)
            if not self._has_room():
                break

    def _has_room(self) -> bool:
        return not self.pool.is_full() and self.playlist.length() + len(self._open) < self.max_queue_size

    def _begin(self, table: TableId) -> None:
        job = jobs.claim(self.venue, table, self._turns.texts(table, self.max_notes), self.clock.now())
        if job:
            self._open.take_up(job)
            log.info("job claimed", extra={"job": job.id, "table": table, "notes": job.status.notes})
            self._attempts.begin(job)

    def _songs_of(self, job: JobId) -> int:
        return self._turns.songs_of(jobs.table_of(job))
