"""One look at a venue, for dashboards and ``stornello status``: reads everything, changes nothing."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Self

from stornello.domain.clock import Clock, SystemClock
from stornello.domain.eta import House
from stornello.domain.names import JobId, SongId, TableId
from stornello.domain.plain import Plain
from stornello.domain.songs import SongCard
from stornello.spool import (
    atomic,
    charges,
    conditions,
    counts,
    engines,
    expecting,
    falls,
    jobs,
    listened,
    now_playing,
    reasons,
    staging,
)
from stornello.spool.charges import State
from stornello.spool.coming import Arrived, Door, Hearing
from stornello.spool.conditions import Condition
from stornello.spool.engines import EngineState
from stornello.spool.expecting import Facts, Outlook, Outlooks
from stornello.spool.glance import Glance
from stornello.spool.locks import LifeLock
from stornello.spool.now_playing import NowPlaying
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist
from stornello.spool.strays import Strays
from stornello.spool.tables import Tables

DAMAGED = ("playlist.bad", "producer_state.json.bad", "journal.db.bad")
"""How the files are called that are kept aside, damaged, while fresh ones go on; more of a kind have a number."""

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
    ``in_part`` are those of which only the beginning was heard. ``held`` are jobs that wait for a person's decision,
    ``fallen`` are services that fall. ``conditions`` is what is wrong with the disk, ``damaged`` are the files that
    were kept aside because they could not be read whole. ``unplayable`` is what of house_music is not played, and why.
    """

    playing: NowPlaying | None = None
    card: SongCard | None = None
    queue: tuple[SongCard, ...] = ()
    making: tuple[InTheMaking, ...] = ()
    door: tuple[Arrived, ...] = ()
    being_heard: tuple[Arrived, ...] = ()
    waiting: dict[TableId, staging.Waiting] = field(default_factory=dict)
    songs_tonight: dict[TableId, int] = field(default_factory=dict)
    short: int = 0
    troubles: tuple[reasons.Reason, ...] = ()
    errors: tuple[reasons.Reason, ...] = ()
    failures: tuple[reasons.Reason, ...] = ()
    in_part: tuple[reasons.Reason, ...] = ()
    running: dict[str, bool] = field(default_factory=dict)
    held: tuple[reasons.Reason, ...] = ()
    engines: tuple[EngineState, ...] = ()
    spent: Spent = Spent()
    conditions: tuple[Condition, ...] = ()
    damaged: tuple[str, ...] = ()
    strays: Strays = field(default_factory=Strays)
    unplayable: dict[str, Plain] = field(default_factory=dict)
    fallen: tuple[falls.Fall, ...] = ()
    outlook: Outlook = field(default_factory=Outlook)

    @property
    def mishaps(self) -> tuple[reasons.Reason, ...]:
        """What became of recordings and jobs that went otherwise than their guests hoped."""
        return (*self.errors, *self.failures, *self.in_part)

    @property
    def arriving(self) -> int:
        """How many recordings are at the door."""
        return len(self.door)

    @property
    def hearing(self) -> int:
        """How many recordings are being heard."""
        return len(self.being_heard)

    def to_json(self) -> dict[str, Any]:
        """Return all of it as a JSON-able dict; ``expected`` tells of all that waits when the room will hear it."""
        data: dict[str, Any] = json.loads(json.dumps(asdict(replace(self, outlook=Outlook())), default=str))
        del data["outlook"], data["door"], data["being_heard"]
        for place, (song, card) in enumerate(zip(data["queue"], self.queue, strict=True), 1):
            song |= {"place": place, "in_s": _rounded(self.outlook.expected.songs.get(card.id))}
        return data | {"arriving": self.arriving, "hearing": self.hearing, "expected": list(self._expected())}

    def _expected(self) -> Iterator[dict[str, Any]]:
        expected = self.outlook.expected
        for card in self.queue:
            yield _awaited("song", card.id, card.table, expected.songs.get(card.id))
        for one in self.making:
            yield _awaited("job", one.job, one.status.table, expected.jobs.get(JobId(one.job)))
        for table, waiting in sorted(self.waiting.items()):
            batches = expected.tables.get(table, [])
            first = batches[0] if batches else None
            yield _awaited("notes", None, table, first) | {
                "notes": waiting.notes,
                "songs_in_s": list(map(round, batches)),
            }
        for place, arrived in (("hearing", self.being_heard), ("door", self.door)):
            for recording in arrived:
                when = expecting.recording_s(self.outlook, recording)
                yield _awaited(place, recording.name, recording.table, when)


def _awaited(what: str, name: str | None, table: TableId | None, in_s: float | None) -> dict[str, Any]:
    """Return one line of ``expected``; ``in_s`` None: nobody can tell yet."""
    return {"what": what, "name": name, "table": table, "in_s": _rounded(in_s)}


def _rounded(in_s: float | None) -> int | None:
    return None if in_s is None else round(in_s)


class Lookout:
    """Looks at a venue again and again: what has not changed costs a glance, however much lies there.

    ``house`` is what the settings say of the making; None: nobody asks when songs will be heard.
    """

    def __init__(self, venue: Venue, house: House | None = None, clock: Clock | None = None) -> None:
        self.venue = venue
        self._outlooks = Outlooks(venue, house, clock or SystemClock()) if house else None
        self._playlist = Playlist(venue.playlist)
        self._tables = Tables(venue, stable_s=0, clock=clock)
        self._clock = clock or SystemClock()
        self._door, self._hearing = Door(venue, clock), Hearing(venue, clock)
        self._short = Glance(venue.short_transcriptions, _count, clock)
        self._errors, self._failures, self._held = (
            Glance(folder, _reasons, clock)
            for folder in (venue.transcription_errors, venue.failed_processing, venue.held)
        )
        self._in_part = Glance(venue.heard_in_part, reasons.notes, clock)
        self._damaged = Glance(venue.root, _set_aside, clock)
        self._unplayable = Glance(venue.listened, listened.refused, clock)

    def look(self, night: date | None = None, floor_mb: int = 0) -> Snapshot:
        """Read the venue as it is now; raises nothing, for a disk that cannot be read is what it has to tell.

        ``night`` is the one whose spending is told; None tells none. ``floor_mb`` is ``free_space_floor_mb``.
        """
        try:
            return self._read(night, conditions.look(self.venue, floor_mb))
        except OSError as error:
            found = conditions.look(self.venue, floor_mb) or (conditions.unreadable(error),)
            return Snapshot(now_playing.read(self.venue), running=self._running(), conditions=found)

    def _read(self, night: date | None, wrong: tuple[Condition, ...]) -> Snapshot:
        venue, playing = self.venue, now_playing.read(self.venue)
        hearing, troubles = self._hearing.look()
        known = counts.look(venue.producer_state)
        seen = Snapshot(
            playing=playing,
            card=seen_card(venue, SongId(playing.song)) if playing and _is_of_guests(playing) else None,
            queue=tuple(self._playlist.look()),
            making=tuple(sorted(map(_making, jobs.open_jobs(venue)), key=lambda making: making.status.place)),
            door=self._door.look(),
            being_heard=hearing,
            waiting=self._tables.waiting(),
            songs_tonight=dict(known.tonight),
            short=self._short.get(),
            troubles=troubles,
            errors=self._errors.get(),
            failures=self._failures.get(),
            in_part=self._in_part.get(),
            running=self._running(),
            held=self._held.get(),
            engines=tuple(engines.read_all(venue.engines)),
            spent=Spent.of(charges.read(venue.ledger, night)) if night else Spent(),
            damaged=self._damaged.get(),
            unplayable=self._unplayable.get(),
            conditions=wrong,
            fallen=falls.look(venue.run, SERVICES),
        )
        seen = replace(seen, strays=Strays.of(self._door.strays(), self._tables.strays(self._clock.now())))
        return replace(seen, outlook=self._outlook(seen, known, night)) if night else seen

    def _running(self) -> dict[str, bool]:
        return {service: LifeLock(self.venue.run / f"{service}.lock").looks_held() for service in SERVICES}

    def _outlook(self, seen: Snapshot, known: counts.Counts, night: date) -> Outlook:
        if self._outlooks is None:
            return Outlook()
        making = tuple((JobId(one.job), one.status) for one in seen.making)
        coming = (*seen.being_heard, *seen.door)
        may_begin = not any(condition.stops for condition in seen.conditions)
        facts = Facts(seen.playing, seen.queue, making, seen.waiting, coming, known, seen.running, may_begin)
        return self._outlooks.of(facts, night)


def look(venue: Venue, night: date | None = None, floor_mb: int = 0, house: House | None = None) -> Snapshot:
    """Look at the venue once, see :meth:`Lookout.look`."""
    return Lookout(venue, house).look(night, floor_mb)


def read_card(venue: Venue, song: SongId) -> SongCard | None:
    """Return a song's card, or None when it is missing or damaged. For who decides by it.

    Raises:
        OSError: it cannot be read now; that is no leave to make the song again.
    """
    try:
        return SongCard.from_json(json.loads(venue.card(song).read_text(encoding="utf-8")))
    except (*atomic.NOT_THERE, ValueError, KeyError, TypeError, RecursionError):
        return None


def seen_card(venue: Venue, song: SongId) -> SongCard | None:
    """Return a song's card, or None when it cannot be had now. For who only shows it."""
    try:
        return read_card(venue, song)
    except OSError:
        return None


def _is_of_guests(playing: NowPlaying) -> bool:
    """Return whether what plays has a card."""
    return bool(playing.song) and playing.kind in {"", "song", "replay"}


def _making(job: jobs.Job) -> InTheMaking:
    try:
        return InTheMaking(job.id, job.status)
    except OSError:  # one file that cannot be read hides nothing of the others
        return InTheMaking(job.id, jobs.JobStatus(jobs.table_of(job.id), ""))


def _reasons(folder: Path) -> tuple[reasons.Reason, ...]:
    return tuple(reasons.read_all(folder))


def _set_aside(root: Path) -> tuple[str, ...]:
    """Return the names of the files that were damaged, kept beside those that go on."""
    return tuple(sorted(name.name for pattern in DAMAGED for name in root.glob(f"{pattern}*") if not _is_wal(name)))


def _is_wal(name: Path) -> bool:
    """Return whether the file only belongs to another."""
    return name.name.endswith(("-wal", "-shm"))


def _count(folder: Path) -> int:
    try:
        return sum(not entry.name.startswith(".") for entry in folder.iterdir())
    except OSError:
        return 0
