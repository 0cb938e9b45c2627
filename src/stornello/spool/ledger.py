""".tmp_player/ledger/{night}.jsonl: every paid call, written before it is made and again when its end is known.

A line says a charge's whole state; the last line of a charge holds. One that was begun and never ended counts as spent:
nobody knows better. All writers append under one lock, so that two calls never fit into the same rest of a budget.
"""

import json
import logging
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from filelock import FileLock

from stornello.domain.clock import Clock
from stornello.domain.errors import BudgetSpent
from stornello.domain.money import ROUNDING, Caps
from stornello.domain.names import TableId
from stornello.domain.night import night_of
from stornello.domain.plain import Plain
from stornello.domain.seam import Seam
from stornello.spool import atomic
from stornello.spool.charges import Charge, ChargeId, State, file_of, night_in, read, spent

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a paid call is for. ``about`` is the job's id, or the recording's arrival."""

    seam: Seam
    table: TableId
    about: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """The venue's ledger in ``folder``. ``night_begins`` is the hour at which a new night's budget begins.

    ``credit_price`` in euro: where a service tells what it has taken, that holds instead of the estimate.
    """

    folder: Path
    clock: Clock
    night_begins: int
    caps: Caps = field(default_factory=Caps)
    credit_price: float | None = None

    def begin(self, engine: str, purpose: Purpose, euro: float) -> ChargeId:
        """Write down that ``engine`` is about to be paid ``euro``, and return the charge's id.

        Raises:
            BudgetSpent: it would go beyond a cap; nothing was written.
        """
        with self._lock():
            now = self.clock.now()
            night = night_of(now, self.night_begins)
            self._refuse_beyond(read(self.folder, night).charges, purpose, euro)
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
        """Write down how the charge has ended and return it as it is now; None when there is no such charge.

        A disk that takes no more is a log line and None, and costs no answer that was paid for: the charge goes on as
        spent.
        """
        try:
            return self._end(id_, state, credits_)
        except OSError as error:
            log.warning("end of charge not written", extra={"error": type(error).__name__, "errno": error.errno})
            return None

    def _end(self, id_: ChargeId, state: State, credits_: float | None) -> Charge | None:
        with self._lock():
            known = next((charge for charge in self._of(id_) if charge.id == id_), None)
            ended = known and self._ended(known, state, credits_)
            if ended and ended != known:
                self._append(ended)
        return ended

    def _of(self, id_: ChargeId) -> tuple[Charge, ...]:
        try:
            return read(self.folder, night_in(id_)).charges
        except ValueError:  # no id of ours
            return ()

    def _ended(self, charge: Charge, state: State, credits_: float | None) -> Charge:
        if credits_ is None:
            return replace(charge, state=state)
        euro = charge.euro if self.credit_price is None else credits_ * self.credit_price
        return replace(charge, state=state, credits=credits_, euro=euro)

    def tonight(self) -> tuple[Charge, ...]:
        """Return tonight's charges, each as it is now, oldest first."""
        return read(self.folder, self._tonight()).charges

    def lately(self) -> tuple[Charge, ...]:
        """Return tonight's charges and those of the night before: a job may have lasted into the morning."""
        return read(self.folder, self._tonight() - timedelta(days=1)).charges + self.tonight()

    def _tonight(self) -> date:
        return night_of(self.clock.now(), self.night_begins)

    def _refuse_beyond(self, known: Sequence[Charge], purpose: Purpose, euro: float) -> None:
        of_song = [charge for charge in known if charge.about == purpose.about]
        of_table = [charge for charge in known if charge.table == purpose.table]
        for cap, spent_on, error in (
            (self.caps.night, known, _NIGHT),
            (self.caps.song, of_song, _SONG),
            (self.caps.table, of_table, _TABLE),
        ):
            if cap is not None and euro > 0 and spent(spent_on) + euro > cap + ROUNDING:
                raise BudgetSpent(*error)

    def _append(self, charge: Charge) -> None:
        atomic.append_line(file_of(self.folder, night_in(charge.id)), json.dumps(asdict(charge)))

    def _lock(self) -> FileLock:
        return FileLock(self.folder / "lock", poll_interval=0.002)


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
