"""The obvious way and ours, side by side: each trap that was measured in the naive design still catches that."""

import fcntl
import multiprocessing
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from filelock import FileLock

from builders import a_card
from crashes import machine
from fake_room import Room
from kitchen import Kitchen
from night import wait_until
from stornello.audio_watchdog.door import Door
from stornello.domain.fairness import Hall, take_turns
from stornello.domain.names import JobId, TableId
from stornello.producer.pool import Pool
from stornello.spool import atomic, jobs, staging
from stornello.spool.disk import Disk
from stornello.spool.jobs import Job
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist
from venues import a_voice_note

NOW = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)


@pytest.fixture
def venue(tmp_path: Path) -> Venue:
    venue = Venue(tmp_path / "venue")
    venue.open()
    return venue


# A queue that is rewritten in place: killed 100 times, 76 % lost everything


def rewritten_in_place(queue: Path) -> None:
    """The naive put: read all, write all."""
    lines = queue.read_text()
    with queue.open("w") as file:
        file.write(lines)


def written_beside(queue: Path) -> None:
    atomic.write_text(queue, queue.read_text())


def losses(queue: Path, put: Callable[[Path], None], kills: int) -> int:
    """Kill a process that puts without a pause so many times; return how often the queue was whole no more."""
    whole = "".join(f"song {number}\n" for number in range(5000))
    lost = 0
    for kill in range(kills):
        queue.write_text(whole)
        child = forked(lambda: put(queue))
        time.sleep(0.002 + 0.0007 * (kill % 13))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        lost += queue.read_text() != whole
    return lost


def forked(what: Callable[[], object]) -> int:
    """Start a process, cheaply, that does this again and again until it is killed; return its id."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other tests' threads: the child touches nothing of theirs
        child = os.fork()
    if not child:
        try:
            while True:
                what()
        finally:
            os._exit(1)
    return child


def test_a_queue_that_is_rewritten_in_place_is_lost_by_a_kill_and_ours_never(tmp_path: Path) -> None:
    assert losses(tmp_path / "naive.queue", rewritten_in_place, 40) > 0
    assert losses(tmp_path / "playlist.queue", written_beside, 40) == 0


# Libraries that call themselves persistent and never fsync


def put_unsynced(folder: Path, line: str) -> None:
    """The naive put of a persistent queue: a whole file and a rename, which the kernel may keep in memory."""
    disk = machine()
    disk.create(folder / "queue.new", line.encode())
    disk.rename(folder / "queue.new", folder / "naive.queue")


def test_what_was_put_without_a_sync_is_gone_with_the_power_and_what_we_put_is_not(ram: Path) -> None:
    playlist = Playlist(ram / "playlist.queue")
    playlist.put(a_card("5_203000_abcdef"))
    put_unsynced(ram, "a song")
    machine().cut("dropped")
    assert not (ram / "naive.queue").exists()
    assert [card.id for card in Playlist(ram / "playlist.queue").waiting()] == ["5_203000_abcdef"]


# A WAV whose size is stable is not finished: 12 of 12 partial ones were accepted


def is_stable(file: Path, looks: list[int]) -> bool:
    """The naive rule: as long as at the last look."""
    looks.append(file.stat().st_size)
    return looks[-2:] == [looks[-1]] * 2


def test_a_recorder_that_pauses_fools_the_size_and_not_the_door(tmp_path: Path) -> None:
    note = tmp_path / "5-anna.wav"
    a_voice_note(note)
    whole = note.read_bytes()
    note.write_bytes(whole[: len(whole) // 2])
    door, looks = Door(tmp_path, 1.0), list[int]()
    seen = [(is_stable(note, looks), bool(list(door.finished(second)))) for second in (10.0, 11.0, 12.5)]
    assert seen == [(False, False), (True, False), (True, False)]
    note.write_bytes(whole)
    assert [bool(list(door.finished(second))) for second in (13.0, 14.0)] == [False, True]


# A table's whole folder renamed as its batch: what comes in meanwhile slips in


def claimed_by_folder(venue: Venue, texts: list[Path], batch: Path) -> None:
    """The naive claim, of texts that were listed before."""
    del texts
    atomic.move_folder(venue.staged(TableId(5)), batch)


def claimed_file_by_file(venue: Venue, texts: list[Path], batch: Path) -> None:
    job = jobs.claim(venue, TableId(5), texts, NOW)
    assert job
    atomic.move_folder(job.transcripts, batch)


class LateGuest(Disk):
    """A disk on which another text of the table arrives just before the first rename."""

    def __init__(self, text: Path) -> None:
        self.text: Path | None = text

    def rename(self, source: Path, target: Path) -> None:
        if self.text:
            self.text.write_text("late")
            self.text = None
        super().rename(source, target)


@pytest.mark.parametrize(("claim", "batch"), [(claimed_by_folder, 3), (claimed_file_by_file, 2)])
def test_a_late_text_slips_into_a_renamed_folder_and_waits_for_the_next_batch_of_ours(
    venue: Venue, tmp_path: Path, claim: Callable[[Venue, list[Path], Path], None], batch: int
) -> None:
    folder = venue.staged(TableId(5))
    folder.mkdir()
    for name in ("1.txt", "2.txt"):
        (folder / name).write_text(name)
    texts = staging.in_order(folder)
    with atomic.on(LateGuest(folder / "late.txt")):
        claim(venue, texts, tmp_path / "batch")
    claimed = len(list((tmp_path / "batch").iterdir()))
    assert claimed == batch, f"{len(texts)} were listed"


# multiprocessing.Pool never tells of a worker that was killed


def test_a_killed_worker_of_multiprocessings_pool_never_answers(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(1) as naive:
        answer = naive.apply_async(os._exit, (9,))
        with pytest.raises(multiprocessing.TimeoutError):
            answer.get(3)
    assert end_of_ours(tmp_path)[1] == 128 + signal.SIGKILL


def end_of_ours(folder: Path) -> tuple[JobId, int]:
    """Let a job's child kill itself; return what our pool tells of it."""
    (folder / "5_203000_abcdef").mkdir()
    job = Job(JobId("5_203000_abcdef"), folder / "5_203000_abcdef")
    pool = Pool(1, lambda _: [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"], 60, folder)
    ends: list[tuple[JobId, int]] = []
    pool.start(job)

    def has_ended() -> bool:
        ends.extend(pool.ended())
        return bool(ends)

    wait_until(has_ended, 20)
    return ends[0]


# The fewest songs of all time: a table that comes late has 20 of the next 20


def fewest(counts: Mapping[TableId, int], tables: Collection[TableId]) -> TableId:
    """The naive rule."""
    return min(tables, key=lambda table: (counts.get(table, 0), table))


def turns(next_of: Callable[[dict[TableId, int]], TableId], songs: int) -> list[TableId]:
    counts = dict.fromkeys((TableId(1), TableId(2), TableId(3), TableId(4)), 20)
    had = []
    for _ in range(songs):
        table = next_of(counts)
        counts[table] = counts.get(table, 0) + 1
        had.append(table)
    return had


def test_a_late_table_takes_every_turn_by_the_fewest_and_its_share_by_ours() -> None:
    tables = [TableId(number) for number in range(1, 6)]
    known = frozenset(tables[:4])
    since = {table: NOW + timedelta(minutes=table) for table in tables}

    def ours(counts: dict[TableId, int]) -> TableId:
        nonlocal known
        look = take_turns(Hall(since, frozenset(), counts, known))
        counts.update(look.songs)
        known = look.present
        return look.line[0]

    assert turns(lambda counts: fewest(counts, tables), 20) == [TableId(5)] * 20
    assert turns(ours, 20).count(TableId(5)) == 4


# Backpressure that counts the queue alone overshoots by the workers


def made_by_queue_alone(workers: int, most: int) -> int:
    """The naive rule: begin a song while there is room in the queue. All who are at work deliver."""
    queue = at_work = 0
    for _ in range(10):
        at_work = workers if queue < most else 0
        queue += at_work
    return queue


def test_the_queue_alone_lets_the_playlist_overflow_and_ours_counts_what_is_in_flight(tmp_path: Path) -> None:
    kitchen = Kitchen(Venue(tmp_path), workers=4, max_queue_size=5)
    for table in range(1, 9):
        kitchen.note(table, count=3)
    for _ in range(10):
        kitchen.tick(2)
        kitchen.sing_all()
    assert made_by_queue_alone(4, 5) == 8
    assert len(kitchen.queued()) == 5


# A lock that waits for its next look: 50 ms a put


def waits_s(lock: FileLock) -> list[float]:
    """Return how long ``lock`` is waited for after somebody else has let go of it, in seconds, a few times."""
    return [wait_s(lock) for _ in range(5)]


def wait_s(lock: FileLock) -> float:
    held = os.open(lock.lock_file, os.O_RDWR | os.O_CREAT)
    fcntl.flock(held, fcntl.LOCK_EX)
    released = list[float]()

    def let_go() -> None:
        released.append(time.monotonic())
        os.close(held)

    timer = threading.Timer(0.01, let_go)
    timer.start()
    with lock:
        waited_s = time.monotonic() - released[0]
    timer.join()
    return waited_s


def test_a_lock_by_filelocks_default_waits_most_of_50_ms_and_the_playlists_does_not(venue: Venue) -> None:
    assert max(waits_s(FileLock(venue.root / "naive.lock"))) > 0.025
    assert min(waits_s(Playlist(venue.playlist)._lock)) < 0.025


# A player that has lost its sound card fails every load within 30 ms


def consumed(queue: list[str], loads: Callable[[str], bool]) -> Iterator[str]:
    """The naive consumer: the next song when one has failed."""
    while queue:
        song = queue.pop(0)
        if loads(song):
            yield song


def test_a_consumer_that_believes_every_failed_load_burns_the_queue_and_the_dj_keeps_it(venue: Venue) -> None:
    room = Room(venue)
    songs = ["one", "two", "three"]
    for song in songs:
        room.put(song)
    room.player.broken = True
    naive = list(songs)
    assert not list(consumed(naive, lambda _: not room.player.broken))
    assert naive == []
    room.pass_time(30)
    assert room.queued() == songs
