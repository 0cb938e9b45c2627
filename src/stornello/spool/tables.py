"""Which tables have staged texts, for a service that asks all night: what has not changed is not read again.

How that is told is the rule of ``spool/glance.py``.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from stornello.domain.clock import Clock, SystemClock
from stornello.domain.names import TableId
from stornello.spool import staging
from stornello.spool.glance import Seen
from stornello.spool.paths import Venue
from stornello.spool.staging import Waiting

LOOKED_AT: Final = 1000
"""Tables looked at in a pass, about three milliseconds of work; where there are more, the quiet ones take turns."""

LIVELY: Final = 500
"""Of those, the ones that changed last: they are looked at in every pass, however many tables there are."""

REREAD: Final = 8
"""Tables read again in each pass whatever their mtime says, so that a lie of a clock or a share is found one day."""


EMPTY_FOR: Final = timedelta(minutes=3)
"""An empty text that is as old has been forgotten by its writer."""


class _Identity(NamedTuple):
    """What a text that is being written cannot keep."""

    inode: int
    size: int
    mtime_ns: int


class _Text(NamedTuple):
    """A staged text; they sort by arrival. ``identity`` is None for one of ours, which came whole by a rename."""

    arrival: datetime
    name: str
    identity: _Identity | None


@dataclass(slots=True)
class _Folder(Seen):
    """A table's folder as it was last read.

    ``young`` are texts of strangers that may be half written, and since when they have not changed (monotonic).
    """

    settled: list[_Text] = field(default_factory=list)
    young: dict[str, tuple[_Text, float]] = field(default_factory=dict)
    others: Sequence[str] = ()


class Tables:
    """The staged texts of a venue, as long as its service lives.

    A text that is not ours may be half written: it counts when it has not changed for ``stable_s`` seconds and is not
    empty; who only looks, and once, asks for 0. ``clock`` is only asked for durations.
    """

    def __init__(self, venue: Venue, stable_s: float = 1.0, clock: Clock | None = None) -> None:
        self.stable_s = stable_s
        self._now_s = (clock or SystemClock()).monotonic
        self._top = Seen(venue.work_in_progress)
        self._others: Sequence[str] = ()
        self._folders: dict[TableId, _Folder] = {}
        self._waiting: dict[TableId, Waiting] = {}
        self._lively: dict[TableId, None] = {}
        self._turns: Iterator[TableId] = iter(())
        self._doubts: Iterator[TableId] = iter(())

    def waiting(self) -> dict[TableId, Waiting]:
        """Return the tables that have texts to be sung: how many, and since when the first has waited."""
        new = self._find()
        self._doubt()
        for table in self._chosen() | new:
            self._look(table)
        return dict(self._waiting)

    def strays(self, now: datetime) -> list[str]:
        """Return what was never taken as it is, at the last look: no texts, or empty for minutes."""
        found = list(self._others)
        for table, folder in self._folders.items():
            if not (folder.others or folder.young):
                continue
            empty = [text.name for text, _ in folder.young.values() if _is_forgotten(text, now)]
            found += [f"{table}/{name}" for name in (*folder.others, *empty)]
        return found

    def oldest(self, table: TableId, most: int) -> list[Path]:
        """Return up to ``most`` texts of ``table`` that may be claimed now, oldest first."""
        folder = self._folders.get(table)
        if folder is None:
            return []
        self._read(table, folder)
        folder.forget()  # they will be gone: not to be told as waiting again
        self._enliven(table)
        return [folder.path / text.name for text in folder.settled[:most]]

    def _find(self) -> set[TableId]:
        """Learn which tables there are; return those that are new."""
        try:
            if not self._top.must_be_read(self._now_s):
                return set()
        except OSError:
            self._top.forget()
        there, self._others = staging.tables_in(self._top.path)
        new = there - self._folders.keys()
        for gone in self._folders.keys() - there:
            self._forget(gone)
        self._folders |= {table: _Folder(self._top.path / str(table)) for table in new}
        return new

    def _chosen(self) -> set[TableId]:
        """Return the tables to look at in this pass: all, or those where something went on lately and some others."""
        if len(self._folders) <= LOOKED_AT:
            return set(self._folders)
        others = list(islice(self._turns, LOOKED_AT - len(self._lively)))
        if not others:
            self._turns = iter(list(self._folders))
        return {*self._lively, *others} & self._folders.keys()

    def _look(self, table: TableId) -> None:
        folder = self._folders[table]
        before = folder.mtime_ns
        try:
            if folder.must_be_read(self._now_s):
                if folder.mtime_ns != before:
                    self._enliven(table)
                self._read(table, folder)
            elif folder.young:
                self._settle(folder, {name: _stranger(folder.path / name) for name in folder.young})
                self._tell(table, folder)
        except OSError:  # gone, or a folder of somebody else's: the others go on
            self._forget(table)
            self._top.forget()

    def _read(self, table: TableId, folder: _Folder) -> None:
        """List the texts anew. What is ours, and was known, costs no call of the system."""
        known = {text.name: text for text in folder.settled}
        strangers: dict[str, _Text | None] = {}
        ours = []
        names, folder.others = staging.texts_in(folder.path)
        for name in names:
            if (text := known.get(name)) and text.identity is None:
                ours.append(text)
            elif staging.is_ours(name):
                ours.append(_Text(staging.arrival(folder.path / name), name, None))
            else:
                strangers[name] = _stranger(folder.path / name)
        folder.young = {text.name: (text, -math.inf) for text in folder.settled if text.identity} | folder.young
        folder.settled = ours
        self._settle(folder, strangers)
        self._tell(table, folder)

    def _settle(self, folder: _Folder, strangers: Mapping[str, _Text | None]) -> None:
        """Take in those of ``strangers`` that have not changed for long enough."""
        now = self._now_s()
        before, folder.young = folder.young, {}
        for text in filter(None, strangers.values()):
            known, since = before.get(text.name, (None, now))
            if known is None or known.identity != text.identity:
                since = now
            if text.identity and text.identity.size and now - since >= self.stable_s:
                folder.settled.append(text)
            else:
                folder.young[text.name] = (text, since)
        folder.settled.sort()

    def _tell(self, table: TableId, folder: _Folder) -> None:
        if folder.settled:
            self._waiting[table] = Waiting(len(folder.settled), folder.settled[0].arrival)
        else:
            self._waiting.pop(table, None)

    def _forget(self, table: TableId) -> None:
        self._folders.pop(table, None)
        self._waiting.pop(table, None)
        self._lively.pop(table, None)

    def _enliven(self, table: TableId) -> None:
        self._lively.pop(table, None)
        self._lively[table] = None
        while len(self._lively) > LIVELY:
            del self._lively[next(iter(self._lively))]

    def _doubt(self) -> None:
        """Let a few tables be read again, all of them in time."""
        doubted = list(islice(self._doubts, REREAD))
        if not doubted:
            self._doubts = iter(list(self._folders))
        for table in doubted:
            if folder := self._folders.get(table):
                folder.is_sure = False


def _is_forgotten(text: _Text, now: datetime) -> bool:
    return text.identity is not None and not text.identity.size and now - text.arrival > EMPTY_FOR


def _stranger(path: Path) -> _Text | None:
    """Return a text that is not ours as it is now; None when it is gone."""
    try:
        facts = path.stat()
    except FileNotFoundError:
        return None
    identity = _Identity(facts.st_ino, facts.st_size, facts.st_mtime_ns)
    return _Text(staging.arrival(path), path.name, identity)
