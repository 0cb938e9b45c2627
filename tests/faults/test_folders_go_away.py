"""A folder deleted while everything runs, or the whole venue unmounted: no service falls, and work goes on after."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from builders import a_sound
from fake_decks import HandClock, a_wav
from fake_room import Room
from kitchen import Kitchen
from refusing import a_fast_folder
from song_desk import CountingEngines, a_desk
from stornello.audio_watchdog import AudioWatchdog
from stornello.audio_watchdog.door import Door
from stornello.spool.paths import Venue
from venues import ScriptedTranscriber, a_venue, a_voice_note, files_below, some_ears

FOLDERS = (
    *("FROM_TABLES", "WORK_IN_PROGRESS", ".tmp_player", ".tmp_player/hearing", ".tmp_player/jobs", ".tmp_player/run"),
    *("songs", "archive", "failed_processing"),
)


@dataclass
class House:
    """The three services in one venue, on one clock, in this process."""

    venue: Venue

    def __post_init__(self) -> None:
        self.clock, self.ears = HandClock(), ScriptedTranscriber()
        door = Door(self.venue.from_tables, 0.0)
        self.watchdog = AudioWatchdog(self.venue, door, some_ears(self.venue, self.ears), self.clock, 1.0, 1)
        self.kitchen = Kitchen(self.venue, clock=self.clock, max_queue_size=50)
        self.room = Room(self.venue, self.clock)

    def pass_time(self, passes: int) -> None:
        """Let every service make so many passes."""
        for _ in range(passes):
            self.watchdog.try_tick()
            for attending in list(self.watchdog._in_hand.values()):
                attending.wait(30)
            self.kitchen.producer.try_tick()
            self.room.pass_time(2)

    def sing_all(self) -> None:
        """Let all songs that are in the making be ready."""
        for job in list(self.kitchen.pool.in_hand):
            a_wav(self.venue.songs / f"{job}.wav", 60)
            self.kitchen.sing(job)

    def tell(self, name: str, hertz: float) -> None:
        a_voice_note(self.venue.from_tables / name, hertz=hertz)

    def heard(self) -> int:
        """How many recordings the archive holds."""
        return len(files_below(self.venue.archived_recordings))


@pytest.fixture
def house(caplog: pytest.LogCaptureFixture) -> Iterator[House]:
    """A house in the middle of its night, in which nobody meets what nobody foresaw."""
    with a_fast_folder() as folder:
        house = House(a_venue(folder))
        house.room.put("one", a_sound(300))
        house.tell("5-anna.wav", 300)
        house.pass_time(3)
        house.tell("7-carlo.wav", 400)
        yield house
    told = [one for one in caplog.get_records("call") if one.exc_info and not issubclass(one.exc_info[0], OSError)]  # type: ignore[arg-type]  # there is one
    assert told == []


@pytest.mark.usefixtures("each_sound_once")
@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_that_is_deleted_comes_back_and_work_goes_on(house: House, name: str) -> None:
    shutil.rmtree(house.venue.root / name)
    house.pass_time(2)
    house.sing_all()
    house.pass_time(2)
    assert (house.venue.root / name).is_dir()
    house.tell("9-dora.wav", 500)
    for _ in range(4):
        house.pass_time(2)
        house.sing_all()
    house.pass_time(1)
    queued = house.kitchen.queued()
    assert 9 in queued
    assert len(set(queued)) == len(queued)
    assert len(house.room.player.open_decks()) > 0
    assert not house.kitchen.open_jobs()


@pytest.mark.usefixtures("each_sound_once")
@pytest.mark.parametrize("left", ["nothing", "the mount point"])
def test_a_venue_that_is_unmounted_is_waited_for_and_goes_on_where_it_was(house: House, left: str) -> None:
    root = house.venue.root
    away = root.rename(root.with_name("away"))
    if left != "nothing":
        root.mkdir()
    house.pass_time(5)
    assert (list(root.iterdir()) if left != "nothing" else not root.exists()) in ([], True)
    if left != "nothing":
        root.rmdir()
    away.rename(root)
    for _ in range(4):
        house.pass_time(2)
        house.sing_all()
    house.pass_time(1)
    assert sorted(house.kitchen.queued()) == [5, 7]
    assert house.kitchen.tonight() == {5: 1, 7: 1}
    assert (house.heard(), house.ears.calls) == (2, 2)
    assert house.room.player.loads.count("one") == 1


@dataclass
class Moves(CountingEngines):
    """Engines during whose first writing the job's folder is moved."""

    moves: tuple[Path, Path] = (Path(), Path())

    def _called(self, what: str) -> None:
        super()._called(what)
        if what == "write" and self.asked(what) == 1:
            self.moves[0].rename(self.moves[1])


def test_a_song_whose_job_is_moved_while_it_is_made_orders_nothing_and_makes_no_folder_anew(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    aside = desk.venue.failed_processing / desk.job.id

    desk.engines = Moves(is_paid=True, moves=(desk.job.folder, aside))
    with pytest.raises(FileNotFoundError):
        desk.maker.make(desk.job)
    assert not desk.job.folder.exists()
    assert desk.engines.asked("request") == 0
    aside.rename(desk.job.folder)
    desk.maker.make(desk.job)
    assert desk.engines.asked("request") == 1


def test_two_children_of_one_job_cannot_be_though_its_folder_was_moved_away_and_back(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    first = desk.job.lock
    assert first.take()
    desk.job.folder.rename(desk.venue.failed_processing / desk.job.id)
    (desk.venue.failed_processing / desk.job.id).rename(desk.job.folder)
    assert not desk.job.lock.is_free()
    assert not desk.job.lock.take()
