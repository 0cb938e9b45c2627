"""held/: jobs whose song may be paid for already, and what a person has found out about them."""

from dataclasses import replace
from pathlib import Path

from filelock import FileLock

from stornello.domain.errors import JobHeldError, StornelloError
from stornello.domain.names import JobId
from stornello.domain.plain import Plain
from stornello.seams import LONGEST_REQUEST_ID, RequestId
from stornello.spool import atomic, by_name, orders, reasons
from stornello.spool.jobs import Job, is_job_name
from stornello.spool.journal import Journal
from stornello.spool.ledger import Ledger
from stornello.spool.orders import Request
from stornello.spool.paths import Venue


def resolve(venue: Venue, name: str, task: str | None, ledger: Ledger, studio: str = "") -> JobId:
    """Put the held job called ``name``, or any unmistakable part of it, back to work; return its id.

    ``task`` is the studio's id of the song that was taken: it is collected, and nothing is ordered. None: nothing was
    taken, nothing was paid, and the song is ordered. ``studio`` tells who has it where the job cannot. Safe to repeat
    after a crash at any point; of two people who decide at once the second is told that nothing is held.

    Raises:
        StornelloError: there is no such job, or more than one; or ``task`` is no id, or another job's.
    """
    if task is not None:
        _require_id(task)
    with FileLock(venue.run / "resolve.lock"):
        entry = by_name.only([*jobs(venue), *(_failed_in_hand(venue) if task is not None else [])], name, _none(name))
        requests = _requests(entry, task, studio)
        if requests:
            last = _as_found(requests[-1], task)
            if last.id:
                _require_own(venue, entry, last.studio, last.id)
                orders.own(venue.answers, last.studio, last.id, entry.name)
            _decide(entry, (*requests[:-1], last), ledger, Journal(venue.journal))
        return _put_back(venue, entry)


def _requests(entry: Path, task: str | None, studio: str) -> tuple[Request, ...]:
    """Return what the job knows of its requests; where it cannot tell, what the person knows."""
    try:
        return orders.read(entry)
    except JobHeldError:
        if task is not None and not studio:
            raise
    if task is None:
        orders.write(entry, ())
        return ()
    return (Request(studio),)


def _decide(entry: Path, requests: tuple[Request, ...], ledger: Ledger, journal: Journal) -> None:
    last = requests[-1]
    orders.write(entry, requests)
    if last.charge and (charge := ledger.end(last.charge, last.charge_state)):
        journal.cost(charge)


def _put_back(venue: Venue, entry: Path) -> JobId:
    job = Job(JobId(entry.name), entry)
    job.update(attempt=1, begun=False, run="", milestone="", milestone_at="")
    reasons.release(entry)
    atomic.move_folder(entry, venue.job(job.id))
    return job.id


def _as_found(last: Request, task: str | None) -> Request:
    if task is None:
        return replace(last, state="not-taken", charge_state="free", id=None)
    return replace(last, state="cooking", charge_state="paid", id=RequestId(task), parked=False)


def _none(name: str) -> StornelloError:
    return StornelloError(
        "nothing-held",
        Plain(f"Nessun lavoro in attesa si chiama «{name}».", f"No held job is called '{name}'."),
        Plain("Guarda in: stornello status", "Look at: stornello status"),
    )


def jobs(venue: Venue) -> list[Path]:
    """Return the folders of the held jobs."""
    if not venue.held.is_dir():
        return []
    return [entry for entry in sorted(venue.held.iterdir()) if is_job_name(entry.name) and entry.is_dir()]


def _failed_in_hand(venue: Venue) -> list[Path]:
    """Return the failed jobs whose song a studio has in hand: the id that somebody gave may have been wrong."""
    failed = sorted(venue.failed_processing.iterdir()) if venue.failed_processing.is_dir() else []
    return [entry for entry in failed if is_job_name(entry.name) and orders.in_hand(entry)]


def _require_own(venue: Venue, entry: Path, studio: str, task: RequestId) -> None:
    owner = orders.owner(venue.answers, studio, task)
    if owner not in {"", entry.name}:
        raise StornelloError(
            "another-jobs-task",
            Plain(f"Quella è la canzone di {owner}.", f"That is the song of {owner}."),
            Plain(
                "Cerca quella ordinata più tardi; se non c'è: --not-paid",
                "Look for the one that was ordered later; if there is none: --not-paid",
            ),
        )


def _require_id(task: str) -> None:
    if not task or len(task) > LONGEST_REQUEST_ID or not task.isascii() or not task.isprintable() or " " in task:
        raise StornelloError(
            "no-task-id",
            Plain("Quello non è l'identificativo di una canzone.", "That is no task id."),
            Plain(
                "Copialo dal conto dello studio, senza spazi: stornello resolve LAVORO --paid TASK_ID",
                "Copy it from the studio's account, without spaces: stornello resolve JOB --paid TASK_ID",
            ),
        )
