"""Whose song is next, and in which order finished songs go out: pure functions, no clock, no disk.

A table is *competing* when it has material, no job of its own, and does not rest after failures. It is *present* when
it competes or its job goes on. Why all this is so: docs/decisions/turns-at-the-queue.md.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from stornello.domain.names import JobId, TableId

WINDOW: Final = 4
"""A finished song is overtaken by at most so many that finished later (measured: bench/fairness.py)."""

REST_S: Final = 60.0
LONGEST_REST_S: Final = 900.0


@dataclass(frozen=True, slots=True)
class Policy:
    """``welcomes``: a table that comes late starts at the others' level. ``window``: see :data:`WINDOW`; 0 for none."""

    welcomes: bool
    window: int


FAIR: Final = Policy(welcomes=True, window=WINDOW)
FEWEST: Final = Policy(welcomes=False, window=0)
"""The plain rule: whoever has had the fewest songs ever; songs go out as they finish."""

POLICIES: Final[dict[Literal["fair", "fewest"], Policy]] = {"fair": FAIR, "fewest": FEWEST}


@dataclass(frozen=True, slots=True)
class Hall:
    """Who is here. ``waiting``: since when each table with material has waited; ``active``: tables with an open job.

    ``parked`` are the active tables whose studio is away, ``resting`` those that rest after failures, ``known`` those
    that were present when it was last looked. ``songs`` are what :class:`Turns` of that look says, or counts ever.
    """

    waiting: Mapping[TableId, datetime]
    active: frozenset[TableId]
    songs: dict[TableId, int]
    known: frozenset[TableId] = frozenset()
    parked: frozenset[TableId] = frozenset()
    resting: frozenset[TableId] = frozenset()


@dataclass(frozen=True, slots=True)
class Turns:
    """``line``: the competing tables, the next first. ``present`` and ``songs`` are to be kept for the next look."""

    line: list[TableId]
    songs: dict[TableId, int]
    present: frozenset[TableId]


def take_turns(hall: Hall, policy: Policy = FAIR) -> Turns:
    """Put the tables in line: fewest songs first, ties by the longest wait.

    Whoever was away, without material, resting, or parked, is welcomed back like one that comes late.
    """
    competing = frozenset(hall.waiting) - hall.active - hall.resting
    songs = welcome(competing, hall.known, hall.songs) if policy.welcomes else hall.songs
    line = sorted((songs.get(table, 0), hall.waiting[table], table) for table in competing)
    return Turns([table for _, _, table in line], songs, competing | (hall.active - hall.parked))


def welcome(
    competing: Collection[TableId], known: Collection[TableId], songs: dict[TableId, int]
) -> dict[TableId, int]:
    """Return fair counts in which a table that has just come back or arrived starts where the others are.

    A newcomer is raised to the lowest count among the competing tables that stayed, so that it catches up by at most
    one round (measured: plain counts give a late table 20 songs in a row). Where none stayed the level is the last
    round's: one less than the highest count, so that nobody pays for songs heard while the others were silent. A table
    with a song in the making is no measure: one slow song would let the next newcomer begin where the night began.
    Never lowers a count. Source: start-time fair queueing (Goyal, Vin and Cheng, 1996), virtual time = the least count
    in service, and after an idle time the last that was served.
    """
    newcomers = frozenset(competing).difference(known)
    if not newcomers:
        return songs
    level = min((songs.get(table, 0) for table in competing if table not in newcomers), default=None)
    if level is None:
        level = max(songs.values(), default=1) - 1
    return songs | {table: max(songs.get(table, 0), level) for table in newcomers}


def rest_s(failures: int) -> float:
    """Return how long a table rests, in seconds, after its ``failures``-th failed job in a row: 1, 2, 4 ... 15 min."""
    return min(LONGEST_REST_S, REST_S * 2.0 ** (min(failures, 10) - 1)) if failures > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Finished:
    """A song that is ready and has not gone out. ``place`` orders songs as they finished.

    ``songs`` is its table's count, ``overtaken`` how many that finished later went out before it.
    """

    job: JobId
    songs: int
    place: int
    overtaken: int = 0


def goes_out(ready: Sequence[Finished], least: int, policy: Policy, *, queue_is_empty: bool) -> Finished | None:
    """Return the song that goes out now; None while all wait for the tables behind them.

    ``least`` is the lowest count among the tables present: a song of a table that is ahead waits, so that workers side
    by side do not change the turns. But none is overtaken by more than ``policy.window`` others: of those that have
    been, the first that finished goes, which overtakes no other of them. An empty queue waits for nobody.
    """
    if patient := [song for song in ready if song.overtaken >= policy.window]:
        return min(patient, key=lambda song: song.place)
    first = min(ready, key=lambda song: (song.songs, song.place), default=None)
    return first if first and (queue_is_empty or first.songs <= least) else None


def overtaken_by(song: Finished, ready: Iterable[Finished]) -> list[Finished]:
    """Return those of ``ready`` that ``song`` overtakes by going out first."""
    return [other for other in ready if other.place < song.place]
