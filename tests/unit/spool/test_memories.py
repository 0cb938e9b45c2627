"""What the house remembers: counts, locks, journal and reasons."""

import json
import multiprocessing
import os
import sqlite3
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from builders import a_card
from stornello.domain.errors import VenueBusyError
from stornello.domain.names import JobId, TableId
from stornello.spool import counts, reasons, snapshot
from stornello.spool.counts import Counts
from stornello.spool.journal import Journal
from stornello.spool.journal_rows import PlayRow
from stornello.spool.locks import LifeLock, hold
from stornello.spool.playlist import Playlist
from venues import EIGHT, a_venue, unreachable

FIVE, SIX = TableId(5), TableId(6)


def test_a_song_is_counted_once_however_often_it_is_told() -> None:
    once = Counts().plus(JobId("a"), FIVE)
    assert once.plus(JobId("a"), FIVE) == once
    assert once.plus(JobId("b"), FIVE).tonight == {FIVE: 2}


def test_another_night_begins_at_nothing_but_remembers_ever() -> None:
    first = Counts().during("2026-11-23").plus(JobId("a"), FIVE)
    assert first.during("2026-11-23") == first
    second = first.during("2026-11-24")
    assert (second.tonight, second.fair, second.ever) == ({}, {}, {FIVE: 1})
    assert second.plus(JobId("a"), FIVE) == second


tables = st.dictionaries(st.integers(1, 9999).map(TableId), st.integers(0, 999))


@given(tables, tables, tables, st.lists(st.text().map(JobId)))
def test_counts_survive_the_disk(
    tmp_path_factory: pytest.TempPathFactory,
    fair: dict[TableId, int],
    tonight: dict[TableId, int],
    ever: dict[TableId, int],
    jobs: list[JobId],
) -> None:
    path = tmp_path_factory.getbasetemp() / "state.json"
    kept = Counts("2026-11-23", fair, tonight, ever, tuple(jobs))
    counts.save(path, kept)
    assert counts.load(path) == kept


@pytest.mark.parametrize("damage", [b"", b"\xff", b"[]", b"5", b'{"night": "x"}', b'{"night": 1, "fair": []}'])
def test_damaged_counts_are_kept_beside_and_begin_anew(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(damage)
    assert counts.load(path) == counts.load(path) == Counts()
    assert (tmp_path / "state.json.bad").read_bytes() == damage


def test_who_only_looks_leaves_no_trace_and_waits_for_no_lock(tmp_path: Path) -> None:
    venue = a_venue(tmp_path)
    Playlist(venue.playlist).put(a_card("a"))
    venue.playlist.with_name("playlist.queue.lock").unlink()
    with venue.playlist.open("a") as queue:
        queue.write('{"damaged": \n')
    venue.producer_state.write_text("{ torn")
    before = everything_below(venue.root)
    seen = snapshot.look(venue)
    assert ([card.id for card in seen.queue], seen.songs_tonight) == (["a"], {})
    assert everything_below(venue.root) == before
    with FileLock(venue.playlist.with_name("playlist.queue.lock")):
        assert [card.id for card in snapshot.look(venue).queue] == ["a"]


def test_what_other_systems_leave_at_the_door_is_not_arriving(tmp_path: Path) -> None:
    venue = a_venue(tmp_path)
    for name in ("desktop.ini", "Thumbs.db", ".DS_Store", "5-anna.wav"):
        (venue.from_tables / name).write_text("")
    assert snapshot.look(venue).arriving == 1


def everything_below(folder: Path) -> dict[Path, bytes | None]:
    return {path: path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def take_and_die(path: Path) -> None:
    lock = LifeLock(path)
    assert lock.take()
    os._exit(9)


def take_and_wait(path: Path, taken: Event, done: Event) -> None:
    lock = LifeLock(path)
    assert lock.take()
    taken.set()
    done.wait(30)


def test_a_second_instance_is_told_who_holds_the_venue(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    taken, done = spawn.Event(), spawn.Event()
    holder = spawn.Process(target=take_and_wait, args=(tmp_path / "watchdog.lock", taken, done))
    holder.start()
    assert taken.wait(30)
    with pytest.raises(VenueBusyError, match=f"process {holder.pid}") as refusal:
        hold(tmp_path, "watchdog")
    assert f"processo {holder.pid}" in refusal.value.what.it
    lock = LifeLock(tmp_path / "watchdog.lock")
    assert (lock.is_free(), lock.looks_held()) == (False, True)
    done.set()
    holder.join(30)
    assert (lock.is_free(), lock.looks_held()) == (True, False)


def test_a_lock_ends_with_a_holder_that_never_let_go(tmp_path: Path) -> None:
    holder = multiprocessing.get_context("spawn").Process(target=take_and_die, args=(tmp_path / "x.lock",))
    holder.start()
    holder.join(30)
    assert holder.exitcode == 9
    assert not LifeLock(tmp_path / "x.lock").looks_held()
    lock = hold(tmp_path, "x")
    assert lock.holder() == os.getpid()
    lock.release()
    assert lock.is_free()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux tells when a process began")
@pytest.mark.parametrize("part", [0, 1], ids=["another boot", "another start"])
def test_a_process_that_got_the_number_of_a_dead_holder_holds_nothing(tmp_path: Path, part: int) -> None:
    lock = hold(tmp_path, "x")
    assert lock.looks_held()
    note = tmp_path / "x.lock.holder"
    told = json.loads(note.read_text())
    life = told["life"].split()
    life[part] = "0"
    lock.release()
    note.write_text(json.dumps(told | {"life": " ".join(life)}))
    assert lock.holder() == os.getpid()
    assert not lock.looks_held()


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="only Linux lists its locks")
def test_a_holder_that_could_leave_no_note_on_a_read_only_disk_is_seen_all_the_same(tmp_path: Path) -> None:
    lock = hold(tmp_path, "x")
    (tmp_path / "x.lock.holder").unlink()
    other = LifeLock(tmp_path / "x.lock")
    assert (other.looks_held(), other.holder()) == (True, os.getpid())
    lock.release()
    assert not other.looks_held()


@pytest.mark.parametrize("torn", ["", "{", "5", "{}", '{"pid": null}'])
def test_a_torn_holder_is_nobody(tmp_path: Path, torn: str) -> None:
    (tmp_path / "x.lock.holder").write_text(torn)
    assert LifeLock(tmp_path / "x.lock").holder() is None


def test_the_journal_remembers_songs_plays_and_recordings_once_each(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    for _ in range(2):
        journal.recording("ab" * 32, "5-anna.wav", FIVE, "staged", 42, EIGHT)
        journal.song(a_card())
        journal.failure("5_203000_a1b2c3", FIVE, "job-crashed", EIGHT)
    journal.play("one", EIGHT, 0.0)
    journal.play("house/jazz.mp3", EIGHT.replace(minute=2), 3.0, "house")
    journal.play("one", EIGHT, 61.5)
    assert journal.plays() == [
        PlayRow("one", EIGHT.isoformat(), 61.5, "song"),
        PlayRow("house/jazz.mp3", EIGHT.replace(minute=2).isoformat(), 3.0, "house"),
    ]
    with sqlite3.connect(journal.path) as db:
        rows = db.execute("SELECT (SELECT count(*) FROM recordings), (SELECT count(*) FROM songs)").fetchone()
    db.close()
    assert rows == (1, 1)


def test_a_journal_that_cannot_be_written_costs_a_log_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    place = tmp_path / "missing" / "journal.db"
    Journal(place).play("one", EIGHT, 1.0)
    assert Journal(place).plays() == []
    assert [record.getMessage() for record in caplog.records] == ["journal not written"]


def test_a_reason_is_read_as_it_was_written_in_both_languages(tmp_path: Path) -> None:
    reasons.write(tmp_path, unreachable(), EIGHT)
    reason = reasons.read(tmp_path)
    assert reason
    assert (reason.code, reason.retryable, reason.name) == ("away", True, tmp_path.name)
    assert (reason.within("it"), reason.within("en")) == ("Via. Aspetta.", "Away. Wait.")
    reasons.forget(tmp_path)
    reasons.forget(tmp_path)
    assert reasons.read(tmp_path) is None


def test_reasons_are_listed_oldest_first_and_torn_ones_skipped(tmp_path: Path) -> None:
    for minute, name in ((2, "b"), (1, "a"), (1, "c")):
        (tmp_path / name).mkdir()
        reasons.write(tmp_path / name, unreachable(), EIGHT.replace(minute=minute))
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "reason.json").write_text('{"code": "x", "what": []}')
    (tmp_path / "a file").write_text("")
    assert [reason.name for reason in reasons.read_all(tmp_path)] == ["a", "c", "b"]
    assert reasons.read_all(tmp_path / "missing") == []


def test_a_venue_can_be_made_again_and_again_and_its_run_folder_is_private(tmp_path: Path) -> None:
    venue = a_venue(tmp_path)
    venue.open()
    assert venue.run.stat().st_mode & 0o777 == 0o700
    assert venue.from_tables.is_dir()
    assert venue.staged(SIX) == venue.work_in_progress / "6"
