"""When the room will hear what waits, from what is on the disk: the scene that :mod:`stornello.domain.eta` plays on."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Final

from stornello.domain.clock import Clock
from stornello.domain.eta import Coming, Expected, House, Making, Pace, Queued, Scene, Staged, expect
from stornello.domain.names import JobId, TableId
from stornello.domain.songs import SongCard
from stornello.spool.coming import Arrived
from stornello.spool.counts import Counts
from stornello.spool.jobs import JobStatus
from stornello.spool.journal import Journal
from stornello.spool.now_playing import NowPlaying
from stornello.spool.paths import Venue
from stornello.spool.staging import Waiting

_AGAIN_S: Final = 5.0
"""People read minutes: so often is enough."""

_PACE_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Facts:
    """What a look at the venue has found of all that becomes music."""

    playing: NowPlaying | None
    queue: tuple[SongCard, ...]
    making: tuple[tuple[JobId, JobStatus], ...]
    waiting: dict[TableId, Waiting]
    coming: tuple[Arrived, ...]
    counts: Counts
    running: dict[str, bool]
    may_begin: bool = True


@dataclass(frozen=True, slots=True)
class Outlook:
    """When songs will be heard. ``tables``: the next song of each table for which something is under way.

    Its values are seconds; None: nobody can tell yet.
    """

    expected: Expected = field(default_factory=Expected)
    tables: dict[TableId, float | None] = field(default_factory=dict)


class Outlooks:
    """Tells when songs will be heard, anew every few seconds. ``house`` is what the settings say."""

    def __init__(self, venue: Venue, house: House, clock: Clock) -> None:
        self.house = house
        self._journal = Journal(venue.journal)
        self._clock = clock
        self._pace: tuple[float, Pace] | None = None
        self._last: tuple[float, Outlook] | None = None

    def of(self, facts: Facts, night: date) -> Outlook:
        """Return when what ``facts`` know will be heard, at the pace of ``night``, else of those before."""
        now_s = self._clock.monotonic()
        if self._last and now_s < self._last[0] + _AGAIN_S:
            return self._last[1]
        if self._pace is None or self._pace[1].make_s is None or now_s >= self._pace[0] + _PACE_S:
            begun = datetime.combine(night, time.min).astimezone(UTC)
            self._pace = (now_s, self._journal.pace(begun.isoformat()))
        scene = _scene(facts, self.house, self._clock.now())
        is_heard = facts.running.get("riproduzione", False) and not _is_held(facts.playing)
        outlook = _outlook(facts, expect(scene, self.house, self._pace[1]) if is_heard else Expected())
        self._last = (now_s, outlook)
        return outlook


def _scene(facts: Facts, house: House, now: datetime) -> Scene:
    """Return the scene; what nobody works on now is not in it, for nobody can tell when somebody will."""
    known, is_made = facts.counts, facts.running.get("producer", False)
    is_begun = is_made and facts.may_begin
    is_attended = is_begun and facts.running.get("watchdog", False)
    return Scene(
        now,
        _left_s(facts.playing, house, now),
        tuple(Queued(card.id, card.sound.duration_s) for card in facts.queue),
        tuple(_making(job, status, now) for job, status in facts.making if is_made),
        {table: Staged(found.notes, found.since) for table, found in facts.waiting.items() if is_begun},
        tuple(Coming(_key(one), one.table, _since(one.since, now)) for one in facts.coming if is_attended),
        known.fair if house.policy.welcomes else known.ever,
        known.present,
        {table: _rest_s(failures.rests_until, now) for table, failures in known.failed.items()},
    )


def _is_held(playing: NowPlaying | None) -> bool:
    """Return whether the queue waits for a person: nobody can tell when it goes on."""
    return playing is not None and (playing.panic or playing.paused)


def _left_s(playing: NowPlaying | None, house: House, now: datetime) -> float:
    """Return what is left of what plays, before the next song may begin."""
    if playing is None or not playing.song or playing.kind == "bed":
        return 0.0
    if playing.kind in {"replay", "house"} and house.interrupts:
        return 0.0
    length_s = min(playing.duration_s, house.play_only_s or playing.duration_s)
    return max(0.0, length_s - playing.position(now.timestamp()))


def _making(job: JobId, status: JobStatus, now: datetime) -> Making:
    age_s = max(status.age_s, _since(_moment(status.claimed_at), now))
    return Making(job, status.table, age_s, parked=status.is_parked, finished=status.finished > 0)


def _outlook(facts: Facts, expected: Expected) -> Outlook:
    tables: dict[TableId, list[float | None]] = {}
    for card in facts.queue:
        tables.setdefault(card.table, []).append(expected.songs.get(card.id))
    for job, status in facts.making:
        tables.setdefault(status.table, []).append(expected.jobs.get(job))
    for table in facts.waiting:
        tables.setdefault(table, []).append(expected.of_table(table))
    for one in facts.coming:
        if one.table:
            tables.setdefault(one.table, []).append(expected.recordings.get(_key(one)))
    return Outlook(expected, {table: _first(times) for table, times in tables.items()})


def _first(times: list[float | None]) -> float | None:
    return min((one for one in times if one is not None), default=None)


def _key(one: Arrived) -> str:
    """Return what no other recording has: two guests may call theirs alike."""
    return f"{one.since.isoformat()} {one.name}" if one.since else one.name


def recording_s(outlook: Outlook, one: Arrived) -> float | None:
    """Return when the song of a recording that is on its way will be heard."""
    return outlook.expected.recordings.get(_key(one))


def _since(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0


def _rest_s(until: str, now: datetime) -> float:
    moment = _moment(until)
    return max(0.0, (moment - now).total_seconds()) if moment else 0.0


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
