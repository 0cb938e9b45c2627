"""The attempts at a job: begun on disk before they begin, so that none goes uncounted, whoever dies of it.

An attempt ends when its worker does, and is counted then. One that nobody saw end, because the manager died too, is
counted by the next manager. An attempt that was stopped on purpose, parked, or refused by the disk, is none; only what
the disk keeps refusing to one job, while nothing else is wrong with it, counts at last.
"""

import logging
from typing import Final

from stornello.domain.backoff import backoff
from stornello.domain.clock import Clock
from stornello.domain.errors import ProviderUnreachable
from stornello.domain.names import JobId, SongId, TableId
from stornello.domain.plain import Plain
from stornello.producer.pool import Pool
from stornello.producer.worker import DEADLINE_PASSED, DISK_REFUSED
from stornello.spool import atomic, jobs, milestones, reasons
from stornello.spool.jobs import Job, JobStatus
from stornello.spool.paths import Venue
from stornello.spool.snapshot import read_card

log = logging.getLogger(__name__)

MAX_ATTEMPTS: Final = 3
_RETRY_BASE_S: Final = 5.0
_PARKED_S: Final = 60.0
_LONGEST_PARKING_S: Final = 2 * 3600.0
"""A job whose studio is away costs no attempts until it is so old, see ``JobStatus.age_s``."""

_DISK_S: Final = 10.0
"""A job whose child the disk refused is tried again after so long."""

_MOST_REFUSALS: Final = 5
"""So many refusals in a row cost no attempt even when nobody sees what is wrong: disks hiccup, bad sectors stay."""


class Attempts:
    """Begins attempts and notes how they end, in the job's status; its pauses are kept here, by the monotonic clock."""

    def __init__(self, venue: Venue, pool: Pool, clock: Clock) -> None:
        self._venue = venue
        self._pool = pool
        self._clock = clock
        self._not_before: dict[JobId, float] = {}
        self._aged_at: dict[JobId, float] = {}
        self._parked: set[JobId] = set()
        self._refusals: dict[JobId, int] = {}

    @property
    def parked(self) -> frozenset[TableId]:
        """The tables whose job waits for its studio."""
        return frozenset(map(jobs.table_of, self._parked))

    def take_up(self, job: Job) -> None:
        """Know ``job`` from now on."""
        self._aged_at[job.id] = self._clock.monotonic()
        if job.status.is_parked:
            self._parked.add(job.id)

    def forget(self, job: Job) -> None:
        """Know nothing of ``job`` any more."""
        self._not_before.pop(job.id, None)
        self._aged_at.pop(job.id, None)
        self._parked.discard(job.id)
        self._refusals.pop(job.id, None)

    def is_due(self, job: Job) -> bool:
        """Return whether the next attempt may begin: its pause is over, and there is a place."""
        return self._not_before.get(job.id, 0.0) <= self._clock.monotonic() and not self._pool.is_full()

    def begin(self, job: Job) -> None:
        """Give the job a worker, and say so on disk before."""
        if job.status.attempt > 1:  # its child may have been killed in the middle of anything
            atomic.settle(job.folder)
        reasons.forget(job.folder)  # durable with what follows: come back with the power, it would end this attempt
        run = milestones.new_run()
        status = self._update(job, begun=True, run=run, milestone="CLAIMED", milestone_at=self._now())
        self._parked.discard(job.id)
        self._pool.start(job)
        log.info("job started", extra={"job": job.id, "attempt": status.attempt})

    def note_interruption(self, job: Job) -> None:
        """Give an attempt back that was stopped on purpose, if the disk takes it."""
        log.info("job interrupted, will go on", extra={"job": job.id})
        try:
            self._give_back(job)
        except OSError as error:
            log.warning("an attempt is not given back", extra={"job": job.id, "errno": error.errno})

    def _give_back(self, job: Job) -> None:
        if job.status.begun:
            self._update(job, begun=False)

    def note_end(self, job: Job, code: int | None, *, may_begin: bool) -> None:
        """Count the attempt that ended without a song. ``code``: the worker's exit code, None if nobody saw it end.

        ``may_begin``: whether the disk lets anything new be begun; if not, whatever the child failed at was the disk.
        """
        if not job.folder.is_dir() or read_card(self._venue, SongId(job.id)):
            return
        if not may_begin or (code == DISK_REFUSED and self._is_excused(job)):
            self._wait_for_the_disk(job, code, may_begin=may_begin)
            return
        if code == DISK_REFUSED:
            reasons.write(job.folder, _disk_refuses(), self._clock.now())
        else:
            self._refusals.pop(job.id, None)
        if code == DEADLINE_PASSED:
            reasons.write(job.folder, _too_slow(), self._clock.now())
        reason = reasons.read(job.folder)
        if reason and reason.holds:
            self._give_back(job)
            return
        if reason and reason.parks and self.age_s(job) < _LONGEST_PARKING_S:
            self._park(job, reason.code)
        else:
            self._count(job, code, is_final=reason is not None and not reason.retryable)

    def _is_excused(self, job: Job) -> bool:
        return self._refusals.get(job.id, 0) < _MOST_REFUSALS

    def _wait_for_the_disk(self, job: Job, code: int | None, *, may_begin: bool) -> None:
        """Let the job wait, at no cost; a refusal by a disk with which nothing is wrong is remembered."""
        self._not_before[job.id] = self._clock.monotonic() + _DISK_S
        self._give_back(job)  # while this is refused too, something is wrong with the disk
        self._refusals[job.id] = self._refusals.get(job.id, 0) + 1 if may_begin else 0
        log.warning("the disk refused, job waits", extra={"job": job.id, "exit": code})

    def _count(self, job: Job, code: int | None, *, is_final: bool) -> None:
        attempt = job.status.attempt
        self._update(job, begun=False, attempt=MAX_ATTEMPTS + 1 if is_final else attempt + 1)
        if code is not None:  # whoever restarted us has waited already
            self._not_before[job.id] = self._clock.monotonic() + backoff(attempt, _RETRY_BASE_S)
        log.warning("attempt without a song", extra={"job": job.id, "attempt": attempt, "exit": code})

    def _park(self, job: Job, code: str) -> None:
        """Give the job's worker to others until its studio may answer again."""
        self._update(job, begun=False, run="", milestone=f"{jobs.PARKED} {code}", milestone_at=self._now())
        self._not_before[job.id] = self._clock.monotonic() + _PARKED_S
        self._parked.add(job.id)
        log.warning("studio away, job waits", extra={"job": job.id, "code": code})

    def age_s(self, job: Job) -> float:
        """Return for how long the job has been open while a producer lived."""
        return job.status.age_s + self._clock.monotonic() - self._aged_at[job.id]

    def _update(self, job: Job, **changes: object) -> JobStatus:
        """Change the job's state on disk, where its age is kept too: no clock that is set makes it older."""
        status = job.update(age_s=self.age_s(job), **changes)
        self._aged_at[job.id] = self._clock.monotonic()
        return status

    def _now(self) -> str:
        return self._clock.now().isoformat(timespec="seconds")


def _too_slow() -> ProviderUnreachable:
    return ProviderUnreachable(
        "job-too-slow",
        Plain("La canzone non è stata pronta entro il tempo concesso.", "The song was not ready within its time."),
        Plain(
            "Alza JOB_DEADLINE_SECONDS; per riprovare: stornello retry NOME",
            "Raise JOB_DEADLINE_SECONDS; to try again: stornello retry NAME",
        ),
    )


def _disk_refuses() -> ProviderUnreachable:
    return ProviderUnreachable(
        "disk-refuses",
        Plain(
            "Il disco rifiuta i file di questa canzone, anche se per il resto sta bene.",
            "The disk refuses the files of this song, though it is well otherwise.",
        ),
        Plain(
            "Guarda job.log in questa cartella e controlla il disco; per riprovare: stornello retry NOME",
            "See job.log in this folder and have the disk checked; to try again: stornello retry NAME",
        ),
    )
