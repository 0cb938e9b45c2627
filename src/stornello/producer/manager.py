"""The manager: whose turn it is, claim, dispatch, settle. One pass holds all the logic, the disk all the state."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from multiprocessing import connection

from stornello.domain.backoff import backoff
from stornello.domain.clock import Clock
from stornello.domain.errors import GenerationFailed, ProviderUnreachable
from stornello.domain.fairness import next_table, welcome
from stornello.domain.names import JobId, SongId, TableId
from stornello.domain.night import night_of
from stornello.domain.plain import Plain
from stornello.domain.songs import SongCard
from stornello.producer.pool import Pool
from stornello.producer.worker import DEADLINE_PASSED, DISK_REFUSED
from stornello.spool import counts, jobs, orders, reasons, staging
from stornello.spool.jobs import Job, JobStatus
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist
from stornello.spool.reasons import Reason
from stornello.spool.snapshot import read_card

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
_RETRY_BASE_S = 5.0
_PARKED_S = 60.0
_LONGEST_PARKING_S = 2 * 3600.0
"""A job whose studio is away costs no attempts until it is so old, see ``JobStatus.age_s``."""

_DISK_S = 10.0
"""A job whose child the disk refused is tried again after so long: it costs no attempt, however long it lasts."""

_LONGEST_PAUSE_S = 0.5
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
    ) -> None:
        self.venue = venue
        self.pool = pool
        self.journal = journal
        self.clock = clock
        self.may_begin = may_begin
        self.max_queue_size = max_queue_size
        self.max_notes = max_notes
        self.night_begins = night_begins
        self.poll_s = poll_s
        self.playlist = Playlist(venue.playlist)
        self.counts = counts.load(venue.producer_state)
        self._present = frozenset(self.counts.fair)
        self._open: dict[JobId, Job] = {}
        self._not_before: dict[JobId, float] = {}
        self._aged_at: dict[JobId, float] = {}
        self._parked: set[JobId] = set()
        self._may_begin = False
        self._broken_off: tuple[str, int | None] | None = ("before the first pass", None)

    def recover(self) -> None:
        """Put right what an earlier life, or a pass broken off, left half way. Call before the first pass."""
        jobs.recover(self.venue, self.clock.now())

    def tick(self) -> None:
        """One pass: note what has ended, carry open jobs on, then claim for the fair table while there is room."""
        self.venue.make()
        self._may_begin = self.may_begin()
        for job_id, code in self.pool.ended():
            self._note_end(self._open[job_id], code)
        self._new_night()
        self._adopt()
        for job in sorted(self._open.values(), key=self._songs_of):
            self._carry_on(job)
        waiting = self._waiting()
        while self._may_begin and not self.pool.is_full() and self._has_room() and (table := self._next(waiting)):
            self._begin(table)
            waiting.pop(table)

    def try_tick(self) -> bool:
        """Make one pass; a disk that is full or away breaks it off, which is no end: return whether it did not.

        What the last life, or a pass broken off, left half way is put right first.
        """
        try:
            if self._broken_off is not None:
                self.recover()
            self.tick()
        except OSError as error:
            trouble = (type(error).__name__, error.errno)
            if trouble != self._broken_off:
                log.error("pass broken off, will go on", extra={"error": trouble[0], "errno": trouble[1]})  # noqa: TRY400 - expected, a traceback says no more
            self._broken_off = trouble
            return False
        self._broken_off = None
        return True

    def run(self, stop: threading.Event) -> None:
        """Pass after pass until ``stop``; interrupted jobs stay on disk and go on at the next start."""
        while not stop.is_set():
            if self.try_tick():
                self._pause(stop)
            else:
                stop.wait(self.poll_s)
        for job_id in self.pool.stop():
            log.info("job interrupted, will go on", extra={"job": job_id})

    def _pause(self, stop: threading.Event) -> None:
        """Wait for the next pass, or less when a worker ends."""
        if self.pool.jobs:
            connection.wait(self.pool.sentinels(), min(self.poll_s, _LONGEST_PAUSE_S))
        else:
            stop.wait(self.poll_s)

    def _new_night(self) -> None:
        self._remember(self.counts.during(night_of(self.clock.now(), self.night_begins).isoformat()))

    def _waiting(self) -> dict[TableId, datetime]:
        """Return the tables with material and since when; tables that have just come start at the others' level."""
        waiting = {table: found.since for table, found in staging.waiting_tables(self.venue).items()}
        present = frozenset(waiting) | self._busy()
        self._remember(self.counts.with_fair(welcome(present, self._present, self.counts.fair)))
        self._present = present
        return waiting

    def _next(self, waiting: dict[TableId, datetime]) -> TableId | None:
        return next_table(waiting, self._busy(), self.counts.fair)

    def _busy(self) -> frozenset[TableId]:
        return frozenset(map(jobs.table_of, self._open))

    def _has_room(self) -> bool:
        return len(self.playlist.waiting()) + len(self._open) < self.max_queue_size

    def _begin(self, table: TableId) -> None:
        job = jobs.claim(self.venue, table, self.max_notes, self.clock.now())
        if job:
            self._take_up(job)
            log.info("job claimed", extra={"job": job.id, "table": table, "notes": job.status.notes})
            self._dispatch(job)

    def _adopt(self) -> None:
        """Take in jobs left by an earlier life or put back by an operator; let those go that somebody removed."""
        on_disk = {job.id: job for job in jobs.open_jobs(self.venue)}
        self._open = {id_: job for id_, job in self._open.items() if id_ in on_disk or id_ in self.pool.jobs}
        strangers = [job for job in on_disk.values() if job.id not in self._open]
        for job in sorted(strangers, key=lambda job: (job.status.claimed_at, job.id)):
            self._take_up(job)
            log.info("job found open", extra={"job": job.id, "attempt": job.status.attempt})

    def _take_up(self, job: Job) -> None:
        self._open[job.id], self._aged_at[job.id] = job, self.clock.monotonic()

    def _carry_on(self, job: Job) -> None:
        """Do what the job's folder asks for, unless somebody works on it: an orphaned child holds its lock."""
        if job.id in self.pool.jobs or not job.lock.is_free():
            return
        if card := read_card(self.venue, SongId(job.id)):
            if self._may_go(job):
                self._deliver(job, card)
        elif (reason := reasons.read(job.folder)) and reason.holds:
            self._hold(job, reason.code)
        elif job.status.attempt > MAX_ATTEMPTS:
            self._give_up(job)
        elif self._is_due(job):
            self._dispatch(job)

    def _is_due(self, job: Job) -> bool:
        waits = self._not_before.get(job.id, 0.0) > self.clock.monotonic()
        return self._may_begin and not waits and not self.pool.is_full()

    def _dispatch(self, job: Job) -> None:
        status = self._update(job, milestone="CLAIMED", milestone_at=self.clock.now().isoformat(timespec="seconds"))
        reasons.forget(job.folder)
        self._parked.discard(job.id)
        self.pool.start(job)
        log.info("job started", extra={"job": job.id, "attempt": status.attempt})

    def _note_end(self, job: Job, code: int) -> None:
        """Count the attempt that ended without a song. Being stopped, or losing us, is none: then nobody gets here."""
        if read_card(self.venue, SongId(job.id)) or not job.folder.is_dir():
            return
        if code == DISK_REFUSED or not self._may_begin:
            self._not_before[job.id] = self.clock.monotonic() + _DISK_S
            log.warning("the disk refused, job waits", extra={"job": job.id, "exit": code})
            return
        if code == DEADLINE_PASSED:
            reasons.write(job.folder, _too_slow(), self.clock.now())
        attempt, reason = job.status.attempt, reasons.read(job.folder)
        if reason and reason.holds:
            return
        if reason and reason.parks and self._age_s(job) < _LONGEST_PARKING_S:
            self._park(job, reason)
            return
        final = reason is not None and not reason.retryable
        self._update(job, attempt=MAX_ATTEMPTS + 1 if final else attempt + 1)
        self._not_before[job.id] = self.clock.monotonic() + backoff(attempt, _RETRY_BASE_S)
        log.warning("attempt without a song", extra={"job": job.id, "attempt": attempt, "exit": code})

    def _age_s(self, job: Job) -> float:
        return job.status.age_s + self.clock.monotonic() - self._aged_at[job.id]

    def _update(self, job: Job, **changes: object) -> JobStatus:
        """Change the job's state on disk, where its age is kept too: no clock that is set makes it older."""
        status = job.update(age_s=self._age_s(job), **changes)
        self._aged_at[job.id] = self.clock.monotonic()
        return status

    def _park(self, job: Job, reason: Reason) -> None:
        """Give the job's worker to others until its studio may answer again."""
        self._update(
            job, milestone=f"WAITING {reason.code}", milestone_at=self.clock.now().isoformat(timespec="seconds")
        )
        self._not_before[job.id] = self.clock.monotonic() + _PARKED_S
        self._parked.add(job.id)
        log.warning("studio away, job waits", extra={"job": job.id, "code": reason.code})

    def _songs_of(self, job: Job) -> int:
        return self.counts.fair.get(jobs.table_of(job.id), 0)

    def _may_go(self, job: Job) -> bool:
        """Return whether a finished song goes out now.

        A table that is ahead waits for those behind while the queue has something to play: so workers that run side by
        side do not change the turns, and the room loses nothing. Nobody waits for a table whose studio is away.
        """
        behind = self._present - {jobs.table_of(job_id) for job_id in self._parked}
        least = min((self.counts.fair.get(table, 0) for table in behind), default=0)
        return self._songs_of(job) <= least or not self.playlist.waiting()

    def _deliver(self, job: Job, card: SongCard) -> None:
        """Hand the song to the room. Every step may be repeated: what a crash leaves is finished at the next start."""
        self.playlist.put(card)
        self._remember(self.counts.plus(job.id, card.table))
        self.journal.song(card)
        jobs.close(self.venue, job)
        self._drop(job)
        log.info(
            "song in the playlist",
            extra={"job": job.id, "table": card.table, "seconds": round(card.sound.duration_s, 1)},
        )

    def _give_up(self, job: Job) -> None:
        """Set the job aside after its last attempt, where its end leaves nothing undecided."""
        if undecided := orders.undecided(job.folder):
            reasons.write(job.folder, undecided, self.clock.now())
            self._hold(job, undecided.code)
            return
        reason = reasons.read(job.folder)
        if reason and reason.retryable and orders.in_hand(job.folder):  # "is tried again" is true no more
            reasons.write(job.folder, GenerationFailed(reason.code, reason.what, orders.KEPT), self.clock.now())
        self._fail(job)

    def _fail(self, job: Job) -> None:
        """Set the job aside, whole, with the reason that its child left, or ours."""
        if not reasons.read(job.folder):
            reasons.write(job.folder, _keeps_dying(), self.clock.now())
        reason = reasons.read(job.folder)
        code = reason.code if reason else ""
        self.journal.failure(job.id, jobs.table_of(job.id), code, self.clock.now())
        jobs.set_aside(self.venue.failed_processing, job)
        self._drop(job)
        log.error("job failed", extra={"job": job.id, "code": code})

    def _hold(self, job: Job, code: str) -> None:
        """Set the job aside for a person to decide on: whatever we did by ourselves might pay twice."""
        jobs.set_aside(self.venue.held, job)
        self._drop(job)
        log.error("job held", extra={"job": job.id, "code": code})

    def _drop(self, job: Job) -> None:
        self._open.pop(job.id, None)
        self._not_before.pop(job.id, None)
        self._aged_at.pop(job.id, None)
        self._parked.discard(job.id)

    def _remember(self, fresh: counts.Counts) -> None:
        if fresh != self.counts:
            counts.save(self.venue.producer_state, fresh)
            self.counts = fresh


def _too_slow() -> ProviderUnreachable:
    return ProviderUnreachable(
        "job-too-slow",
        Plain("La canzone non è stata pronta entro il tempo concesso.", "The song was not ready within its time."),
        Plain(
            "Alza JOB_DEADLINE_SECONDS; per riprovare: stornello retry NOME",
            "Raise JOB_DEADLINE_SECONDS; to try again: stornello retry NAME",
        ),
    )


def _keeps_dying() -> GenerationFailed:
    return GenerationFailed(
        "job-crashed",
        Plain(
            "Il processo della canzone si è interrotto più volte.",
            "The song's process ended unexpectedly several times.",
        ),
        Plain(
            "Guarda job.log in questa cartella; per riprovare: stornello retry NOME",
            "See job.log in this folder; to try again: stornello retry NAME",
        ),
    )
