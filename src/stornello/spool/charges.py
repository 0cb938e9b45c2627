"""The ledger's files read: what a night's paid calls are and have cost.

A line that cannot be read stays where it is and is counted, see :class:`Night`. Torn by a crash it hides no money: the
call of a torn beginning was not made, and a charge with a torn end counts as spent.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal, NewType, get_args

from stornello.domain.names import TableId

ChargeId = NewType("ChargeId", str)
State = Literal["begun", "paid", "free", "unknown"]
"""``begun`` and ``unknown`` count as spent; ``free``: the call failed before it could cost anything."""


@dataclass(frozen=True, slots=True)
class Charge:
    """One paid call. ``credits`` is what the service says it took; None where it does not tell."""

    id: ChargeId
    at: str
    seam: str
    engine: str
    table: TableId
    about: str
    euro: float
    state: State
    credits: float | None = None

    @property
    def counts(self) -> bool:
        """Return whether it counts as spent."""
        return self.state != "free"


@dataclass(frozen=True, slots=True)
class Night:
    """A night's charges, each as it is now, in the order of their beginnings; ``damaged`` counts unreadable lines."""

    charges: tuple[Charge, ...]
    damaged: int


def file_of(folder: Path, night: date) -> Path:
    """Return the file of ``night``'s charges in the ledger's ``folder``."""
    return folder / f"{night.isoformat()}.jsonl"


def read(folder: Path, night: date) -> Night:
    """Return the charges of ``night`` as their last lines say."""
    file = file_of(folder, night)
    try:
        found = file.stat()
    except FileNotFoundError:
        return Night((), 0)
    return _read(file, found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=4)
def _read(file: Path, size: int, changed_ns: int) -> Night:
    """Read ``file``, once as long as it does not change: it only ever grows, and dashboards look twice a second."""
    del changed_ns
    last: dict[str, Charge] = {}
    damaged = 0
    for line in filter(None, _bytes(file, size).split(b"\n")):
        if charge := _charge(line):
            last[charge.id] = charge
        else:
            damaged += 1
    return Night(tuple(last.values()), damaged)


def _bytes(file: Path, size: int) -> bytes:
    with file.open("rb") as ledger:
        return ledger.read(size)


def nights(folder: Path) -> list[date]:
    """Return the nights in which something was paid, or might have been, oldest first."""
    return sorted(night for file in folder.glob("*.jsonl") if (night := _date(file.stem)))


def _charge(line: bytes) -> Charge | None:
    """Return the charge that ``line`` tells, or None when it tells none that can be counted."""
    try:
        charge = Charge(**json.loads(line))
        countable = math.isfinite(charge.euro) and charge.euro >= 0 and isinstance(charge.id, str)
        countable &= charge.credits is None or math.isfinite(charge.credits)
    except (ValueError, TypeError, OverflowError):
        return None
    return charge if countable and charge.state in get_args(State) else None


def spent(known: Iterable[Charge]) -> float:
    """Return what ``known`` have cost together, in euro."""
    return sum((charge.euro for charge in known if charge.counts), 0.0)


def by_state(known: Iterable[Charge]) -> dict[State, float]:
    """Return what the charges of each state come to, in euro; ``free`` ones have cost nothing and are left out."""
    sums: dict[State, float] = {}
    for charge in known:
        if charge.counts:
            sums[charge.state] = sums.get(charge.state, 0.0) + charge.euro
    return sums


def by_table(known: Iterable[Charge]) -> dict[TableId, float]:
    """Return what each table's charges come to, in euro."""
    sums: dict[TableId, float] = {}
    for charge in known:
        sums[charge.table] = sums.get(charge.table, 0.0) + charge.euro * charge.counts
    return sums


def night_in(id_: ChargeId) -> date:
    """Return the night to which a charge belongs, whenever it ends. Raises ValueError when it is no id of ours."""
    return date.fromisoformat(id_[:10])


def _date(name: str) -> date | None:
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None
