"""What was set aside, and its way back."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stornello.domain.errors import JobHeldError, StornelloError
from stornello.domain.names import JobId, TableId
from stornello.domain.plain import Plain
from stornello.spool import atomic, by_name, held, orders, reasons
from stornello.spool.jobs import Job, is_job_name
from stornello.spool.paths import Venue
from stornello.spool.recordings import Claims, Recording


@dataclass(frozen=True, slots=True)
class Returned:
    """What went back to work: ``kind`` is recording or job, ``name`` what it is called now."""

    kind: str
    name: str


def put_back(
    venue: Venue,
    name: str,
    now: datetime,
    *,
    table: TableId | None = None,
    afresh: bool = False,
    pay_again: bool = False,
) -> Returned:
    """Give the quarantined recording or failed job called ``name`` another chance, with all its attempts.

    ``name`` is the entry's folder, any unmistakable part of it, or the recording's own name. ``table`` puts right a
    recording whose name told none; ``afresh`` makes a job forget its finished steps, with ``pay_again`` even a song
    that is paid for.

    Raises:
        StornelloError: there is no such entry, or more than one; the job is held; or ``afresh`` would pay twice.
    """
    entry = _find(venue, name)
    if entry.parent == venue.transcription_errors:
        if table is None:
            _require_a_table(entry)
        return Returned("recording", Claims(venue).again(entry, now, table).name)
    if entry.parent == venue.held:
        raise _held(entry.name)
    if afresh and not pay_again:
        _refuse_paying_twice(entry)
    return Returned("job", _reopen(venue, entry, afresh=afresh))


def _require_a_table(entry: Path) -> None:
    """Raise StornelloError where the entry lies here because its name tells no table: that would tell none again."""
    reason = reasons.read(entry)
    if reason and reason.code == "no-table":
        name = Recording("", entry).name
        raise StornelloError(
            "no-table",
            Plain(f"Di «{name}» non si sa il tavolo.", f"Nobody knows the table of '{name}'."),
            Plain("Aggiungi il tavolo, per esempio: --table 5", "Add the table, such as: --table 5"),
        )


def _refuse_paying_twice(entry: Path) -> None:
    requests = orders.read(entry)
    if requests and requests[-1].may_be_paid:
        studio = requests[-1].studio
        raise StornelloError(
            "already-paid",
            Plain(
                f"La canzone di {entry.name} è già ordinata da «{studio}»: da capo si pagherebbe di nuovo.",
                f"The song of {entry.name} is ordered from '{studio}' already: afresh it is paid again.",
            ),
            Plain(
                f"Per avere quella: stornello retry {entry.name}. Per pagare di nuovo: aggiungi --pay-again",
                f"To get that one: stornello retry {entry.name}. To pay again: add --pay-again",
            ),
        )


def _held(name: str) -> StornelloError:
    return StornelloError(
        "job-held",
        Plain(f"{name} aspetta una decisione: forse è già pagato.", f"{name} is held: it may be paid for already."),
        Plain(
            f"Guarda nel conto dello studio, poi: stornello resolve {name} --paid TASK_ID oppure --not-paid",
            f"Look into the studio's account, then: stornello resolve {name} --paid TASK_ID or --not-paid",
        ),
    )


def _reopen(venue: Venue, entry: Path, *, afresh: bool) -> JobId:
    """Put the job back; a studio that refused or failed may have been mended meanwhile, and is asked anew."""
    job = Job(JobId(entry.name), entry)
    if afresh:
        atomic.remove_tree(entry / "steps")
    with suppress(JobHeldError):  # its child will say so again
        orders.keep(entry, lambda one: one.state in {"asking", "cooking", "done"})
        orders.unpark(entry)
    job.update(attempt=1, begun=False, run="", milestone="", milestone_at="")
    atomic.move_folder(entry, venue.job(job.id))
    return job.id


def _find(venue: Venue, name: str) -> Path:
    entries = [*_recordings(venue), *_jobs(venue), *held.jobs(venue)]
    return by_name.only(entries, name, _none(name), lambda entry: Recording("", entry).name)


def _none(name: str) -> StornelloError:
    return StornelloError(
        "nothing-to-retry",
        Plain(f"Non c'è niente da parte che si chiami «{name}».", f"Nothing that was set aside is called '{name}'."),
        Plain("Guarda in: stornello status", "Look at: stornello status"),
    )


def _recordings(venue: Venue) -> list[Path]:
    return [entry for entry in _folders(venue.transcription_errors) if Recording("", entry).audio]


def _jobs(venue: Venue) -> list[Path]:
    """Return the failed jobs; finished songs that could not be played lie there too, and are none."""
    jobs = (Job(JobId(entry.name), entry) for entry in _folders(venue.failed_processing) if is_job_name(entry.name))
    return [job.folder for job in jobs if job.transcripts.is_dir()]


def _folders(folder: Path) -> list[Path]:
    return [entry for entry in sorted(folder.iterdir()) if entry.is_dir()] if folder.is_dir() else []
