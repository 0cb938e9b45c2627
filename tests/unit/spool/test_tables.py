"""What changed in WORK_IN_PROGRESS is found, whatever clocks and shares say of time; what did not is not read again."""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fake_decks import HandClock
from stornello.domain.names import TableId
from stornello.spool import staging, tables
from stornello.spool.glance import COARSEST_S
from stornello.spool.paths import Venue
from stornello.spool.staging import Texts, Waiting
from stornello.spool.tables import Tables
from venues import EIGHT, a_staged_text, a_venue

FIVE = TableId(5)


@dataclass
class Room:
    """A venue whose folders' mtimes are set by hand, with an index that looks at it."""

    venue: Venue
    clock: HandClock = field(default_factory=HandClock)

    def __post_init__(self) -> None:
        self.tables = Tables(self.venue, 1.0, self.clock)

    def at(self, table: int, mtime_s: float) -> None:
        os.utime(self.venue.staged(TableId(table)), (mtime_s, mtime_s))

    def waiting(self) -> dict[int, int]:
        return {int(table): found.notes for table, found in self.tables.waiting().items()}

    def later(self, seconds: float) -> dict[int, int]:
        self.clock.sleep(seconds)
        return self.waiting()

    def drop(self, name: str, text: str, table: int = 5) -> Path:
        folder = self.venue.staged(TableId(table))
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text)
        return folder / name


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(a_venue(tmp_path))


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tables that were read since the list was emptied, by their names."""
    seen: list[str] = []
    listing = staging.texts_in

    def texts_in(folder: Path) -> Texts:
        seen.append(folder.name)
        return listing(folder)

    monkeypatch.setattr(staging, "texts_in", texts_in)
    return seen


def test_it_tells_what_a_look_at_everything_tells(room: Room) -> None:
    for table, minute in ((5, 3), (5, 1), (12, 9)):
        a_staged_text(room.venue, table, minute=minute)
    assert room.tables.waiting() == Tables(room.venue, 0).waiting()
    assert room.tables.waiting()[FIVE] == Waiting(2, EIGHT.replace(minute=1))


def test_a_table_in_which_nothing_changed_is_not_read_again(
    room: Room, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "REREAD", 0)
    for table in (5, 6):
        a_staged_text(room.venue, table)
        room.at(table, 1000)
    room.waiting()
    room.later(COARSEST_S)
    reads.clear()
    assert room.later(1) == {5: 1, 6: 1}
    assert reads == []
    a_staged_text(room.venue, 6, minute=1)
    assert room.waiting() == {5: 1, 6: 2}
    assert reads == ["6"]


def test_a_second_change_within_one_mtime_is_seen(room: Room) -> None:
    a_staged_text(room.venue, 5)
    room.at(5, 1000)
    assert room.waiting() == {5: 1}
    a_staged_text(room.venue, 5, minute=1)
    room.at(5, 1000)
    assert room.later(COARSEST_S - 0.1) == {5: 2}
    a_staged_text(room.venue, 5, minute=2)
    room.at(5, 1000)
    assert room.later(0.2) == {5: 3}


def test_a_lie_of_the_clock_is_found_in_time(room: Room) -> None:
    a_staged_text(room.venue, 5)
    room.at(5, 1000)
    room.waiting()
    room.later(COARSEST_S)
    a_staged_text(room.venue, 5, minute=1)
    room.at(5, 1000)
    room.waiting()
    assert room.later(1) == {5: 2}


def test_a_clock_set_back_hides_nothing(room: Room) -> None:
    a_staged_text(room.venue, 5)
    room.at(5, 9000)
    room.waiting()
    room.later(COARSEST_S)
    a_staged_text(room.venue, 5, minute=1)
    room.at(5, 5400)
    assert room.waiting() == {5: 2}


def test_tables_come_and_go(room: Room) -> None:
    a_staged_text(room.venue, 5)
    assert room.waiting() == {5: 1}
    a_staged_text(room.venue, 6)
    for text in room.venue.staged(FIVE).iterdir():
        text.unlink()
    assert room.waiting() == {6: 1}
    room.venue.staged(FIVE).rmdir()
    assert room.waiting() == {6: 1}
    a_staged_text(room.venue, 5)
    assert room.waiting() == {5: 1, 6: 1}


def test_the_whole_folder_may_be_away_for_a_while(room: Room) -> None:
    a_staged_text(room.venue, 5)
    room.waiting()
    away = room.venue.work_in_progress.rename(room.venue.root / "away")
    assert room.waiting() == {}
    away.rename(room.venue.work_in_progress)
    assert room.waiting() == {5: 1}


def test_a_text_that_is_being_written_is_left_to_its_writer(room: Room) -> None:
    text = room.drop("zia.txt", "")
    room.waiting()
    assert room.later(5) == {}, "an empty one is still to come"
    text.write_text("half a ")
    assert room.later(0) == {}
    text.write_text("half a story")
    assert room.later(1) == {}
    assert room.tables.oldest(FIVE, 9) == []
    assert room.later(1) == {5: 1}
    assert room.tables.oldest(FIVE, 9) == [text]


def test_a_text_that_grows_on_after_it_counted_is_not_claimed(room: Room) -> None:
    text = room.drop("zia.txt", "half a ")
    ours = a_staged_text(room.venue, 5)
    room.waiting()
    assert room.later(1) == {5: 2}
    text.write_text("half a story")
    assert room.tables.oldest(FIVE, 9) == [ours]
    assert room.later(1) == {5: 2}


def test_what_is_never_taken_is_found(room: Room) -> None:
    empty = room.drop("zia.txt", "")
    for stray in ("a.md", "half.txt.part", ".hidden"):
        room.drop(stray, "x")
    (room.venue.staged(FIVE) / "sub").mkdir()
    for folder in ("table34", "033"):
        (room.venue.work_in_progress / folder).mkdir()
    room.waiting()
    changed = datetime.fromtimestamp(empty.stat().st_mtime, UTC)
    strays = ["033", "5/a.md", "5/sub", "table34"]
    assert sorted(room.tables.strays(changed)) == strays
    assert sorted(room.tables.strays(changed + 2 * tables.EMPTY_FOR)) == sorted([*strays, "5/zia.txt"])


def test_texts_are_claimed_oldest_first(room: Room) -> None:
    third, first, second = (a_staged_text(room.venue, 5, minute=minute) for minute in (3, 1, 2))
    room.waiting()
    assert room.tables.oldest(FIVE, 2) == [first, second]
    first.unlink()
    second.unlink()
    assert room.waiting() == {5: 1}
    assert room.tables.oldest(FIVE, 2) == [third]
    assert room.tables.oldest(TableId(6), 2) == []


def test_where_tables_are_many_the_quiet_ones_take_turns(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "LOOKED_AT", 3)
    monkeypatch.setattr(tables, "LIVELY", 1)
    for table in range(1, 9):
        a_staged_text(room.venue, table)
    assert len(room.waiting()) == 8
    a_staged_text(room.venue, 2, minute=1)
    for _ in range(6):
        room.waiting()
    assert room.waiting()[2] == 2
    a_staged_text(room.venue, 2, minute=2)
    assert room.waiting()[2] == 3, "the table that changed last is looked at in every pass"


def test_a_text_of_a_year_that_is_none_stops_nobody(room: Room) -> None:
    text = room.drop("zia.txt", "a story")
    os.utime(text, (10**11 * 4, 10**11 * 4))
    room.waiting()
    assert room.later(1) == {5: 1}
