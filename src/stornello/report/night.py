"""What a night was, gathered from ledger, journal and what was set aside."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from stornello.domain.money import Budget
from stornello.domain.names import TableId
from stornello.domain.night import night_of
from stornello.spool import charges, reasons
from stornello.spool.charges import Charge
from stornello.spool.journal import Journal
from stornello.spool.journal_rows import FailureRow, SongRow
from stornello.spool.paths import Venue
from stornello.spool.reasons import Reason
from stornello.spool.snapshot import Spent

OUTCOMES = ("staged", "short", "error", "duplicate")


@dataclass(frozen=True, slots=True)
class Song:
    """A song of the night. Waits are seconds from the first voice note's arrival, None where that is not known.

    ``euro`` is what its own words and music cost; hearing is paid by the recording. ``heard_at``: first play.
    """

    id: str
    table: TableId
    title: str
    length_s: float
    made_at: str
    told_at: str
    heard_at: str
    wait_ready_s: float | None
    wait_heard_s: float | None
    speech: str
    words: str
    music: str
    euro: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What one engine cost for one seam. ``open``: calls whose end nobody knows; they count. ``free``: failed ones."""

    seam: str
    engine: str
    calls: int
    euro: float
    credits: float | None
    open: int
    free: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A job without a song; ``reason`` while it lies in failed_processing/ or held/."""

    name: str
    code: str
    at: str
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class NightReport:
    """One night. ``recordings`` counts their ends by outcome, ``in_part`` among them those that were too long.

    ``has_journal``: songs and recordings are known.
    """

    night: date
    songs: tuple[Song, ...]
    recordings: dict[str, int]
    costs: tuple[Cost, ...]
    spent: Spent
    budget: Budget
    failures: tuple[Failure, ...]
    held: tuple[Failure, ...]
    has_journal: bool

    @property
    def is_empty(self) -> bool:
        """Return whether nothing happened at all."""
        counted = sum(self.recordings.values())
        return not (self.songs or counted or self.costs or self.failures or self.held or self.spent.damaged)


@dataclass(frozen=True, slots=True)
class _Nights:
    """Tells to which night a moment belongs."""

    begins: int

    def of(self, at: str) -> date | None:
        try:
            return night_of(datetime.fromisoformat(at), self.begins)
        except (ValueError, TypeError):
            return None


def last_night(venue: Venue, tonight: date, begins: int) -> date:
    """Return the newest night up to ``tonight`` in which something happened; ``tonight`` when there is none."""
    journal, nights = Journal(venue.journal), _Nights(begins)
    times = [song.made_at for song in journal.songs()] + [row.at for row in journal.recordings()]
    times += [failure.at for failure in _failed(venue, journal)] + [
        reason.at for reason in reasons.read_all(venue.held)
    ]
    known = {*charges.nights(venue.ledger), *map(nights.of, times)}
    return max((night for night in known if night and night <= tonight), default=tonight)


def gather(venue: Venue, night: date, begins: int, budget: Budget) -> NightReport:
    """Return the report of ``night``; what cannot be read is as if it had not happened."""
    journal, nights = Journal(venue.journal), _Nights(begins)
    known = charges.read(venue.ledger, night)
    finished = journal.songs()
    songs = [song for song in finished if nights.of(song.made_at) == night]
    outcomes = [row.outcome for row in journal.recordings() if nights.of(row.at) == night]
    in_part = sum(nights.of(one.at) == night for one in reasons.notes(venue.heard_in_part))
    done = {song.id for song in finished}
    failed = [one for one in _failed(venue, journal) if nights.of(one.at) == night and one.name not in done]
    held = [Failure(one.name, one.code, one.at, one) for one in reasons.read_all(venue.held)]
    return NightReport(
        night=night,
        songs=tuple(_songs(songs, journal, known.charges)),
        recordings={outcome: outcomes.count(outcome) for outcome in OUTCOMES} | {"in_part": in_part},
        costs=tuple(_costs(known.charges)),
        spent=Spent.of(known),
        budget=budget,
        failures=tuple(failed),
        held=tuple(one for one in held if nights.of(one.at) == night),
        has_journal=journal.is_readable(),
    )


def _songs(songs: Iterable[SongRow], journal: Journal, known: Sequence[Charge]) -> Iterator[Song]:
    heard_at: dict[str, str] = {}
    for play in journal.plays():
        if play.kind == "song":  # what fills the time is not what its guests were waiting for
            heard_at.setdefault(play.song, play.started_at)
    for song in songs:
        at = heard_at.get(song.id, "")
        yield Song(
            id=song.id,
            table=song.table,
            title=song.title,
            length_s=song.duration_s,
            made_at=song.made_at,
            told_at=song.told_at,
            heard_at=at,
            wait_ready_s=_between(song.told_at, song.made_at),
            wait_heard_s=_between(song.told_at, at),
            speech=song.heard_by,
            words=song.words_by,
            music=song.music_by,
            euro=charges.spent(charge for charge in known if charge.about == song.id),
        )


def _between(earlier: str, later: str) -> float | None:
    try:
        return max(0.0, (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds())
    except (ValueError, TypeError):  # one of them is not known
        return None


def _costs(known: Sequence[Charge]) -> Iterator[Cost]:
    for seam, engine in sorted({(charge.seam, charge.engine) for charge in known}):
        theirs = [charge for charge in known if (charge.seam, charge.engine) == (seam, engine)]
        counted = [charge for charge in theirs if charge.counts]
        told = [charge.credits for charge in counted if charge.credits is not None]
        open_ = sum(charge.state in {"begun", "unknown"} for charge in theirs)
        free = len(theirs) - len(counted)
        yield Cost(seam, engine, len(theirs), charges.spent(theirs), sum(told) if told else None, open_, free)


def _failed(venue: Venue, journal: Journal) -> list[Failure]:
    """Return what lies in failed_processing/, and what the journal remembers of what no longer does."""
    there = {reason.name: Failure(reason.name, reason.code, reason.at, reason) for reason in _set_aside(venue)}
    gone = (_remembered(row) for row in journal.failures() if row.job not in there)
    return sorted([*there.values(), *gone], key=lambda failure: failure.at)


def _set_aside(venue: Venue) -> list[Reason]:
    return reasons.read_all(venue.failed_processing)


def _remembered(row: FailureRow) -> Failure:
    return Failure(row.job, row.code, row.at)
