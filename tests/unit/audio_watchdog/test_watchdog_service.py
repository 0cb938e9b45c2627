"""The service: the door never waits for the ears."""

import threading
from datetime import datetime
from pathlib import Path

import pytest

from fake_decks import HandClock
from stornello.audio_watchdog import AudioWatchdog, bell
from stornello.audio_watchdog.door import Door
from stornello.spool.paths import Venue
from stornello.spool.recordings import Claims, Recording, recordings
from venues import (
    STORY,
    ScriptedTranscriber,
    a_claimed_note,
    a_venue,
    a_voice_note,
    files_below,
    some_ears,
    unreachable,
)


@pytest.fixture
def venue(tmp_path: Path) -> Venue:
    return a_venue(tmp_path)


def a_watchdog(
    venue: Venue, transcriber: ScriptedTranscriber, workers: int = 1, stable_s: float = 1.0
) -> AudioWatchdog:
    door = Door(venue.from_tables, stable_s)
    return AudioWatchdog(venue, door, some_ears(venue, transcriber), HandClock(), poll_s=60.0, workers=workers)


def pass_time(watchdog: AudioWatchdog, seconds: float) -> None:
    watchdog.clock.sleep(seconds)
    watchdog.tick()


def wait_for_ears(watchdog: AudioWatchdog) -> None:
    """Wait until something in hand has come to its end, and collect it."""
    assert watchdog.wake.wait(30)
    watchdog.wake.clear()
    watchdog.tick()


def staged(venue: Venue) -> int:
    return len(files_below(venue.work_in_progress))


def test_a_recording_comes_in_is_heard_and_staged(venue: Venue) -> None:
    watchdog = a_watchdog(venue, ScriptedTranscriber())
    a_voice_note(venue.from_tables / "5-anna.wav")
    watchdog.tick()
    pass_time(watchdog, 1.0)
    wait_for_ears(watchdog)
    assert staged(venue) == 1
    assert list(venue.from_tables.iterdir()) == []


def test_one_slow_recording_does_not_stall_the_door(venue: Venue) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slowly() -> None:
        begun.set()
        assert go_on.wait(30)

    watchdog = a_watchdog(venue, ScriptedTranscriber(before=slowly), workers=2)
    a_voice_note(venue.from_tables / "5-anna.wav")
    watchdog.tick()
    pass_time(watchdog, 1.0)
    assert begun.wait(30)
    for hertz in (300, 350, 400):
        a_voice_note(venue.from_tables / f"{hertz}.wav", hertz=hertz)
    watchdog.tick()
    pass_time(watchdog, 1.0)
    assert list(venue.from_tables.iterdir()) == []
    assert len(list(recordings(venue))) == 4
    go_on.set()
    while any(recordings(venue)):
        wait_for_ears(watchdog)
    assert staged(venue) == 4


def test_no_more_are_heard_at_once_than_there_are_workers(venue: Venue) -> None:
    now, most, guard = [0], [0], threading.Lock()
    both = threading.Barrier(2)

    def together() -> None:
        with guard:
            now[0] += 1
            most[0] = max(most[0], now[0])
        both.wait(30)
        with guard:
            now[0] -= 1

    watchdog = a_watchdog(venue, ScriptedTranscriber(before=together), workers=2)
    for number in range(1, 7):
        a_voice_note(venue.from_tables / f"{number}.wav", hertz=200 + 20 * number)
    watchdog.tick()
    pass_time(watchdog, 1.0)
    while any(recordings(venue)):
        wait_for_ears(watchdog)
    assert (most[0], staged(venue)) == (2, 6)


def test_a_failed_hearing_waits_and_others_go_first(venue: Venue) -> None:
    watchdog = a_watchdog(venue, ScriptedTranscriber([unreachable(), STORY, STORY]))
    for number in (1, 2):
        a_voice_note(venue.from_tables / f"{number}.wav", hertz=200 * number)
    watchdog.tick()
    pass_time(watchdog, 1.0)
    wait_for_ears(watchdog)
    wait_for_ears(watchdog)
    assert [recording.name for recording in recordings(venue)] == ["1.wav"]
    assert not watchdog.wake.wait(0)
    pass_time(watchdog, 2.0)
    wait_for_ears(watchdog)
    assert staged(venue) == 2


class Kept(Claims):
    """Claims of a recording that somebody else does not let go of: what would be moved is not there."""

    holds = True

    def claim(self, path: Path, name: str, now: datetime) -> Recording:
        return super().claim(path.with_name("nowhere.wav") if self.holds else path, name, now)


def test_a_claim_that_keeps_failing_is_tried_ever_more_seldom_and_leaves_nothing_behind(
    venue: Venue, caplog: pytest.LogCaptureFixture
) -> None:
    watchdog = a_watchdog(venue, ScriptedTranscriber())
    kept = Kept(venue)
    watchdog._claims = kept
    a_voice_note(venue.from_tables / "5-anna.wav")
    for _ in range(1000):
        pass_time(watchdog, 1.0)
        assert list(venue.hearing.iterdir()) == []
    told = [record.getMessage() for record in caplog.records]
    assert 5 < told.count("recording could not be claimed") < 15
    kept.holds = False
    pass_time(watchdog, 600.0)
    wait_for_ears(watchdog)
    assert staged(venue) == 1


def test_an_unexpected_error_stops_nobody_and_is_tried_again(venue: Venue, caplog: pytest.LogCaptureFixture) -> None:
    watchdog = a_watchdog(venue, ScriptedTranscriber([ValueError("a bug, and Anna's secret")]))
    for number in (1, 2):
        a_voice_note(venue.from_tables / f"{number}.wav", hertz=200 * number)
    watchdog.tick()
    pass_time(watchdog, 1.0)
    wait_for_ears(watchdog)
    wait_for_ears(watchdog)
    assert staged(venue) == 1
    pass_time(watchdog, 60.0)
    wait_for_ears(watchdog)
    assert staged(venue) == 2
    assert "recording could not be attended" in [record.getMessage() for record in caplog.records]


def test_what_an_earlier_life_left_in_hand_is_attended_first(venue: Venue) -> None:
    a_claimed_note(venue)
    watchdog = a_watchdog(venue, ScriptedTranscriber())
    watchdog.tick()
    wait_for_ears(watchdog)
    assert staged(venue) == 1


def test_a_stop_lets_what_is_being_heard_come_to_its_end(venue: Venue) -> None:
    begun, go_on, stop = threading.Event(), threading.Event(), threading.Event()

    def slowly() -> None:
        begun.set()
        assert go_on.wait(30)

    a_claimed_note(venue)
    watchdog = a_watchdog(venue, ScriptedTranscriber(before=slowly))
    watchdog.last_words_s = 30.0
    loop = threading.Thread(target=watchdog.run, args=(stop,))
    loop.start()
    assert begun.wait(30)
    stop.set()
    watchdog.wake.set()
    loop.join(0.1)
    assert loop.is_alive()
    go_on.set()
    loop.join(30)
    assert not loop.is_alive()
    assert (staged(venue), list(recordings(venue))) == (1, [])


def test_an_attempt_that_failed_while_we_stopped_was_one(venue: Venue) -> None:
    a_claimed_note(venue)
    stop = threading.Event()
    watchdog = a_watchdog(venue, ScriptedTranscriber([unreachable()], before=stop.set))
    watchdog.last_words_s = 30.0
    watchdog.run(stop)
    (recording,) = recordings(venue)
    assert recording.facts["attempts"] == "1"


def test_the_wake_event_ends_the_pause_early_and_a_stop_does_not_wait_for_ever(venue: Venue) -> None:
    begun, never = threading.Event(), threading.Event()

    def for_ever() -> None:
        begun.set()
        never.wait(60)

    watchdog = a_watchdog(venue, ScriptedTranscriber(before=for_ever), stable_s=0.0)
    watchdog.last_words_s = 0.05
    stop = threading.Event()
    loop = threading.Thread(target=watchdog.run, args=(stop,))
    loop.start()
    a_voice_note(venue.from_tables / "5-anna.wav")
    watchdog.wake.set()
    assert begun.wait(30), "the poll comes after 60 s only"
    stop.set()
    watchdog.wake.set()
    loop.join(10)
    assert not loop.is_alive()
    (recording,) = recordings(venue)
    assert recording.facts["attempts"] == "0"
    never.set()


def test_the_bell_rings_when_something_arrives_and_when_it_is_time_to_stop(tmp_path: Path) -> None:
    rung, stop = threading.Event(), threading.Event()
    thread = bell.ring(tmp_path, rung, stop)
    for number in range(300):  # it may take a moment until it listens
        a_voice_note(tmp_path / f"{number}.wav", seconds=0.01)
        if rung.wait(0.1):
            break
    assert rung.is_set()
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def test_a_folder_that_cannot_be_watched_leaves_the_poll(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rung = threading.Event()
    bell.ring(tmp_path / "missing", rung, threading.Event()).join(10)
    assert [record.getMessage() for record in caplog.records] == ["no file system events, polling alone"]
