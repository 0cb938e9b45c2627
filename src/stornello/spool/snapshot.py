"""One look at a venue, for dashboards and ``stornello status``: reads everything, changes nothing."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Self

from stornello.domain.names import SongId, TableId
from stornello.domain.songs import SongCard
from stornello.spool import charges, conditions, counts, engines, jobs, now_playing, reasons, recordings, staging
from stornello.spool.charges import State
from stornello.spool.conditions import Condition
from stornello.spool.engines import EngineState
from stornello.spool.locks import LifeLock
from stornello.spool.now_playing import NowPlaying
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist

SERVICES = ("watchdog", "producer", "riproduzione")


@dataclass(frozen=True, slots=True)
class InTheMaking:
    """A job and how far it is."""

    job: str
    status: jobs.JobStatus


@dataclass(frozen=True, slots=True)
class Spent:
    """What a night has cost so far, in euro. ``damaged`` counts the ledger's lines that cannot be read."""

    euro: float = 0.0
    by_state: dict[State, float] = field(default_factory=dict)
    damaged: int = 0
    by_table: dict[TableId, float] = field(default_factory=dict)

    @classmethod
    def of(cls, night: charges.Night) -> Self:
        """Return what ``night`` has cost."""
        known = night.charges
        return cls(charges.spent(known), charges.by_state(known), night.damaged, charges.by_table(known))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The venue at one moment.

    ``troubles`` are recordings whose engine failed for now: they wait for another attempt, under their own names.
    ``held`` are jobs that wait for a person's decision. ``conditions`` is what is wrong with the disk.
    """

    playing: NowPlaying | None = None
    card: SongCard | None = None
    queue: tuple[SongCard, ...] = ()
    making: tuple[InTheMaking, ...] = ()
    arriving: int = 0
    hearing: int = 0
    waiting: dict[TableId, staging.Waiting] = field(default_factory=dict)
    songs_tonight: dict[TableId, int] = field(default_factory=dict)
    short: int = 0
    troubles: tuple[reasons.Reason, ...] = ()
    errors: tuple[reasons.Reason, ...] = ()
    failures: tuple[reasons.Reason, ...] = ()
    running: dict[str, bool] = field(default_factory=dict)
    held: tuple[reasons.Reason, ...] = ()
    engines: tuple[EngineState, ...] = ()
    spent: Spent = Spent()
    conditions: tuple[Condition, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return all of it as a JSON-able dict."""
        data: dict[str, Any] = json.loads(json.dumps(asdict(self), default=str))
        return data


def look(venue: Venue, night: date | None = None, floor_mb: int = 0) -> Snapshot:
    """Read the venue as it is now; raises nothing, for a disk that cannot be read is what it has to tell.

    ``night`` is the one whose spending is told; None tells none. ``floor_mb`` is the setting ``free_space_floor_mb``.
    """
    try:
        return replace(_read(venue, night), conditions=conditions.look(venue, floor_mb))
    except OSError as error:
        return Snapshot(conditions=conditions.look(venue, floor_mb) or (conditions.unreadable(error),))


def _read(venue: Venue, night: date | None) -> Snapshot:
    playing = now_playing.read(venue.run)
    return Snapshot(
        playing=playing,
        card=read_card(venue, SongId(playing.song)) if playing and playing.song else None,
        queue=tuple(Playlist(venue.playlist).look()),
        making=tuple(sorted(map(_making, jobs.open_jobs(venue)), key=lambda making: making.status.claimed_at)),
        arriving=_at_the_door(venue.from_tables),
        hearing=_count(venue.hearing),
        waiting=staging.waiting_tables(venue),
        songs_tonight=dict(counts.look(venue.producer_state).tonight),
        short=_count(venue.short_transcriptions),
        troubles=tuple(_troubles(venue)),
        errors=tuple(reasons.read_all(venue.transcription_errors)),
        failures=tuple(reasons.read_all(venue.failed_processing)),
        running={service: LifeLock(venue.run / f"{service}.lock").looks_held() for service in SERVICES},
        held=tuple(reasons.read_all(venue.held)),
        engines=tuple(engines.read_all(venue.engines)),
        spent=Spent.of(charges.read(venue.ledger, night)) if night else Spent(),
    )


def read_card(venue: Venue, song: SongId) -> SongCard | None:
    """Return a song's card, or None when it is missing or damaged."""
    try:
        return SongCard.from_json(json.loads(venue.card(song).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _making(job: jobs.Job) -> InTheMaking:
    return InTheMaking(job.id, job.status)


def _troubles(venue: Venue) -> Iterator[reasons.Reason]:
    for recording in recordings.recordings(venue):
        if reason := reasons.read(recording.folder):
            yield replace(reason, name=recording.name)


def _at_the_door(folder: Path) -> int:
    """Count what may become recordings: files that are no links, there or one folder down."""
    found = (*folder.glob("[!.]*"), *folder.glob("[!.]*/[!.]*"))
    files = (path for path in found if path.is_file() and not path.is_symlink())
    return sum(path.name.lower() not in recordings.LITTER for path in files)


def _count(folder: Path) -> int:
    try:
        return sum(not entry.name.startswith(".") for entry in folder.iterdir())
    except OSError:
        return 0
