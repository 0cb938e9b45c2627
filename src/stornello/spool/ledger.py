""".tmp_player/ledger/{night}.jsonl: every paid call, written before it is made and again when its end is known.

A line says a charge's whole state; the last line of a charge holds. One that was begun and never ended counts as spent:
nobody knows better. All writers append under one lock, so that two calls never fit into the same rest of a budget.
"""

import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal, NewType

from filelock import FileLock

from stornello.domain.clock import Clock
from stornello.domain.errors import BudgetSpent
from stornello.domain.money import Caps
from stornello.domain.names import TableId
from stornello.domain.night import night_of
from stornello.domain.plain import Plain
from stornello.spool import atomic

ChargeId = NewType("ChargeId", str)
State = Literal["begun", "paid", "free", "unknown"]
"""``begun`` and ``unknown`` count as spent; ``free``: the call failed before it could cost anything."""

WARN_AT = 0.8
"""Share of a budget from which people are warned."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a paid call is for. ``about`` is the job's id, or the recording's arrival."""

    seam: Literal["transcribers", "lyricists", "studios"]
    table: TableId
    about: str


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
class Ledger:
    """The venue's ledger in ``folder``. ``night_begins`` is the hour at which a new night's budget begins."""

    folder: Path
    clock: Clock
    night_begins: int
    caps: Caps = field(default_factory=Caps)

    def begin(self, engine: str, purpose: Purpose, euro: float) -> ChargeId:
        """Write down that ``engine`` is about to be paid ``euro``, and return the charge's id.

        Raises:
            BudgetSpent: it would go beyond a cap; nothing was written.
        """
        now = self.clock.now()
        night = self._tonight()
        with self._lock():
            self._refuse_beyond(list(charges(self.folder, night)), purpose, euro)
            charge = Charge(
                ChargeId(f"{night.isoformat()}_{secrets.token_hex(6)}"),
                now.isoformat(timespec="milliseconds"),
                purpose.seam,
                engine,
                purpose.table,
                purpose.about,
                euro,
                "begun",
            )
            self._append(charge)
        return charge.id

    def end(self, id_: ChargeId, state: State, credits_: float | None = None) -> Charge | None:
        """Write down how the charge has ended and return it as it is now; None when there is no such charge."""
        with self._lock():
            known = {charge.id: charge for charge in charges(self.folder, _night_in(id_))}
            if id_ not in known:
                return None
            ended = replace(known[id_], state=state, credits=known[id_].credits if credits_ is None else credits_)
            if ended != known[id_]:
                self._append(ended)
        return ended

    def tonight(self) -> list[Charge]:
        """Return tonight's charges, each as it is now, oldest first."""
        return list(charges(self.folder, self._tonight()))

    def _tonight(self) -> date:
        return night_of(self.clock.now(), self.night_begins)

    def _refuse_beyond(self, known: list[Charge], purpose: Purpose, euro: float) -> None:
        of_song = [charge for charge in known if charge.about == purpose.about]
        of_table = [charge for charge in known if charge.table == purpose.table]
        for cap, spent_on, error in (
            (self.caps.night, known, _NIGHT),
            (self.caps.song, of_song, _SONG),
            (self.caps.table, of_table, _TABLE),
        ):
            if cap is not None and euro > 0 and spent(spent_on) + euro > cap + _ROUNDING:
                raise BudgetSpent(*error)

    def _append(self, charge: Charge) -> None:
        atomic.append_line(self._file(_night_in(charge.id)), json.dumps(asdict(charge)))

    def _file(self, night: date) -> Path:
        return self.folder / f"{night.isoformat()}.jsonl"

    def _lock(self) -> FileLock:
        return FileLock(self.folder / "lock", poll_interval=0.002)


def charges(folder: Path, night: date) -> Iterator[Charge]:
    """Yield the charges of ``night``, each as its last line says, in the order in which they were begun."""
    last: dict[str, Charge] = {}
    try:
        lines = (folder / f"{night.isoformat()}.jsonl").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        lines = []
    for line in lines:
        try:
            charge = Charge(**json.loads(line))
        except (ValueError, TypeError):  # torn by a crash: the call was not made yet, or its end not written
            continue
        last[charge.id] = charge
    yield from last.values()


def spent(known: Iterable[Charge]) -> float:
    """Return what ``known`` have cost together, in euro."""
    return sum(charge.euro for charge in known if charge.counts)


def _night_in(id_: ChargeId) -> date:
    return date.fromisoformat(id_[:10])


_ROUNDING = 1e-9
_RAISE = Plain(
    "Alzalo nelle impostazioni, o lascia lavorare la casa.", "Raise it in the settings, or let the house work."
)
_NIGHT = (
    "budget-night",
    Plain("Il tetto di spesa della serata è raggiunto.", "The night's budget is spent."),
    _RAISE,
)
_SONG = ("budget-song", Plain("Il tetto di spesa della canzone è raggiunto.", "The song's budget is spent."), _RAISE)
_TABLE = ("budget-table", Plain("Il tetto di spesa del tavolo è raggiunto.", "The table's budget is spent."), _RAISE)
