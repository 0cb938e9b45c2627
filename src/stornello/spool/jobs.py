""".tmp_player/jobs/{job}/: a claimed batch, its checkpoints, log and state, until its song is in the playlist.

The folder appears by one rename (``{job}.partial`` -> ``{job}``) and leaves by one rename (-> ``{job}.done``,
failed_processing/ or held/). In between, only the process that holds ``job.lock`` works on it.
"""

import json
import math
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from stornello.domain.names import JobId, TableId
from stornello.spool import atomic, litter, milestones, staging
from stornello.spool.locks import LifeLock
from stornello.spool.paths import Venue

PARTIAL = ".partial"
DONE = ".done"
PARKED = "WAITING"
"""The milestone of a job whose studio is away or slow."""


@dataclass(frozen=True, slots=True)
class JobStatus:
    """What a job says of itself. ``attempt`` is the number of the attempt that runs, or comes next.

    ``begun``: an attempt was begun, and nobody has noted its end. ``finished`` is the place of a finished song that
    waits for other tables, 0 of any other; with ``overtaken`` see :class:`stornello.domain.fairness.Finished`.
    ``run`` is a word for the worker that was given the job last, whose ``milestone`` it is; empty: nobody's any more.
    ``place`` puts the open jobs into the order in which they were claimed, whatever the time of day was.
    ``age_s`` counts the seconds for which it was open while a producer lived: by the monotonic clock, up to when its
    child was last started or ended.
    """

    table: TableId
    claimed_at: str
    notes: int = 0
    guests: tuple[str, ...] = ()
    attempt: int = 1
    milestone: str = ""
    milestone_at: str = ""
    age_s: float = 0.0
    begun: bool = False
    finished: int = 0
    overtaken: int = 0
    run: str = ""
    place: int = 0

    @property
    def is_parked(self) -> bool:
        """Return whether the job waits for its studio, without a worker."""
        return not self.begun and not self.run and self.milestone.partition(" ")[0] == PARKED


@dataclass(frozen=True, slots=True)
class Job:
    """One claimed batch on disk."""

    id: JobId
    folder: Path = field(repr=False)

    @property
    def transcripts(self) -> Path:
        """The claimed texts."""
        return self.folder / "transcripts"

    @property
    def lock(self) -> LifeLock:
        """Held by the process that works on the job, for its life."""
        return LifeLock(self.folder / "job.lock")

    @property
    def log(self) -> Path:
        """The child's output, live."""
        return self.folder / "job.log"

    @property
    def status(self) -> JobStatus:
        """Read the job's state; a missing or torn file reads as a fresh claim.

        Raises:
            OSError: it cannot be read now; what would then be written over it would forget it.
        """
        status = self._managed()
        said = milestones.read(self.folder) if status.run else None
        if said is None or said.run != status.run:
            return status
        return replace(status, milestone=said.text, milestone_at=said.at)

    def _managed(self) -> JobStatus:
        """Read what whoever manages the job has written, without its worker's milestone."""
        try:
            data = json.loads((self.folder / "status.json").read_text(encoding="utf-8"))
            return _status_of(data)
        except (*atomic.NOT_THERE, ValueError, TypeError, KeyError, RecursionError):
            return JobStatus(table_of(self.id), "", notes=len(staging.in_order(self.transcripts)))

    def update(self, **changes: object) -> JobStatus:
        """Change some of the job's state on disk and return it. For who manages the job, and no worker."""
        status = replace(self._managed(), **changes)  # type: ignore[arg-type]  # names of JobStatus
        atomic.write_json(self.folder / "status.json", asdict(status))
        return status


def _status_of(data: dict[str, Any]) -> JobStatus:
    """Build a status from its fields. Raises KeyError or TypeError when they are none."""
    status = JobStatus(**(data | {"guests": tuple(map(str, data["guests"]))}))
    texts = (status.claimed_at, status.milestone, status.milestone_at, status.run)
    numbers = (status.attempt, status.notes, status.begun, status.finished, status.overtaken, status.place)
    if not (all(isinstance(one, str) for one in texts) and all(isinstance(one, int) for one in numbers)):
        raise TypeError("no status")
    if not (isinstance(status.age_s, int | float) and 0 <= status.age_s < math.inf):
        raise TypeError("no age")
    return status


def table_of(job: str) -> TableId:
    """Return the table in a job's name, ``{table}_{HHMMSS}_{6 hex}``."""
    return TableId(int(job.split("_", 1)[0]))


def is_job_name(name: str) -> bool:
    """Return whether ``name`` is one that :func:`claim` gives."""
    parts = name.split("_")
    return len(parts) == 3 and parts[0].isdecimal() and len(parts[1]) == 6 and len(parts[2]) == 6  # noqa: PLR2004 - the name's own form


def claim(venue: Venue, table: TableId, texts: list[Path], now: datetime) -> Job | None:
    """Take these transcripts of the table as one new job; None when there are none left.

    File by file into ``{job}.partial``, then published by one rename: a file that arrives meanwhile stays for the next.
    """
    if not texts:
        return None
    job = JobId(f"{table}_{now.astimezone():%H%M%S}_{secrets.token_hex(3)}")
    partial = venue.jobs / f"{job}{PARTIAL}"
    atomic.make_folder(partial / "transcripts")
    atomic.move_all(texts, partial / "transcripts")
    if not staging.in_order(partial / "transcripts"):  # somebody took them away meanwhile
        atomic.remove_tree(partial)
        return None
    return _publish(venue, job, now)


def _publish(venue: Venue, job: JobId, now: datetime) -> Job:
    partial = venue.jobs / f"{job}{PARTIAL}"
    texts = staging.in_order(partial / "transcripts")
    guests = tuple(dict.fromkeys(filter(None, map(staging.guest_of, texts))))
    place = 1 + max((other.status.place for other in open_jobs(venue)), default=0)
    claimed_at = now.isoformat(timespec="seconds")
    Job(job, partial).update(table=table_of(job), claimed_at=claimed_at, notes=len(texts), guests=guests, place=place)
    atomic.move_folder(partial, venue.job(job))
    return Job(job, venue.job(job))


def recover(venue: Venue, now: datetime) -> None:
    """Finish the claims and removals that a crash left half way. Call while no job is being claimed or closed."""
    for folder in list(_entries(venue)):
        if folder.name.endswith(DONE):
            atomic.remove_tree(folder)
        elif folder.name.endswith(PARTIAL) and is_job_name(folder.name.removesuffix(PARTIAL)):
            _recover_partial(venue, folder, now)


def _recover_partial(venue: Venue, folder: Path, now: datetime) -> None:
    if staging.in_order(folder / "transcripts"):
        _publish(venue, JobId(folder.name.removesuffix(PARTIAL)), now)
    else:
        atomic.remove_tree(folder)


def open_jobs(venue: Venue) -> list[Job]:
    """Return the published jobs in no particular order."""
    return [Job(JobId(folder.name), folder) for folder in _entries(venue) if is_job_name(folder.name)]


def _entries(venue: Venue) -> Iterator[Path]:
    try:
        with os.scandir(venue.jobs) as entries:
            yield from [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return


def close(venue: Venue, job: Job) -> None:
    """Archive a finished job's transcripts and remove its folder. Safe to repeat after a crash at any point."""
    if job.transcripts.is_dir():
        atomic.move_folder(job.transcripts, venue.archived_transcripts / job.id)
    done = job.folder.with_name(job.id + DONE)
    atomic.move_folder(job.folder, done)
    atomic.remove_tree(done)


def set_aside(folder: Path, job: Job) -> Path:
    """Move the whole job, with the reason that was written into it, into ``folder``; return its new place.

    ``folder`` is the venue's failed_processing/, or held/, where a person decides on it.
    """
    litter.sweep_tree(job.folder)
    target = folder / job.id
    atomic.move_folder(job.folder, target)
    return target
