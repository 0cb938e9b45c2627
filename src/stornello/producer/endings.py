"""How a job ends without a song: set aside as failed, or held for a person to decide on."""

import contextlib
import logging
from collections.abc import Iterable
from typing import Final

from stornello.domain.clock import Clock
from stornello.domain.errors import GenerationFailed
from stornello.domain.names import JobId, SongId
from stornello.domain.plain import Plain
from stornello.spool import jobs, orders, reasons
from stornello.spool.jobs import Job
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue
from stornello.spool.snapshot import read_card

log = logging.getLogger(__name__)

_UNREADABLE_S: Final = 30.0
"""A disk may hiccup for so long."""


class Endings:
    """Moves jobs out of the way, whole, each with its reason."""

    def __init__(self, venue: Venue, journal: Journal, clock: Clock) -> None:
        self._venue = venue
        self._journal = journal
        self._clock = clock
        self._unreadable: dict[JobId, float] = {}
        """Since when jobs cannot be read (monotonic), as long as they cannot."""

    def hold(self, job: Job, code: str) -> None:
        """Set the job aside for a person to decide on: whatever we did by ourselves might pay twice."""
        jobs.set_aside(self._venue.held, job)
        log.error("job held", extra={"job": job.id, "code": code})

    def give_up(self, job: Job) -> bool:
        """Set the job aside after its last attempt; return whether it failed. If not, a person has to decide on it."""
        if undecided := orders.undecided(job.folder):
            reasons.write(job.folder, undecided, self._clock.now())
            self.hold(job, undecided.code)
            return False
        reason = reasons.read(job.folder)
        if reason and reason.retryable and orders.in_hand(job.folder):  # "is tried again" is true no more
            reasons.write(job.folder, GenerationFailed(reason.code, reason.what, orders.KEPT), self._clock.now())
        self._fail(job)
        return True

    def leave_unreadable(self, open_jobs: Iterable[Job]) -> None:
        """Set those aside whose state the disk has not let us read for a while: one bad sector must not stop all.

        Call while nothing else is wrong with the disk.
        """
        now_s = self._clock.monotonic()
        since = {job.id: self._unreadable.get(job.id, now_s) for job in open_jobs if not _can_be_read(self._venue, job)}
        self._unreadable = since
        for job_id in [job_id for job_id, first_s in since.items() if now_s - first_s >= _UNREADABLE_S]:
            job = Job(job_id, self._venue.job(job_id))
            with contextlib.suppress(OSError):
                reasons.write(job.folder, _cannot_be_read(), self._clock.now())
            self._journal.failure(job.id, jobs.table_of(job.id), _cannot_be_read().code, self._clock.now())
            jobs.set_aside(self._venue.failed_processing, job)
            log.error("job cannot be read, set aside", extra={"job": job.id})

    def _fail(self, job: Job) -> None:
        """Set the job aside with the reason that its child left, or ours."""
        if not reasons.read(job.folder):
            reasons.write(job.folder, _keeps_dying(job), self._clock.now())
        reason = reasons.read(job.folder)
        code = reason.code if reason else ""
        self._journal.failure(job.id, jobs.table_of(job.id), code, self._clock.now())
        jobs.set_aside(self._venue.failed_processing, job)
        log.error("job failed", extra={"job": job.id, "code": code})


def _can_be_read(venue: Venue, job: Job) -> bool:
    try:
        job.status, read_card(venue, SongId(job.id))
    except OSError:
        return False
    return True


def _cannot_be_read() -> GenerationFailed:
    """Its state, or its song's card, is on a part of the disk that cannot be read."""
    return GenerationFailed(
        "job-unreadable",
        Plain(
            "Il disco non lascia leggere lo stato di questa canzone, anche se per il resto sta bene.",
            "The disk does not let this song's state be read, though it is well otherwise.",
        ),
        Plain(
            "Controlla il disco, status.json in questa cartella e songs/NOME.json; poi: stornello retry NOME",
            "Check the disk, status.json in this folder and songs/NAME.json; then: stornello retry NAME",
        ),
    )


def _keeps_dying(job: Job) -> GenerationFailed:
    has_log = job.log.exists()  # else its worker ended before the child began
    log_it, log_en = (
        ("job.log in questa cartella", "job.log in this folder")
        if has_log
        else (".tmp_player/logs/producer.log e producer.out", ".tmp_player/logs/producer.log and producer.out")
    )
    return GenerationFailed(
        "job-crashed",
        Plain(
            "Il processo della canzone si è interrotto più volte.",
            "The song's process ended unexpectedly several times.",
        ),
        Plain(
            f"Guarda {log_it}; per riprovare: stornello retry NOME",
            f"See {log_en}; to try again: stornello retry NAME",
        ),
    )
