"""Why a table is or is not next: the policy over what lies on the disk. Reads everything, changes nothing."""

from dataclasses import dataclass
from datetime import datetime

from stornello.domain.fairness import Hall, Policy, take_turns
from stornello.domain.names import JobId, SongId, TableId, origin_of
from stornello.domain.night import night_of
from stornello.domain.songs import SongCard
from stornello.producer.turns import rest_left_s, songs
from stornello.spool import conditions, counts, held, jobs, reasons, recordings
from stornello.spool.coming import Door
from stornello.spool.conditions import Condition
from stornello.spool.counts import Counts
from stornello.spool.jobs import Job, JobStatus
from stornello.spool.locks import LifeLock
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist
from stornello.spool.reasons import Reason
from stornello.spool.snapshot import seen_card
from stornello.spool.staging import Waiting
from stornello.spool.tables import Tables


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings that decide."""

    policy: Policy
    night_begins: int
    max_workers: int
    max_queue_size: int
    floor_mb: int


@dataclass(frozen=True, slots=True)
class InLine:
    """A table in line: its count, which may be raised above its songs ``tonight``, and since when it has waited."""

    table: TableId
    songs: int
    tonight: int
    since: datetime


@dataclass(frozen=True, slots=True)
class OpenJob:
    """A job and what it says of itself; ``is_finished``: its song is ready and waits to go into the queue."""

    id: JobId
    status: JobStatus
    is_finished: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a table stands.

    ``line`` is everybody in line, the next first. ``behind`` are the tables for which a finished song waits,
    ``may_be_overtaken`` by how many songs it may still be. ``rests_until`` is None when the table does not rest.
    ``at_door`` are its recordings that stand in FROM_TABLES, ``heard`` those that were taken in and are being heard,
    ``held`` its jobs that wait for a person to decide, ``aside`` why others, and recordings, lie aside.
    ``wrong`` is what is wrong with the disk.
    """

    table: TableId
    waiting: Waiting | None
    tonight: int
    songs: int
    line: tuple[InLine, ...]
    job: OpenJob | None
    behind: tuple[TableId, ...]
    may_be_overtaken: int
    failures: int
    rests_until: datetime | None
    at_door: int
    heard: int
    held: tuple[JobId, ...]
    aside: tuple[Reason, ...]
    queue: tuple[SongCard, ...]
    open_jobs: tuple[OpenJob, ...]
    rules: Rules
    wrong: tuple[Condition, ...]
    is_running: bool
    is_listening: bool

    @property
    def place(self) -> int | None:
        """The table's place in line, 1 for the next; None when it is not in line."""
        return next((n for n, one in enumerate(self.line, start=1) if one.table == self.table), None)

    @property
    def is_queue_full(self) -> bool:
        """Return whether there is no room for another song, queued or in the making."""
        return len(self.queue) + len(self.open_jobs) >= self.rules.max_queue_size

    @property
    def at_work(self) -> tuple[OpenJob, ...]:
        """The jobs that have a worker."""
        return tuple(job for job in self.open_jobs if job.status.begun and not job.is_finished)

    @property
    def are_workers_busy(self) -> bool:
        """Return whether no worker is free."""
        return len(self.at_work) >= self.rules.max_workers


def look(venue: Venue, table: TableId, rules: Rules, now: datetime) -> Standing:
    """Look at the venue and tell where ``table`` stands now."""
    known = counts.look(venue.producer_state).during(night_of(now, rules.night_begins).isoformat())
    open_jobs = tuple(_open_job(venue, job) for job in jobs.open_jobs(venue))
    waiting = Tables(venue, stable_s=0).waiting()
    hall = _hall(known, open_jobs, waiting, rules.policy, now)
    turns = take_turns(hall, rules.policy)
    mine = next((job for job in open_jobs if jobs.table_of(job.id) == table), None)
    queue, unread = _queue(venue)
    failed, count = known.failed.get(table), turns.songs.get(table, 0)
    behind = sorted(other for other in known.present - hall.parked - hall.resting if turns.songs.get(other, 0) < count)
    return Standing(
        table=table,
        waiting=waiting.get(table),
        tonight=known.tonight.get(table, 0),
        songs=count,
        line=tuple(
            InLine(one, turns.songs.get(one, 0), known.tonight.get(one, 0), waiting[one].since) for one in turns.line
        ),
        job=mine,
        behind=tuple(behind),
        may_be_overtaken=max(0, rules.policy.window - mine.status.overtaken) if mine else 0,
        failures=failed.in_a_row if failed else 0,
        rests_until=datetime.fromisoformat(failed.rests_until) if failed and table in hall.resting else None,
        at_door=sum(one.table == table for one in Door(venue).look()),
        heard=sum(_is_of(recording.name, table) for recording in recordings.recordings(venue)),
        held=tuple(JobId(job.name) for job in held.jobs(venue) if jobs.table_of(job.name) == table),
        aside=_aside(venue, table),
        queue=queue,
        open_jobs=open_jobs,
        rules=rules,
        wrong=(*conditions.look(venue, rules.floor_mb), *unread),
        is_running=LifeLock(venue.run / "producer.lock").looks_held(),
        is_listening=LifeLock(venue.run / "watchdog.lock").looks_held(),
    )


def _aside(venue: Venue, table: TableId) -> tuple[Reason, ...]:
    """Return why recordings and jobs of ``table`` lie aside, the last one last."""
    jobs_of = (one for one in reasons.read_all(venue.failed_processing) if jobs.is_job_name(one.name))
    mine = [one for one in jobs_of if jobs.table_of(one.name) == table]
    mine += [one for one in reasons.read_all(venue.transcription_errors) if _is_of(one.about, table)]
    return tuple(sorted(mine, key=lambda one: one.at))


def _queue(venue: Venue) -> tuple[tuple[SongCard, ...], tuple[Condition, ...]]:
    """Return the queue, or what it means that it cannot be read: the rest can be told all the same."""
    try:
        return tuple(Playlist(venue.playlist).look()), ()
    except OSError as error:
        return (), (conditions.unreadable(error),)


def _open_job(venue: Venue, job: Job) -> OpenJob:
    return OpenJob(job.id, job.status, is_finished=seen_card(venue, SongId(job.id)) is not None)


def _is_of(recording: str, table: TableId) -> bool:
    origin = origin_of(recording)
    return origin is not None and origin.table == table


def _hall(
    known: Counts, open_jobs: tuple[OpenJob, ...], waiting: dict[TableId, Waiting], policy: Policy, now: datetime
) -> Hall:
    return Hall(
        waiting={table: found.since for table, found in waiting.items()},
        active=frozenset(jobs.table_of(job.id) for job in open_jobs),
        songs=songs(known, policy),
        known=known.present,
        parked=frozenset(jobs.table_of(job.id) for job in open_jobs if job.status.is_parked),
        resting=frozenset(table for table, failures in known.failed.items() if rest_left_s(failures, now)),
    )
