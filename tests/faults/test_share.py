"""FROM_TABLES on a network share: a recording is copied, compared, and only then taken away there."""

import errno
import os
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Literal

import pytest

from crashes import HOWS, Crash, How, deaths, dying_at, machine, rooms
from fake_decks import HandClock
from refusing import NAMES, Lying, a_fast_folder
from stornello.audio_watchdog import AudioWatchdog
from stornello.audio_watchdog.door import Door
from stornello.spool import atomic
from stornello.spool.disk import Disk
from stornello.spool.paths import Venue
from stornello.spool.recordings import Claims
from venues import EIGHT, a_venue, a_voice_note, files_below, some_ears

SOUND = b"voice" * 1000
NAME = "5-anna.wav"


class Share(Lying):
    """A disk of which FROM_TABLES is no part, where ``meddle`` has its hand in each copy: source, then copy."""

    def __init__(self, venue: Venue, meddle: Callable[[Path, Path], object] = lambda *_: None) -> None:
        super().__init__(0, 0, share=venue.from_tables)
        self.meddle = meddle

    def copy(self, source: Path, target: Path) -> None:
        super().copy(source, target)
        self.meddle(source, target)


class Forbidding(Share):
    """A share from which nothing may be taken away."""

    def unlink(self, file: Path) -> None:
        if self.share and file.is_relative_to(self.share):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(file))
        super().unlink(file)


def a_sound(venue: Venue) -> Path:
    (venue.from_tables / NAME).write_bytes(SOUND)
    return venue.from_tables / NAME


def claim(venue: Venue) -> None:
    Claims(venue).claim(venue.from_tables / NAME, NAME, EIGHT)


def claimed(venue: Venue) -> list[bytes]:
    return [path.read_bytes() for path in venue.hearing.glob("*/audio*")]


def write_on(source: Path, _: Path) -> None:
    with source.open("ab") as file:
        file.write(b"the second half")


def cut_short(_: Path, copy: Path) -> None:
    os.truncate(copy, 100)


def flip(_: Path, copy: Path) -> None:
    copy.write_bytes(bytes([SOUND[0] ^ 1]) + SOUND[1:])


@pytest.mark.parametrize("meddle", [write_on, cut_short, flip])
def test_a_copy_that_is_not_what_lies_on_the_share_is_none(
    tmp_path: Path, meddle: Callable[[Path, Path], object]
) -> None:
    venue = a_venue(tmp_path)
    a_sound(venue)
    with atomic.on(Share(venue, meddle)), pytest.raises(OSError, match="copy"):
        claim(venue)
    assert not list(venue.hearing.iterdir())
    assert (venue.from_tables / NAME).read_bytes().startswith(SOUND), "whole, for the next try"
    with atomic.on(Share(venue)):
        claim(venue)
    assert [sound.startswith(SOUND) for sound in claimed(venue)] == [True]
    assert not list(venue.from_tables.iterdir())


def test_a_recording_that_goes_on_when_its_copy_is_done_stays_on_the_share(tmp_path: Path) -> None:
    venue = a_venue(tmp_path)

    class GoesOn(Share):
        def sync_folder(self, folder: Path) -> None:
            super().sync_folder(folder)
            if claimed(venue):
                write_on(venue.from_tables / NAME, folder)

    a_sound(venue)
    with atomic.on(GoesOn(venue)), pytest.raises(OSError, match="changed"):
        claim(venue)
    assert (claimed(venue), list(venue.hearing.iterdir())) == ([], [])
    assert (venue.from_tables / NAME).stat().st_size > len(SOUND)


def test_a_share_from_which_nothing_may_be_taken_is_told_and_not_copied_for_ever(tmp_path: Path) -> None:
    venue = a_venue(tmp_path)
    a_sound(venue)
    with atomic.on(Forbidding(venue)), pytest.raises(PermissionError):
        claim(venue)
    assert (list(venue.hearing.iterdir()), a_sound(venue).read_bytes()) == ([], SOUND)


@pytest.mark.usefixtures("each_sound_once")
@pytest.mark.parametrize("error", [errno.EIO, errno.ENOENT, errno.EACCES])
def test_a_removal_that_is_done_and_reported_as_failed_neither_loses_nor_doubles_a_recording(error: int) -> None:
    for at in count(1):
        with a_fast_folder() as folder:
            venue = a_venue(folder)
            disk = Lying(at, error, about=NAMES, share=venue.from_tables)
            clock = HandClock()
            door = Door(venue.from_tables, 0.0)
            watchdog = AudioWatchdog(venue, door, some_ears(venue), clock, poll_s=1.0, workers=1)
            a_voice_note(venue.from_tables / NAME)
            for _ in range(5):
                clock.sleep(60)
                with atomic.on(disk):
                    watchdog.try_tick()
                    for attending in list(watchdog._in_hand.values()):
                        attending.wait(30)
            assert len(files_below(venue.work_in_progress)) == 1, at
            assert len(files_below(venue.archived_recordings)) == 1, at
            assert not [*venue.hearing.iterdir(), *venue.from_tables.iterdir()], at
            if not disk.has_lied:
                assert at > 3
                return


def left_by(death: int, how: How, venue: Venue) -> list[bytes]:
    """Die while a recording is claimed; return the sounds that are then there."""
    path = a_sound(venue)
    with pytest.raises(Crash), dying_at(death, how):
        claim(venue)
    return claimed(venue) + ([path.read_bytes()] if path.exists() else [])


@pytest.fixture
def venues(ram: Path) -> Callable[[], Venue]:
    """New venues whose door is on a share."""
    assert ram == machine().room
    machine().share = "FROM_TABLES"
    fresh = rooms()

    def a_new_venue() -> Venue:
        venue = a_venue(next(fresh))
        machine().settle()
        return venue

    return a_new_venue


def sweep(venues: Callable[[], Venue], how: How) -> list[int]:
    rehearsal = venues()
    a_sound(rehearsal)
    return deaths(lambda: claim(rehearsal), how)


@pytest.mark.parametrize("how", HOWS)
def test_a_recording_on_a_share_is_here_or_there_and_whole_whenever_the_watchdog_dies(
    venues: Callable[[], Venue], how: How
) -> None:
    found = sweep(venues, how)
    assert len(found) > (5 if how in {"before", "after"} else 1)
    for death in found:
        left = left_by(death, how, venues())
        assert left, f"{how} {death}"
        assert set(left) == {SOUND}, f"{how} {death}"


@pytest.mark.parametrize(("forgotten", "how"), [("sync", "torn"), ("sync", "dropped"), ("sync_folder", "dropped")])
def test_a_claim_that_forgets_to_sync_loses_one(
    venues: Callable[[], Venue], forgotten: Literal["sync", "sync_folder"], how: How
) -> None:
    machine().ignores = forgotten
    left = [left_by(death, how, venues()) for death in sweep(venues, how)]
    assert any(SOUND not in sounds for sounds in left)


def test_the_share_of_the_machine_is_another_device(ram: Path) -> None:
    (ram / "share").mkdir()
    (ram / "share" / "a").write_text("sound")
    machine().share = "share"
    for way in (Disk.rename, Disk.rename_new, Disk.link):
        with pytest.raises(OSError, match="cross-device"):
            getattr(machine(), way.__name__)(ram / "share" / "a", ram / "a")
    machine().unlink(ram / "share" / "a")
    machine().cut("dropped")
    assert not list((ram / "share").iterdir())
