"""WORK_IN_PROGRESS: what waits, in which order, whoever dropped it."""

import os
from pathlib import Path

import pytest

from stornello.domain.names import TableId
from stornello.spool.paths import Venue
from stornello.spool.staging import Waiting, guest_of, in_order, told_in
from stornello.spool.tables import Tables
from venues import EIGHT, a_staged_text, a_venue

FIVE = TableId(5)


def waiting_tables(venue: Venue) -> dict[TableId, Waiting]:
    return Tables(venue, 0).waiting()


@pytest.fixture
def venue(tmp_path: Path) -> Venue:
    return a_venue(tmp_path)


def by_hand(venue: Venue, table: str, name: str, text: str = "dropped by hand", at: float | None = None) -> Path:
    folder = venue.work_in_progress / table
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    os.utime(folder / name, (at or EIGHT.timestamp(),) * 2)
    return folder / name


def test_texts_are_told_in_order_of_arrival_with_their_guests(venue: Venue) -> None:
    a_staged_text(venue, 5, "second", "Bruno", minute=2)
    a_staged_text(venue, 5, "first", "Zoë", minute=1)
    assert [(note.guest, note.text) for note in told_in(venue.staged(FIVE))] == [
        ("Zoë", "first"),
        ("Bruno", "second"),
    ]


def test_a_text_dropped_by_hand_takes_its_place_by_its_time(venue: Venue) -> None:
    a_staged_text(venue, 5, "first", minute=1)
    by_hand(venue, "5", "marta.txt", "second", EIGHT.timestamp() + 90)
    a_staged_text(venue, 5, "third", minute=2)
    assert [(note.guest, note.text) for note in told_in(venue.staged(FIVE))] == [
        ("Anna", "first"),
        ("Marta", "second"),
        ("Anna", "third"),
    ]


def test_a_name_that_only_looks_like_ours_stops_nobody(venue: Venue) -> None:
    path = by_hand(venue, "5", "99999999T999999999999_0123456789abcdef_anna.txt")
    assert waiting_tables(venue) == {FIVE: Waiting(1, EIGHT)}
    assert guest_of(path) == "Anna"


def test_what_is_no_text_does_not_wait(venue: Venue) -> None:
    folder = by_hand(venue, "5", "empty.txt", "  \n").parent
    for name in ("song.wav", ".hidden.txt", "half.txt.part"):
        by_hand(venue, "5", name)
    (folder / "folder.txt").mkdir()
    os.mkfifo(folder / "pipe.txt")
    (folder / "link.txt").symlink_to("/etc/passwd")
    assert [path.name for path in in_order(folder)] == ["empty.txt"]
    assert told_in(folder) == ()


def test_a_text_of_an_older_windows_program_is_read(venue: Venue) -> None:
    by_hand(venue, "5", "a.txt").write_bytes(b"perch\xe9 no")
    assert told_in(venue.staged(FIVE))[0].text == "perch\xe9 no"


def test_tables_wait_since_their_first_text(venue: Venue) -> None:
    for minute in (3, 1, 2):
        a_staged_text(venue, 5, minute=minute)
    a_staged_text(venue, 12, minute=9)
    assert waiting_tables(venue) == {
        FIVE: Waiting(3, EIGHT.replace(minute=1)),
        TableId(12): Waiting(1, EIGHT.replace(minute=9)),
    }


@pytest.mark.parametrize("folder", ["05", "0", "10001", "²", "٥", "tavolo5", ".5"])
def test_a_folder_that_is_no_tables_own_does_not_wait(venue: Venue, folder: str) -> None:
    by_hand(venue, folder, "a.txt")
    assert waiting_tables(venue) == {}


def test_an_empty_or_missing_folder_does_not_wait(venue: Venue) -> None:
    venue.staged(FIVE).mkdir()
    assert waiting_tables(venue) == {}
    assert in_order(venue.staged(TableId(6))) == []
    assert waiting_tables(Venue(venue.root / "nowhere")) == {}
