"""How a job ends without a song: set aside as failed, or held for a person to decide on."""

import logging

from stornello.domain.clock import Clock
from stornello.domain.errors import GenerationFailed
from stornello.domain.plain import Plain
from stornello.spool import jobs, orders, reasons
from stornello.spool.jobs import Job
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue

log = logging.getLogger(__name__)


class Endings:
    """Moves jobs out of the way, whole, each with its reason."""

    def __init__(self, venue: Venue, journal: Journal, clock: Clock) -> None:
        self._venue = venue
        self._journal = journal
        self._clock = clock

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

    def _fail(self, job: Job) -> None:
        """Set the job aside with the reason that its child left, or ours."""
        if not reasons.read(job.folder):
            reasons.write(job.folder, _keeps_dying(job), self._clock.now())
        reason = reasons.read(job.folder)
        code = reason.code if reason else ""
        self._journal.failure(job.id, jobs.table_of(job.id), code, self._clock.now())
        jobs.set_aside(self._venue.failed_processing, job)
        log.error("job failed", extra={"job": job.id, "code": code})


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
