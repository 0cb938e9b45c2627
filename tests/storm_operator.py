"""The operator after a storm: waits for calm, puts back what may be put back, decides what is held."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from doubles.stornello_doubles import ACCOUNT, MENDED
from kill_storm import Storm
from night import Night, wait_until
from storm_guests import TABLES
from stornello.domain.clock import SystemClock
from stornello.domain.names import TableId
from stornello.seams import RequestId
from stornello.spool import held, orders, reasons
from stornello.spool.ledger import Ledger
from stornello.spool.paths import Venue
from stornello.spool.quarantine import put_back

STRAYS_TABLE = TableId(TABLES + 1)
"""Where the operator knows those to sit whose recording does not tell."""

MOST_RETRIES = 5
NIGHT_BEGINS = 6


def account(night: Night) -> Path:
    """Return the counting studio's account."""
    return Path(night.settings[ACCOUNT])


def ledger(venue: Venue) -> Ledger:
    """Return the venue's ledger."""
    return Ledger(venue.ledger, SystemClock(), NIGHT_BEGINS)


def bills(night: Night) -> dict[str, dict[str, str]]:
    """Return what was ordered at the counting studio, by its ids."""
    return {bill.name: json.loads(bill.read_text()) for bill in account(night).iterdir() if _is_bill(bill)}


def _is_bill(file: Path) -> bool:
    return file.name != MENDED and not file.name.startswith(".")


@dataclass
class Operator:
    """Looks after ``storm``'s night when it is over. ``retried`` counts how often each entry was put back."""

    storm: Storm
    retried: Counter[str] = field(default_factory=Counter)
    resolved: Counter[str] = field(default_factory=Counter)

    @property
    def night(self) -> Night:
        return self.storm.night

    def calm(self, seconds: float) -> None:
        """Mend the engines, start the night anew, and see to it until nothing is under way. Fails after ``seconds``."""
        (account(self.night) / MENDED).touch()
        self.stop()
        until = time.monotonic() + seconds
        while not self._is_calm():
            assert time.monotonic() < until, f"still under way: {under_way(self.night.venue)}"
            self.storm.wait(0.2)

    def stop(self) -> None:
        """End the night as people do; nobody may be left."""
        self.night.end()
        wait_until(lambda: not self.night.left(), 10)

    def _is_calm(self) -> bool:
        for folder in list(self._returnable()):
            table = STRAYS_TABLE if _code(folder) == "no-table" else None
            put_back(self.night.venue, folder.name, datetime.now(UTC), table=table)
            self.retried[folder.name] += 1
        for job in held.jobs(self.night.venue):
            self._resolve(job)
        return not under_way(self.night.venue)

    def _returnable(self) -> Iterator[Path]:
        """Yield what was set aside with the words that it may be put back."""
        for place in (self.night.venue.transcription_errors, self.night.venue.failed_processing):
            for reason in reasons.read_all(place):
                if "stornello retry" in reason.todo.en and self.retried[reason.name] < MOST_RETRIES:
                    yield place / reason.name

    def _resolve(self, job: Path) -> None:
        """Look into the account, as a person does, for an order of this job that nobody has got an answer to."""
        venue = self.night.venue
        told = [text.read_text().strip() for text in (job / "transcripts").glob("*.txt")]
        task = next(
            (
                id_
                for id_, bill in bills(self.night).items()
                if all(text in bill["words"] for text in told)
                and not orders.owner(venue.answers, "counting", RequestId(id_))
            ),
            None,
        )
        held.resolve(venue, job.name, task, ledger(venue))
        self.resolved["paid" if task else "not paid"] += 1


def under_way(venue: Venue) -> list[str]:
    """Return what has not come to an end."""
    places = (venue.from_tables, venue.hearing, venue.jobs, venue.held)
    entries = [entry for place in places for entry in place.iterdir()]
    return [str(entry.relative_to(venue.root)) for entry in (*entries, *venue.work_in_progress.glob("*/*"))]


def _code(folder: Path) -> str:
    reason = reasons.read(folder)
    return reason.code if reason else "?"
