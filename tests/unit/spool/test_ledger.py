"""The ledger: what was paid, and what may still be."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from fake_decks import HandClock
from purses import KIE, a_ledger, a_song, paid
from stornello.domain.errors import BudgetSpent
from stornello.domain.money import Amount, Budget
from stornello.domain.night import night_of
from stornello.spool import charges
from stornello.spool.charges import ChargeId, State, spent

TONIGHT = date(2026, 11, 23)


@dataclass
class SetClock(HandClock):
    """A clock that shows what it was set to."""

    shows: datetime = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.shows


@pytest.fixture
def in_rome(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this process live in Rome, which has summer time."""
    monkeypatch.setenv("TZ", "Europe/Rome")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("end", "counts"), [(None, True), ("begun", True), ("paid", True), ("unknown", True), ("free", False)]
)
def test_what_nobody_knows_to_be_free_counts_as_spent(tmp_path: Path, end: State | None, *, counts: bool) -> None:
    ledger = a_ledger(tmp_path)
    paid(ledger, 0.5, end=end)
    assert spent(ledger.tonight()) == (0.5 if counts else 0.0)


def test_the_last_end_holds_and_the_same_end_twice_is_one_line(tmp_path: Path) -> None:
    ledger = a_ledger(tmp_path)
    charge = paid(ledger, end="unknown")
    ledger.end(charge, "free")
    ledger.end(charge, "free")
    (known,) = ledger.tonight()
    assert (known.state, known.euro) == ("free", KIE)
    assert len((tmp_path / f"{TONIGHT}.jsonl").read_text().splitlines()) == 3


def test_what_the_service_has_taken_holds_instead_of_the_estimate(tmp_path: Path) -> None:
    ledger = a_ledger(tmp_path)
    charge = paid(ledger, end=None)
    ended = ledger.end(charge, "paid", 24.0)
    assert ended
    assert (ended.credits, ended.euro) == (24.0, 24 * 0.0046)
    assert ledger.end(charge, "paid") == ended, "what was told once is not forgotten"


@pytest.mark.parametrize("id_", ["", "x", "2026-11-23_ffffffffffff", "2026-99-99_ffffffffffff", "../../etc/passwd"])
def test_a_charge_that_nobody_began_has_no_end(tmp_path: Path, id_: str) -> None:
    ledger = a_ledger(tmp_path)
    paid(ledger)
    assert ledger.end(ChargeId(id_), "paid") is None
    assert len(ledger.tonight()) == 1


def test_caps_hold_for_the_night_a_song_and_a_table(tmp_path: Path) -> None:
    for ledger, name, second in (
        (a_ledger(tmp_path / "n", night=1.0), "night", a_song("other", 6)),
        (a_ledger(tmp_path / "t", table=1.0), "table", a_song("other", 5)),
        (a_ledger(tmp_path / "s", song=1.0), "song", a_song()),
    ):
        paid(ledger, 0.6)
        with pytest.raises(BudgetSpent, match=name):
            ledger.begin("kie", second, 0.5)
        paid(ledger, 0.4, second)
        ledger.begin("own server", second, 0.0)
        if name != "night":
            paid(ledger, 0.9, a_song("third", 7))


def test_a_sum_of_prices_reaches_its_cap_to_the_cent(tmp_path: Path) -> None:
    ledger = a_ledger(tmp_path, night=1.0)
    for _ in range(10):
        paid(ledger, 0.1)
    with pytest.raises(BudgetSpent):
        paid(ledger, 0.001)


def test_a_new_night_has_its_own_budget_and_a_charge_of_last_night_ends_there(tmp_path: Path) -> None:
    clock = SetClock()
    ledger = a_ledger(tmp_path, clock, night=0.06)
    open_still = paid(ledger, KIE, end=None)
    with pytest.raises(BudgetSpent):
        paid(ledger, KIE)
    clock.shows += timedelta(hours=12)
    paid(ledger, KIE)
    ended = ledger.end(open_still, "free", 0.0)
    assert ended
    assert [charge.state for charge in charges.read(tmp_path, TONIGHT).charges] == ["free"]
    assert [charge.state for charge in ledger.tonight()] == ["paid"]
    assert charges.nights(tmp_path) == [TONIGHT, TONIGHT + timedelta(days=1)]


@pytest.mark.usefixtures("in_rome")
@pytest.mark.parametrize("begins", [0, 2, 3, 6])
@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)], ids=["spring", "autumn"])
def test_nights_follow_one_another_when_the_clocks_change(day: date, begins: int) -> None:
    noon_before = datetime(day.year, day.month, day.day - 1, 12, tzinfo=UTC)
    nights = [night_of(noon_before + timedelta(minutes=m), begins) for m in range(24 * 60)]
    assert nights == sorted(nights)
    assert set(nights) == {day - timedelta(days=1), day}
    at = noon_before + timedelta(minutes=nights.index(day))
    wall = at.astimezone()
    skipped = (day.month, begins) == (3, 2)  # that hour is not: the next one begins the night
    assert (wall.hour, wall.minute) == (3 if skipped else begins, 0)


DAMAGE: dict[str, Callable[[str], bytes]] = {
    "torn": lambda line: line.encode()[:40],
    "noise": lambda _: b"\xff\xfe\x00\x1c",
    "no object": lambda _: b"[1]",
    "another state": lambda line: line.replace('"paid"', '"gone"').encode(),
    "no number": lambda line: line.replace("0.055", '"much"').encode(),
    "NaN": lambda line: line.replace("0.055", "NaN").encode(),
    "below nothing": lambda line: line.replace("0.055", "-5").encode(),
    "too large": lambda line: line.replace("0.055", "9" * 400).encode(),
    "a field too many": lambda line: line.replace('"id"', '"x": 1, "id"').encode(),
    "a field too few": lambda line: line.replace('"table": 5, ', "").encode(),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_line_stays_and_is_counted_and_the_others_hold(tmp_path: Path, damage: str) -> None:
    ledger = a_ledger(tmp_path, night=KIE * 2)
    paid(ledger)
    file = tmp_path / f"{TONIGHT}.jsonl"
    bad = DAMAGE[damage](file.read_text().splitlines()[-1])
    file.write_bytes(file.read_bytes() + bad)
    paid(ledger)
    with pytest.raises(BudgetSpent):
        paid(ledger)
    read = charges.read(tmp_path, TONIGHT)
    assert (len(read.charges), read.damaged) == (2, 1)
    assert bad in file.read_bytes().split(b"\n"), "nothing of it is ever rewritten"


def test_other_files_are_no_nights(tmp_path: Path) -> None:
    (tmp_path / "notes.jsonl").write_text("{}")
    (tmp_path / "lock").touch()
    assert charges.nights(tmp_path) == []
    assert charges.read(tmp_path, TONIGHT) == charges.Night((), 0)


def test_a_line_says_all_and_nothing_that_guests_said(tmp_path: Path) -> None:
    paid(a_ledger(tmp_path), end=None)
    (line,) = (tmp_path / f"{TONIGHT}.jsonl").read_text().splitlines()
    told = json.loads(line)
    assert told.pop("id").startswith("2026-11-23_")
    assert told == {
        "at": "2026-11-23T20:16:40.000+00:00",
        "seam": "studios",
        "engine": "kie",
        "table": 5,
        "about": "5_203000_a1b2c3",
        "euro": KIE,
        "state": "begun",
        "credits": None,
    }


@pytest.mark.parametrize(
    ("cap", "spent_euro", "level"),
    [
        (None, 99.0, "free"),
        (1.0, 0.0, "well"),
        (1.0, 0.79, "well"),
        (1.0, 0.8, "warning"),
        (1.0, 0.9, "warning"),
        (1.0, 0.95, "spent"),  # the next song at 0.055 is refused: there the house works by itself
        (1.0, 1.0, "spent"),
        (0.0, 0.0, "spent"),
    ],
)
def test_a_budget_tells_how_it_stands(cap: float | None, spent_euro: float, level: str) -> None:
    assert Budget(cap, KIE).level(spent_euro) == level


@pytest.mark.parametrize(
    ("written", "euro"),
    [("5", 5.0), ("4,50 €", 4.5), ("10 EUR", 10.0), ("200 credits", 0.92), ("1 credito", 0.0046)],
)
def test_sums_are_read_as_people_write_them(written: str, euro: float) -> None:
    assert Amount.parse(written).euro(0.0046) == pytest.approx(euro)


@pytest.mark.parametrize("written", ["", "-1", "5 dollars", "1e9", "nan", "five", "1.2.3"])
def test_what_is_no_sum_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="no amount"):
        Amount.parse(written)
