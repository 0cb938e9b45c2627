"""A disk that is full, read-only, forbidden or away: no service falls, nothing is lost or doubled, all goes on after.

Every change of a venue goes through one small disk, and here that disk refuses; see ``torture/test_full_disk.py`` for
a file system that is full in earnest, under all services.
"""

import errno
import logging
import os
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from fake_decks import HandClock
from fake_room import Room
from kitchen import Kitchen
from refusing import Lying, Refusing, a_fast_folder
from song_desk import CountingEngines, a_desk
from stornello.audio_watchdog import AudioWatchdog
from stornello.audio_watchdog.door import Door
from stornello.domain.errors import JobHeldError
from stornello.producer.attempts import MAX_ATTEMPTS
from stornello.producer.worker import DISK_REFUSED
from stornello.spool import atomic
from stornello.spool.disk import Disk
from stornello.spool.paths import Venue
from venues import ScriptedTranscriber, a_venue, a_voice_note, files_below, some_ears

TROUBLES = (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO, errno.ESTALE)
ANSWERS_OF_A_SHARE = (errno.EIO, errno.ENOENT)
"""What a client tells of a rename that the server has done."""

A_MINUTE = 60.0


def a_watchdog(venue: Venue, transcriber: ScriptedTranscriber) -> AudioWatchdog:
    door = Door(venue.from_tables, 0.0)
    return AudioWatchdog(venue, door, some_ears(venue, transcriber), HandClock(), poll_s=1.0, workers=1)


def pass_on(watchdog: AudioWatchdog, disk: Disk) -> None:
    """Let the watchdog make a pass a minute later, and what it gave to its ears come to an end."""
    watchdog.clock.sleep(A_MINUTE)
    with atomic.on(disk):
        watchdog.try_tick()
        for attending in list(watchdog._in_hand.values()):
            attending.wait(30)


@dataclass
class Refuses(CountingEngines):
    """Engines during whose first call of ``at`` the disk begins to refuse."""

    disk: Refusing = field(default_factory=Refusing)
    trouble: int = 0
    at: str = ""

    def _called(self, what: str) -> None:
        super()._called(what)
        if what == self.at and self.asked(what) == 1:
            self.disk.trouble = self.trouble


def errors_told(caplog: pytest.LogCaptureFixture, logger: str) -> int:
    return sum(one.levelno >= logging.ERROR and one.name.startswith(logger) for one in caplog.records)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_recordings_wait_at_the_door_while_the_disk_refuses(tmp_path: Path, trouble: int) -> None:
    venue, ears, disk = a_venue(tmp_path), ScriptedTranscriber(), Refusing()
    watchdog = a_watchdog(venue, ears)
    for name, hertz in (("5-anna.wav", 300.0), ("7-carlo.wav", 400.0)):
        a_voice_note(venue.from_tables / name, hertz=hertz)
    disk.trouble = trouble
    for _ in range(5):
        pass_on(watchdog, disk)
    assert len(list(venue.from_tables.iterdir())) == 2
    disk.trouble = 0
    for _ in range(20):
        pass_on(watchdog, disk)
    assert (len(files_below(venue.work_in_progress)), ears.calls) == (2, 2)
    assert not list(venue.hearing.iterdir())


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_recording_that_the_disk_refuses_while_it_is_heard_loses_no_attempt(tmp_path: Path, trouble: int) -> None:
    venue, disk = a_venue(tmp_path), Refusing()

    def refuse() -> None:
        disk.trouble = trouble

    ears = ScriptedTranscriber(before=refuse)
    watchdog = a_watchdog(venue, ears)
    a_voice_note(venue.from_tables / "5-anna.wav")
    for _ in range(8):
        pass_on(watchdog, disk)
        disk.trouble = 0
    ears.before = lambda: None
    for _ in range(8):
        pass_on(watchdog, disk)
    assert len(files_below(venue.work_in_progress)) == 1
    assert not list(venue.transcription_errors.iterdir())


@pytest.mark.parametrize("trouble", TROUBLES)
def test_songs_and_turns_wait_while_the_disk_refuses(tmp_path: Path, trouble: int) -> None:
    kitchen, disk = Kitchen(a_venue(tmp_path)), Refusing()
    kitchen.note(5)
    kitchen.note(7)

    def refused_passes() -> None:
        disk.trouble = trouble
        with atomic.on(disk):
            for _ in range(5):
                assert not kitchen.producer.try_tick()
        disk.trouble = 0

    refused_passes()
    for _ in range(2):
        kitchen.later(A_MINUTE)
        assert kitchen.producer.try_tick()
        kitchen.sing_all()
        refused_passes()
    kitchen.tick(2)
    assert sorted(kitchen.queued()) == [5, 7]
    assert (len(kitchen.pool.started), kitchen.tonight()) == (2, {5: 1, 7: 1})
    assert not kitchen.open_jobs()


def test_a_child_that_the_disk_refused_loses_no_attempt_though_nothing_can_be_written_down(tmp_path: Path) -> None:
    kitchen, disk = Kitchen(a_venue(tmp_path)), Refusing()
    kitchen.note(5)
    kitchen.tick()
    [job] = kitchen.pool.in_hand
    for _ in range(MAX_ATTEMPTS + 1):
        disk.trouble = errno.EIO
        kitchen.crash(job, DISK_REFUSED)
        with atomic.on(disk):
            for _ in range(3):
                assert not kitchen.producer.try_tick()
                kitchen.later(A_MINUTE)
        for _ in range(2):
            kitchen.producer.try_tick()
            kitchen.later(A_MINUTE)
        assert kitchen.pool.in_hand == [job]
    kitchen.sing(job)
    kitchen.tick()
    assert (kitchen.queued(), kitchen.open_jobs()) == ([5], [])


def test_a_job_that_fails_while_the_disk_lets_nothing_begin_loses_no_attempt_and_is_not_started_again(
    tmp_path: Path,
) -> None:
    kitchen = Kitchen(a_venue(tmp_path))
    kitchen.note(5)
    kitchen.tick()
    [job] = kitchen.pool.in_hand
    for _ in range(9):
        kitchen.disk_lets_us_begin = False
        kitchen.crash(job)
        for _ in range(3):
            kitchen.later(A_MINUTE)
            assert kitchen.tick() == []
        kitchen.disk_lets_us_begin = True
        assert kitchen.tick() == [5]
    kitchen.sing(job)
    kitchen.tick()
    assert (kitchen.queued(), kitchen.open_jobs()) == ([5], [])


@pytest.mark.usefixtures("each_sound_once")
@pytest.mark.parametrize("trouble", TROUBLES[:2])
def test_a_song_that_the_disk_refuses_is_made_later_and_ordered_once(tmp_path: Path, trouble: int) -> None:
    for refused_at in ("summarise", "write", "collect"):
        disk = Refusing()
        desk = a_desk(tmp_path / refused_at)
        desk.engines = Refuses(disk=disk, trouble=trouble, at=refused_at)
        with atomic.on(disk):
            with pytest.raises(OSError, match=os.strerror(trouble)):
                desk.maker.make(desk.job)
            disk.trouble = 0
            desk.maker.make(desk.job)
        assert len(desk.engines.accepted) == 1


@pytest.mark.parametrize("trouble", TROUBLES[:2])
def test_the_music_goes_on_while_the_disk_refuses_and_no_song_is_heard_twice(tmp_path: Path, trouble: int) -> None:
    venue, disk = a_venue(tmp_path), Refusing()
    room = Room(venue)
    for song in ("one", "two", "three"):
        room.put(song)
    with atomic.on(disk):
        room.pass_time(1)
        disk.trouble = trouble
        assert min(room.powers(160)) > 0.9
        disk.trouble = 0
        room.pass_time(60)
    assert (room.player.loads, room.queued()) == (["one", "two", "three"], [])


def test_a_trouble_that_lasts_is_told_once_and_not_at_every_pass(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    venue, disk = a_venue(tmp_path), Refusing()
    room, kitchen = Room(venue), Kitchen(venue)
    room.put("one", file_s=0)
    kitchen.note(5)
    disk.trouble = errno.ENOSPC
    with atomic.on(disk):
        room.pass_time(120)
        for _ in range(120):
            kitchen.producer.try_tick()
    assert 1 <= errors_told(caplog, "stornello.riproduzione.dj") <= 2
    assert errors_told(caplog, "stornello.producer") == 1


@pytest.mark.usefixtures("each_sound_once")
@pytest.mark.parametrize("error", ANSWERS_OF_A_SHARE)
def test_a_rename_that_is_done_and_reported_as_failed_neither_loses_nor_doubles_a_recording(error: int) -> None:
    for at in count(1):
        with a_fast_folder() as folder:
            venue, disk = a_venue(folder), Lying(at, error)
            watchdog = a_watchdog(venue, ScriptedTranscriber())
            a_voice_note(venue.from_tables / "5-anna.wav")
            for _ in range(9):
                pass_on(watchdog, disk)
            assert len(files_below(venue.work_in_progress)) == 1, at
            assert len(files_below(venue.archived_recordings)) == 1, at
            assert not list(venue.hearing.iterdir()), at
            assert not list(venue.transcription_errors.iterdir()), at
            if not disk.has_lied:
                assert at > 5
                return


@pytest.mark.parametrize("error", ANSWERS_OF_A_SHARE)
def test_a_rename_that_is_done_and_reported_as_failed_neither_loses_nor_doubles_a_song(error: int) -> None:
    for at in count(1):
        with a_fast_folder() as folder:
            kitchen, disk = Kitchen(a_venue(folder)), Lying(at, error)
            kitchen.note(5, 2)
            kitchen.note(7)
            for _ in range(12):
                kitchen.later(A_MINUTE)
                with atomic.on(disk):
                    kitchen.producer.try_tick()
                kitchen.sing_all()
            assert set(kitchen.queued()) == {5, 7}, at
            assert kitchen.tonight() == Counter(kitchen.queued()), at
            assert kitchen.archived() == ["note 1", "note 2", "note 3"], at
            assert not list(kitchen.venue.jobs.iterdir()), at
            if not disk.has_lied:
                assert at > 9
                return


@pytest.mark.usefixtures("each_sound_once")
@pytest.mark.parametrize("is_paid", [True, False])
def test_a_rename_that_is_done_and_reported_as_failed_pays_no_song_twice(*, is_paid: bool) -> None:
    for at in count(1):
        with a_fast_folder() as folder:
            desk, disk = a_desk(folder), Lying(at, errno.EIO)
            desk.engines.is_paid = is_paid
            is_held = False
            with atomic.on(disk):
                for _ in range(3):
                    try:
                        desk.maker.make(desk.job)
                    except JobHeldError:
                        is_held = True
                    except OSError:
                        continue
                    break
            assert len(desk.engines.accepted) == (0 if is_held else 1), at
            assert is_held or desk.venue.card(desk.job.id).is_file(), at  # type: ignore[arg-type]  # a job's song has its id
            assert is_paid or not is_held
            if not disk.has_lied:
                assert at > 9
                return


@pytest.mark.parametrize("error", ANSWERS_OF_A_SHARE)
def test_a_rename_that_is_done_and_reported_as_failed_lets_no_song_be_heard_twice(error: int) -> None:
    for at in range(1, 9):
        with a_fast_folder() as folder:
            room = Room(a_venue(folder))
            for song in ("one", "two"):
                room.put(song, file_s=None)
            with atomic.on(Lying(at, error)):
                room.pass_time(125)
            assert (list(room.heard()), room.queued()) == (["one", "two"], []), at
