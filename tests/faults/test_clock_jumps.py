"""Somebody, or the network, sets the clock by hours: nothing stalls, nothing is lost, and the order is kept.

The hand clock's time of day is set here, while its seconds go on as they do.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fake_decks import HandClock
from fake_room import Room
from kitchen import Kitchen
from song_desk import CountingEngines, a_desk
from stornello.audio_watchdog import AudioWatchdog
from stornello.audio_watchdog.door import Door
from stornello.domain.errors import GenerationFailed, StudioAway
from stornello.domain.names import JobId, TableId
from stornello.domain.plain import Plain
from stornello.spool import staging
from stornello.spool.paths import Venue
from venues import STORY, ScriptedTranscriber, a_venue, a_voice_note, some_ears, unreachable

HOUR = 3600.0
JUMPS = pytest.mark.parametrize("jump_s", [-7 * HOUR, 5 * HOUR], ids=["back", "forward"])
NOTHING = Plain("", "")


@dataclass
class House:
    """A watchdog at one table, which restarts as often as one likes."""

    venue: Venue
    clock: HandClock
    ears: ScriptedTranscriber

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        door, ears = Door(self.venue.from_tables, 1.0), some_ears(self.venue, self.ears)
        self.watchdog = AudioWatchdog(self.venue, door, ears, self.clock, poll_s=1.0, workers=1)

    def hear(self, guest: str, hertz: float) -> None:
        a_voice_note(self.venue.from_tables / f"5-{guest}.wav", hertz=hertz)
        self.pass_time(5)

    def pass_time(self, seconds: int) -> None:
        for _ in range(seconds):
            self.watchdog.tick()
            for attending in list(self.watchdog._in_hand.values()):
                attending.wait(30)
            self.clock.sleep(1.0)

    def guests(self) -> list[str]:
        """Who waits, in the order in which a song is made of it."""
        return [staging.guest_of(text) for text in staging.in_order(self.venue.staged(TableId(5)))]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(a_venue(tmp_path), HandClock(), ScriptedTranscriber())


@pytest.mark.parametrize("restarts", [False, True])
@JUMPS
def test_guests_are_heard_in_the_order_in_which_they_came(house: House, jump_s: float, *, restarts: bool) -> None:
    for number, guest in enumerate(("anna", "bruno", "carla")):
        house.hear(guest, 300 + 50 * number)
        house.clock.set_by_s += jump_s
        if restarts:
            house.begin()
    house.clock.set_by_s = 0.0
    house.hear("dario", 600)
    assert [guest.lower() for guest in house.guests()] == ["anna", "bruno", "carla", "dario"]


@JUMPS
def test_an_engine_that_was_away_is_asked_again_after_its_pause(house: House, jump_s: float) -> None:
    house.ears.script = [unreachable(), STORY]
    house.hear("anna", 300)
    house.clock.set_by_s = jump_s
    house.pass_time(20)
    assert len(house.guests()) == 1


@JUMPS
def test_a_recording_that_is_being_written_is_not_taken_for_a_finished_one(house: House, jump_s: float) -> None:
    a_voice_note(house.venue.from_tables / "5-anna.wav")
    house.watchdog.tick()
    house.clock.set_by_s = jump_s
    house.watchdog.tick()
    assert list(house.venue.from_tables.iterdir())
    house.pass_time(5)
    assert len(house.guests()) == 1


@JUMPS
def test_a_pause_between_attempts_is_as_long_as_ever(tmp_path: Path, jump_s: float) -> None:
    kitchen = Kitchen(a_venue(tmp_path))
    kitchen.note(5)
    kitchen.tick()
    kitchen.crash(kitchen.pool.in_hand[-1])
    assert kitchen.tick() == []
    kitchen.clock.set_by_s = jump_s
    assert kitchen.tick() == []
    kitchen.later(60)
    assert kitchen.tick() == [5]


@JUMPS
def test_a_job_whose_studio_is_away_waits_two_hours_of_our_time_whatever_the_clock_says(
    tmp_path: Path, jump_s: float
) -> None:
    kitchen = Kitchen(a_venue(tmp_path))
    kitchen.note(5)
    kitchen.tick()
    [job] = kitchen.pool.in_hand
    kitchen.clock.set_by_s = jump_s
    parked = 0
    while kitchen.open_jobs()[0].status.attempt == 1:
        kitchen.fail(job, StudioAway("away", NOTHING, NOTHING))
        kitchen.tick()
        kitchen.later(600)
        if parked == 5:  # and a restart in between
            kitchen.begin()
        kitchen.tick()
        parked += 1
        assert parked < 20, "it waits for ever"
    assert parked in {12, 13, 14}


@JUMPS
def test_tables_take_turns_and_nothing_is_left_when_the_clock_is_set_in_between(tmp_path: Path, jump_s: float) -> None:
    kitchen = Kitchen(a_venue(tmp_path), max_notes=1, max_queue_size=100)
    for table in (5, 7, 9):
        kitchen.note(table, 2)
    kitchen.serve(2)
    kitchen.clock.set_by_s = jump_s
    kitchen.note(11)
    for _ in range(6):
        kitchen.sing_all()
        kitchen.tick()
    assert sorted(kitchen.queued()) == [5, 5, 7, 7, 9, 9, 11]
    assert sorted(kitchen.queued()[:3]) == [5, 7, 9]


@dataclass
class ClockSetters(CountingEngines):
    """Engines during each of whose calls the clock is set."""

    clock: HandClock | None = None
    jump_s: float = 0.0

    def _called(self, what: str) -> None:
        super()._called(what)
        assert self.clock
        self.clock.set_by_s += self.jump_s


@JUMPS
def test_a_song_is_made_and_its_deadline_is_as_long_as_ever(tmp_path: Path, jump_s: float) -> None:
    desk = a_desk(tmp_path / "made")
    desk.engines = ClockSetters(clock=desk.clock, jump_s=jump_s)
    desk.maker.make(desk.job)
    assert len(desk.engines.accepted) == 1
    desk = a_desk(tmp_path / "never")
    desk.engines = ClockSetters(clock=desk.clock, jump_s=jump_s, cooking=999)
    began = desk.clock.monotonic()
    with pytest.raises(GenerationFailed):
        desk.maker.make(desk.job)
    assert desk.deadline_s - 10 < desk.clock.monotonic() - began <= desk.deadline_s


@JUMPS
def test_the_music_goes_on_in_order(tmp_path: Path, jump_s: float) -> None:
    room = Room(a_venue(tmp_path))
    for song in ("one", "two", "three"):
        room.put(song)
    powers = []
    for _ in range(6):
        powers += room.powers(25)
        room.clock.set_by_s += jump_s
    room.pass_time(60)
    assert min(powers[10:]) > 0.9
    assert (list(room.heard()), room.queued()) == (["one", "two", "three"], [])


@JUMPS
def test_a_dj_that_comes_back_after_a_crash_goes_on_with_its_song(tmp_path: Path, jump_s: float) -> None:
    room = Room(a_venue(tmp_path))
    room.put("one")
    room.pass_time(20)
    room.clock.set_by_s = jump_s
    room.crash(away_s=5)
    room.pass_time(1)
    assert room.player.sounding()["one"] > 15


def test_a_dj_that_comes_back_after_a_reboot_goes_by_the_time_of_day(tmp_path: Path) -> None:
    room = Room(a_venue(tmp_path))
    room.put("one")
    room.pass_time(20)
    room.clock.set_by_s += room.clock.time_s - 7
    room.clock.time_s = 7.0
    room.crash(away_s=5)
    room.pass_time(1)
    assert room.player.sounding()["one"] > 15


@JUMPS
def test_arrivals_never_run_backwards_after_a_clock_that_was_years_ahead(house: House, jump_s: float) -> None:
    house.clock.set_by_s = datetime(2031, 1, 1, tzinfo=UTC).timestamp() - house.clock.now().timestamp()
    house.hear("anna", 300)
    house.clock.set_by_s = jump_s
    house.begin()
    house.hear("bruno", 400)
    kitchen = Kitchen(house.venue, clock=house.clock, max_notes=1)
    kitchen.tick()
    [job] = kitchen.open_jobs()
    assert [staging.guest_of(text) for text in staging.in_order(job.transcripts)] == ["Anna"]
    assert JobId(job.id)
