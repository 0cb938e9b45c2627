"""Whose song is next: pure functions over what each table has had tonight."""

from collections.abc import Collection, Mapping
from datetime import datetime

from stornello.domain.names import TableId


def next_table(
    waiting: Mapping[TableId, datetime], busy: Collection[TableId], songs: Mapping[TableId, int]
) -> TableId | None:
    """Pick the idle table with the fewest songs tonight; ties go to whoever has waited longest.

    ``songs`` are fair counts, see :func:`welcome`. None when no table is both waiting and idle.
    """
    idle = [table for table in waiting if table not in busy]
    return min(idle, key=lambda table: (songs.get(table, 0), waiting[table], table), default=None)


def welcome(
    present: Collection[TableId], known: Collection[TableId], songs: Mapping[TableId, int]
) -> dict[TableId, int]:
    """Return fair counts in which a table that has just come back or arrived starts where the others are.

    ``present`` are the tables with material or a song in the making now, ``known`` those of the pass before. A
    newcomer is raised to the lowest count among the tables that stayed, so that it catches up by at most one round
    (measured: plain counts give a late table 20 songs in a row). Where none stayed the level is the last round's: one
    less than the highest count, so that nobody pays for songs heard while the others were silent. Never lowers a count.
    Source: start-time fair queueing (Goyal, Vin and Cheng, 1996), virtual time = the least count in service, and after
    an idle time the last that was served.
    """
    stayed = [songs.get(table, 0) for table in present if table in known]
    floor = min(stayed) if stayed else max(songs.values(), default=1) - 1
    newcomers = {table: max(songs.get(table, 0), floor) for table in present if table not in known}
    return dict(songs) | newcomers
