"""The jobs that are open: claimed, and neither a song in the queue nor set aside."""

import logging
from collections.abc import Iterator

from stornello.domain.names import JobId, TableId
from stornello.producer.attempts import Attempts
from stornello.producer.outlet import Outlet
from stornello.producer.pool import Pool
from stornello.spool import jobs
from stornello.spool.jobs import Job
from stornello.spool.paths import Venue

log = logging.getLogger(__name__)


class OpenJobs:
    """What lies in the jobs' folder, as the manager knows it; who joins and leaves is told to attempts and outlet."""

    def __init__(self, venue: Venue, pool: Pool, attempts: Attempts, outlet: Outlet) -> None:
        self._venue = venue
        self._pool = pool
        self._attempts = attempts
        self._outlet = outlet
        self._jobs: dict[JobId, Job] = {}

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[Job]:
        return iter(list(self._jobs.values()))

    def __getitem__(self, job: JobId) -> Job:
        return self._jobs[job]

    @property
    def tables(self) -> frozenset[TableId]:
        """The tables that have one."""
        return frozenset(map(jobs.table_of, self._jobs))

    def adopt(self) -> None:
        """Take in jobs left by an earlier life or put back by an operator; let those go that somebody removed.

        They come in the order of their claims.
        """
        on_disk = {job.id: job for job in jobs.open_jobs(self._venue)}
        for job in self:
            if job.id not in on_disk and job.id not in self._pool.jobs:
                self.drop(job)
        strangers = [(job.status, job) for job in on_disk.values() if job.id not in self._jobs]
        for status, job in sorted(strangers, key=lambda found: (found[0].place, found[1].id)):
            self.take_up(job)
            log.info("job found open", extra={"job": job.id, "attempt": status.attempt})

    def take_up(self, job: Job) -> None:
        """Know ``job`` from now on."""
        self._jobs[job.id] = job
        self._attempts.take_up(job)

    def drop(self, job: Job) -> None:
        """Know nothing of ``job`` any more."""
        self._jobs.pop(job.id, None)
        self._attempts.forget(job)
        self._outlet.forget(job)
