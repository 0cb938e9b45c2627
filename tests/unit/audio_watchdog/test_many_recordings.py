"""Many recordings at once cost what they change: order is kept, little is claimed ahead, nothing is read twice."""

import os
import shutil
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from fake_decks import HandClock
from stornello.audio_watchdog import AudioWatchdog, bell, door, service
from stornello.audio_watchdog.door import Arrival, Door
from stornello.domain.names import TableId
from stornello.spool.paths import Venue
from stornello.spool.recordings import Claims, last_arrival, recordings
from venues import EIGHT, ScriptedTranscriber, a_claimed_note, a_staged_text, a_venue, a_voice_note, some_ears


@pytest.fixture
def venue(tmp_path: Path) -> Venue:
    return a_venue(tmp_path)


def names(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.iterdir())


def notes(venue: Venue, count: int) -> None:
    """Put notes at the door, the last by its name the first by its time."""
    for number in range(count):
        note = a_voice_note(venue.from_tables / f"5-{number:03}.wav", hertz=200 + number)
        os.utime(note, (1000 - number, 1000 - number))


def a_watchdog(venue: Venue, transcriber: ScriptedTranscriber | None = None, **disk: object) -> AudioWatchdog:
    ears = some_ears(venue, transcriber or ScriptedTranscriber())
    return AudioWatchdog(venue, Door(venue.from_tables, 0.0), ears, HandClock(), 60.0, 1, **disk)  # type: ignore[arg-type]  # the two callables


def test_few_are_claimed_ahead_and_all_in_their_order(venue: Venue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "AHEAD", 2)
    begun, go_on = threading.Event(), threading.Event()

    def slowly() -> None:
        begun.set()
        assert go_on.wait(30)

    notes(venue, 6)
    watchdog = a_watchdog(venue, ScriptedTranscriber(before=slowly))
    watchdog.tick()
    assert begun.wait(30)
    watchdog.tick()
    assert [recording.name for recording in recordings(venue)] == ["5-005.wav", "5-004.wav", "5-003.wav"]
    assert names(venue.from_tables) == ["5-000.wav", "5-001.wav", "5-002.wav"]
    go_on.set()
    while any(recordings(venue)) or names(venue.from_tables):
        assert watchdog.wake.wait(30)
        watchdog.wake.clear()
        watchdog.tick()
    archived = [name.rpartition("_")[2] for name in names(venue.archived_recordings)]
    assert archived == [f"5-{number:03}.wav" for number in reversed(range(6))]


def test_a_file_that_changes_between_the_look_and_its_turn_waits(venue: Venue) -> None:
    notes(venue, 1)
    (seen,) = Door(venue.from_tables, 0.0).finished(0.0)
    assert seen.is_as_seen()
    with seen.path.open("ab") as file:
        file.write(b"more")
    assert not seen.is_as_seen()
    seen.path.unlink()
    assert not seen.is_as_seen()
    os.mkfifo(seen.path)
    assert not seen.is_as_seen()


def test_a_header_is_read_once(venue: Venue, monkeypatch: pytest.MonkeyPatch) -> None:
    notes(venue, 3)
    watched = Door(venue.from_tables, 1.0)
    watched.finished(0.0)
    monkeypatch.delattr(door, "completeness")
    assert len(watched.finished(1.0)) == 3


def test_while_the_disk_lets_nothing_be_begun_recordings_wait_at_the_door(venue: Venue) -> None:
    notes(venue, 1)
    a_claimed_note(venue)
    room = [False]
    watchdog = a_watchdog(venue, may_begin=lambda: room[0])
    watchdog.tick()
    assert (names(venue.from_tables), len(list(recordings(venue)))) == (["5-000.wav"], 1)
    assert not watchdog.wake.wait(0)
    room[0] = True
    watchdog.tick()
    assert names(venue.from_tables) == []


def test_a_file_that_does_not_fit_stays_at_the_door(venue: Venue) -> None:
    notes(venue, 2)

    def fits(arrival: Arrival) -> bool:
        return arrival.name != "5-001.wav"

    a_watchdog(venue, fits=fits).tick()
    assert names(venue.from_tables) == ["5-001.wav"]


def test_a_venue_that_is_away_breaks_a_pass_off_and_is_told_once(
    venue: Venue, caplog: pytest.LogCaptureFixture
) -> None:
    watchdog = a_watchdog(venue)
    away = venue.root.rename(venue.root.with_name("away"))
    for _ in range(3):
        watchdog.try_tick()
    assert [record.getMessage() for record in caplog.records] == ["pass broken off, will go on"]
    away.rename(venue.root)
    shutil.rmtree(venue.from_tables)
    watchdog.try_tick()
    notes(venue, 1)
    watchdog.try_tick()
    assert names(venue.from_tables) == []


def test_a_door_that_was_taken_away_and_put_back_rings_again(venue: Venue) -> None:
    rang, stop = threading.Event(), threading.Event()
    listener = bell.ring(venue.from_tables, rang, stop, look_again_s=0.05)
    try:
        for _ in range(2):
            while not rang.wait(0.05):
                (venue.from_tables / "5-anna.wav").write_bytes(b"")
                (venue.from_tables / "5-anna.wav").unlink()
            shutil.rmtree(venue.from_tables)
            venue.make()
            rang.clear()
    finally:
        stop.set()
        listener.join(30)
    assert not listener.is_alive()


@pytest.mark.parametrize("left_in", ["hearing", "archive", "short", "errors", "staged", "claimed"])
def test_a_clock_set_back_while_we_were_away_changes_no_order(venue: Venue, left_in: str) -> None:
    arrival = (EIGHT + timedelta(hours=5)).strftime("%Y%m%dT%H%M%S%f")
    left = {
        "hearing": venue.hearing / arrival,
        "archive": venue.archived_recordings / f"{arrival}_{16 * '0'}_5-anna.wav",
        "short": venue.short_transcriptions / f"{arrival}_5-anna.wav",
        "errors": venue.transcription_errors / f"{arrival}_5-anna.wav",
        "staged": venue.staged(TableId(5)) / f"{arrival}_{16 * '0'}_Anna.txt",
        "claimed": venue.jobs / "5_200000_aaaaaa" / "transcripts" / f"{arrival}_{16 * '0'}_Anna.txt",
    }[left_in]
    left.mkdir(parents=True)
    assert last_arrival(venue) == arrival
    assert Claims(venue).claim(a_voice_note(venue.from_tables / "5-b.wav"), "5-b.wav", EIGHT).arrival > arrival


def test_a_name_that_is_no_time_moves_no_clock(venue: Venue) -> None:
    for name in ("99991231T235959999999_x", "20261399T000000000000_x", "2026", "20261123T2000000000001"):
        (venue.short_transcriptions / name).mkdir()
    a_staged_text(venue, 5)
    assert last_arrival(venue) == "20261123T200000000000"


def test_two_processes_never_give_one_place_twice(venue: Venue) -> None:
    ours, theirs = Claims(venue), Claims(venue)
    for name in ("a", "b", "c", "d"):
        claims = ours if name in "ad" else theirs
        claims.claim(a_voice_note(venue.from_tables / f"5-{name}.wav"), f"5-{name}.wav", EIGHT)
    found = [recording.name for recording in recordings(venue)]
    assert sorted(found) == ["5-a.wav", "5-b.wav", "5-c.wav", "5-d.wav"]
