"""journal.db is built anew from the spool when it is missing or damaged, once, and the old one is kept."""

import logging
import multiprocessing
import os
import resource
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from builders import a_card
from fake_decks import HandClock
from small_night import a_small_night, rows_of
from stornello.domain.names import TableId
from stornello.spool import atomic, journal_file, journal_rebuild
from stornello.spool.journal import Journal
from stornello.spool.journal_rows import PlayRow
from stornello.spool.paths import Venue
from venues import EIGHT


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small night, once for all."""
    return a_small_night(tmp_path_factory.mktemp("night")).root


@pytest.fixture
def venue(original: Path, tmp_path: Path) -> Venue:
    """A copy of the small night."""
    return Venue(shutil.copytree(original, tmp_path / "venue"))


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "journal" in record.getMessage()]


def test_the_rebuilt_rows_are_those_of_the_night(venue: Venue) -> None:
    before = rows_of(venue.journal)
    counts = {table: len(rows) for table, rows in before.items()}
    assert counts == {"recordings": 5, "songs": 1, "costs": 1, "failures": 1, "plays": 2}
    venue.journal.unlink()
    Journal(venue.journal).check()
    assert rows_of(venue.journal) == before | {"plays": []}


def test_what_only_the_old_journal_knows_comes_along_and_the_old_one_is_kept(venue: Venue) -> None:
    journal = Journal(venue.journal)
    journal.recording("aa" * 32, "5-anna.wav", None, "duplicate", 0, EIGHT, arrival="20261123T210000000000")
    journal.song(a_card("gone", title="Di ieri"), 75.0)
    before = rows_of(venue.journal)
    with journal_file.alone(venue.journal, 1):
        kept = journal_rebuild.rebuild(venue.journal)
    assert kept == venue.root / "journal.db.bad"
    assert rows_of(venue.journal) == rows_of(kept) == before
    assert [song.seconds for song in journal.songs() if song.id == "gone"] == [75.0]
    with journal_file.alone(venue.journal, 1):
        assert journal_rebuild.rebuild(venue.journal) == venue.root / "journal.db.bad-2"
    assert rows_of(venue.journal) == before


PAGE = 4096


@pytest.mark.parametrize("left", [100, PAGE, 3 * PAGE + 1000, 5 * PAGE, 8 * PAGE])
def test_a_journal_cut_anywhere_is_built_anew_by_the_next_note(
    venue: Venue, left: int, caplog: pytest.LogCaptureFixture
) -> None:
    before = rows_of(venue.journal)
    assert venue.journal.stat().st_size > left
    os.truncate(venue.journal, left)
    caplog.clear()
    Journal(venue.journal).check()
    Journal(venue.journal).failure("9_200000_cccccc", TableId(9), "job-crashed", EIGHT)
    after = rows_of(venue.journal)
    assert [row for row in after["failures"] if row not in before["failures"]] == [
        {"job": "9_200000_cccccc", "tbl": 9, "code": "job-crashed"}
    ]
    for table in ("recordings", "songs", "costs"):
        assert after[table] == before[table]
    assert messages(caplog) == ["journal built anew"]
    assert (venue.root / "journal.db.bad").stat().st_size == left


@pytest.mark.parametrize("content", [b"this is no database at all" * 100, b"SQLite format 3\0" + bytes(5000), b""])
def test_a_journal_that_is_none_is_built_anew_by_the_first_note_and_the_note_is_in_it(
    venue: Venue, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    before = rows_of(venue.journal)
    venue.journal.write_bytes(content)
    caplog.clear()
    journal = Journal(venue.journal)
    journal.play("two", EIGHT, 3.0)
    journal.play("three", EIGHT, 4.0)
    assert rows_of(venue.journal)["songs"] == before["songs"]
    assert [play.song for play in journal.plays()] == ["two", "three"]
    assert messages(caplog) == ["journal built anew"] * bool(content)
    assert (venue.root / "journal.db.bad").exists() == bool(content)


def test_a_folder_in_its_place_is_moved_aside_with_all_that_is_in_it(venue: Venue) -> None:
    songs = rows_of(venue.journal)["songs"]
    venue.journal.unlink()
    venue.journal.mkdir()
    (venue.journal / "mine.txt").write_text("x")
    Journal(venue.journal).play("two", EIGHT, 3.0)
    assert (venue.root / "journal.db.bad" / "mine.txt").read_text() == "x"
    assert rows_of(venue.journal)["songs"] == songs


def test_the_changes_beside_an_old_journal_are_never_written_into_the_new_one(venue: Venue) -> None:
    with closing(sqlite3.connect(venue.journal)) as db:
        db.execute("DELETE FROM songs")
        db.commit()
        stale = (venue.root / "journal.db-wal").read_bytes()
        shm = (venue.root / "journal.db-shm").read_bytes()
    assert stale
    venue.journal.unlink()
    (venue.root / "journal.db-wal").write_bytes(stale)
    (venue.root / "journal.db-shm").write_bytes(shm)
    Journal(venue.journal).check()
    assert len(rows_of(venue.journal)["songs"]) == 1
    assert (venue.root / "journal.db.bad-wal").read_bytes() == stale


def whose_writer_was_killed(venue: Venue, folder: Path) -> Path:
    """Copy the journal, with what SQLite keeps beside it, as a kill after one more play leaves the two."""
    killed = folder / "killed"
    killed.mkdir()
    with closing(sqlite3.connect(venue.journal)) as db:
        db.execute("INSERT INTO plays (song, started_at, heard_s) VALUES ('last', '2026-11-23T21:00:00+00:00', 9)")
        db.commit()
        for name in ("journal.db", "journal.db-wal"):
            (killed / name).write_bytes((venue.root / name).read_bytes())
    return killed / "journal.db"


def test_what_lies_beside_a_journal_whose_writer_was_killed_comes_along(venue: Venue, tmp_path: Path) -> None:
    path = whose_writer_was_killed(venue, tmp_path)
    with journal_file.alone(path, 1):
        journal_rebuild.rebuild(path)
    assert [play.song for play in Journal(path).plays()] == ["one", "one", "last"]


@pytest.mark.parametrize("stale", [b"", b"of the rebuild that was broken off"])
def test_what_was_written_after_a_rebuild_broken_off_comes_along(venue: Venue, tmp_path: Path, stale: bytes) -> None:
    path = whose_writer_was_killed(venue, tmp_path)
    atomic.name_again(path, path.with_name("journal.db.bad"))
    if stale:
        path.with_name("journal.db.bad-wal").write_bytes(stale)
    Journal(path).rebuild()
    assert [play.song for play in Journal(path).plays()] == ["one", "one", "last"]
    assert not any(name.samefile(path) for name in path.parent.glob("*.bad*"))


def test_plays_come_back_from_the_players_log(venue: Venue) -> None:
    log = venue.logs / "riproduzione.log"
    lines = (
        '{"at": "2026-11-23T21:10:01+0100", "event": "song started", "song": "one"}',
        '{"at": "2026-11-23T21:11:01+0100", "event": "song over", "song": "one", "heard_s": 60.1}',
        '{"at": "2026-11-23T21:15:00+0100", "event": "song started", "song": "two"}',
        "torn",
        '{"at": "2026-11-23T21:16:00+0100", "event": "song over", "song": "two", "heard_s": 59.0}',
        '{"at": "2026-11-23T21:16:00+0100", "event": "piece started", "piece": "bed", "kind": "bed"}',
        '{"at": "2026-11-23T21:17:00+0100", "event": "piece started", "piece": "bed", "kind": "bed"}',
        '{"at": "2026-11-23T21:18:00+0100", "event": "piece over", "piece": "bed", "heard_s": 58.0}',
        '{"at": "2026-11-23T21:19:00+0100", "event": "piece started", "piece": "three", "kind": "song"}',
    )
    log.write_text("\n".join(lines))
    venue.journal.write_bytes(b"no database" * 1000)
    Journal(venue.journal).check()
    plays = Journal(venue.journal).plays()
    assert [(play.song, play.started_at[11:16], play.heard_s, play.kind) for play in plays] == [
        ("one", "20:10", 60.1, "song"),
        ("two", "20:15", 59.0, "song"),
        ("bed", "20:16", 0.0, "bed"),
        ("bed", "20:17", 58.0, "bed"),
        ("three", "20:19", 0.0, "song"),
    ]
    with journal_file.alone(venue.journal, 1):
        journal_rebuild.rebuild(venue.journal)
    assert Journal(venue.journal).plays() == plays


def test_a_play_whose_end_only_the_log_knows_is_as_long_as_the_log_says(venue: Venue) -> None:
    Journal(venue.journal).play("last", EIGHT, 0.0, "house")
    lines = (
        '{"at": "2026-11-23T20:00:01+0000", "event": "piece started", "piece": "last", "kind": "house"}',
        '{"at": "2026-11-23T20:01:01+0000", "event": "piece over", "piece": "last", "heard_s": 59.5}',
    )
    (venue.logs / "riproduzione.log").write_text("\n".join(lines))
    Journal(venue.journal).rebuild()
    plays = [play for play in Journal(venue.journal).plays() if play.song == "last"]
    assert plays == [PlayRow("last", EIGHT.isoformat(), 59.5, "house")]


def note(path: Path, number: int) -> None:
    Journal(path).failure(f"{number}_200000_cccccc", TableId(number), "job-crashed", EIGHT)


def test_several_services_that_meet_it_at_once_build_it_once(venue: Venue) -> None:
    venue.journal.write_bytes(b"no database" * 1000)
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=note, args=(venue.journal, number)) for number in (11, 12, 13)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert sorted(row.job for row in Journal(venue.journal).failures() if row.table > 10) == [
        f"{number}_200000_cccccc" for number in (11, 12, 13)
    ]
    assert [path.name for path in venue.root.glob("journal.db.bad*")] == ["journal.db.bad"]


@contextmanager
def no_right_to_write(folder: Path) -> Iterator[None]:
    """What lies in ``folder`` may be read only; root, who may do everything, is somebody else meanwhile."""
    nobody, was = 65534, os.geteuid()
    files = list(folder.iterdir())
    for path in (*files, folder):
        path.chmod(0o444 if path in files else 0o555)
    if was == 0:
        os.seteuid(nobody)
    try:
        yield
    finally:
        os.seteuid(was)
        for path in (folder, *files):
            path.chmod(0o644 if path in files else 0o755)


def test_a_journal_that_may_not_be_written_costs_a_line_a_note(caplog: pytest.LogCaptureFixture) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "journal.db"
        Journal(path).play("one", EIGHT, 1.0)
        with no_right_to_write(folder):
            Journal(path).play("two", EIGHT, 1.0)
            assert [play.song for play in Journal(path).plays()] == ["one"]
        assert [play.song for play in Journal(path).plays()] == ["one"]
        assert sorted(path.name for path in folder.iterdir()) == ["journal.db", "journal.db.lock"]
    assert messages(caplog) == ["journal not written"]


def test_a_journal_that_cannot_be_built_costs_a_line_and_is_not_tried_again_at_once(
    venue: Venue, caplog: pytest.LogCaptureFixture
) -> None:
    (venue.root / ".journal.db.part").mkdir()  # whatever the reason
    venue.journal.unlink()
    caplog.clear()
    journal = Journal(venue.journal)
    for _ in range(3):
        journal.play("two", EIGHT, 1.0)
    assert messages(caplog) == ["journal not written"] * 3
    assert not venue.journal.exists()


def test_what_the_disk_refused_is_written_in_its_order_when_it_can_be(
    venue: Venue, caplog: pytest.LogCaptureFixture
) -> None:
    obstacle = venue.root / ".journal.db.part"
    obstacle.mkdir()
    venue.journal.unlink()
    clock = HandClock()
    journal = Journal(venue.journal, clock=clock)
    journal.play("two", EIGHT, 1.0)
    journal.play("three", EIGHT + timedelta(minutes=1), 1.0)
    obstacle.rmdir()
    clock.sleep(61)
    journal.play("two", EIGHT, 60.0)
    assert [(play.song, play.heard_s) for play in journal.plays()][-2:] == [("two", 60.0), ("three", 1.0)]
    assert messages(caplog).count("journal not written") == 2


def test_a_full_disk_leaves_the_old_journal_and_costs_a_line(venue: Venue, caplog: pytest.LogCaptureFixture) -> None:
    os.truncate(venue.journal, 5 * PAGE)
    most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * PAGE, most[1]))  # no file may grow beyond
    try:
        Journal(venue.journal).check()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
    assert messages(caplog) == ["journal not written"]
    assert not list(venue.root.glob("*.bad*"))
    assert not list(venue.root.glob(".journal*"))
    Journal(venue.journal).check()
    assert len(rows_of(venue.journal)["songs"]) == 1


def test_the_player_never_waits_for_the_journal_and_its_notes_are_written_later(venue: Venue) -> None:
    journal = Journal(venue.journal, waits=False)
    with journal_file.alone(venue.journal, 1):
        journal.play("two", EIGHT + timedelta(hours=2), 1.0)
    assert journal._thread
    journal._thread.join(10)
    assert [play.song for play in journal.plays()] == ["one", "one", "two"]
    venue.journal.write_bytes(b"no database" * 1000)
    journal.play("three", EIGHT, 1.0)
    journal._thread.join(10)
    assert [play.song for play in journal.plays()] == ["three"]


def test_who_only_reads_changes_nothing_on_disk(venue: Venue) -> None:
    for content in (None, b"no database" * 1000):
        if content:
            venue.journal.write_bytes(content)
        before = {path: path.stat().st_mtime_ns for path in venue.root.iterdir()}
        journal = Journal(venue.journal)
        assert bool(journal.songs()) == (not content)
        assert journal.is_damaged() == bool(content)
        assert {path: path.stat().st_mtime_ns for path in venue.root.iterdir()} == before


def test_a_journal_of_a_later_version_is_left_as_it_is_even_at_a_start(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    Journal(path).song(replace(a_card("one")))
    with closing(sqlite3.connect(path)) as db:
        db.executescript("ALTER TABLE songs ADD COLUMN mood TEXT; PRAGMA user_version = 99")
    Journal(path).check()
    assert not list(tmp_path.glob("*.bad*"))


def test_a_rebuild_broken_off_leaves_no_second_name_to_a_sound_journal(venue: Venue) -> None:
    atomic.name_again(venue.journal, venue.root / "journal.db.bad")
    Journal(venue.journal).check()
    assert not (venue.root / "journal.db.bad").exists()


@pytest.fixture(autouse=True)
def _seen(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
