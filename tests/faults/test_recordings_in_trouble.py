"""A recording that cannot be read, is still being written or was touched by hand: told, bounded, never half heard."""

import errno
import hashlib
import os
from pathlib import Path

import pytest

from fake_decks import HandClock
from hostile import Siege, a_sound, sha
from kitchen import Kitchen
from stornello.audio_watchdog import AudioWatchdog
from stornello.audio_watchdog.door import Door
from stornello.audio_watchdog.ears import Ears, Rules
from stornello.domain.names import JobId, SongId
from stornello.spool import atomic, jobs, leaving, reasons, recordings
from stornello.spool.jobs import Job
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue
from stornello.spool.recordings import Claims
from stornello.spool.snapshot import look, read_card, seen_card
from venues import EIGHT, ScriptedTranscriber, a_claimed_note, a_venue, a_voice_note, files_below, some_ears


class OnABadSector(Ears):
    """Ears that find every recording on a sector which cannot be read."""

    def _sha256(self, audio: Path) -> str:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(audio))


def a_watchdog_on_a_bad_sector(venue: Venue) -> AudioWatchdog:
    clock = HandClock()
    ears = OnABadSector(venue, ScriptedTranscriber(), Rules(("it",), 20, 2, 60, 10), Journal(venue.journal), clock)
    return AudioWatchdog(venue, Door(venue.from_tables, 0.0), ears, clock, 1.0, 1)


def pass_by(watchdog: AudioWatchdog) -> None:
    watchdog.clock.sleep(60)
    watchdog.tick()
    for attending in list(watchdog._in_hand.values()):
        attending.wait(30)


def codes(venue: Venue) -> list[str]:
    return [reason.code for reason in reasons.read_all(venue.transcription_errors)]


def test_a_recording_that_cannot_be_read_is_told_at_once_and_set_aside_after_five_attempts(tmp_path: Path) -> None:
    venue = a_venue(tmp_path)
    watchdog = a_watchdog_on_a_bad_sector(venue)
    a_voice_note(venue.from_tables / "5-anna.wav")
    for _ in range(3):
        pass_by(watchdog)
    assert [trouble.code for trouble in look(venue).troubles] == ["disk-refused"]
    for _ in range(12):
        pass_by(watchdog)
    assert (codes(venue), list(venue.hearing.iterdir())) == (["disk-refused"], [])


def test_a_disk_that_is_unwell_counts_against_no_recording(tmp_path: Path) -> None:
    venue = a_venue(tmp_path)
    watchdog = a_watchdog_on_a_bad_sector(venue)
    a_voice_note(venue.from_tables / "5-anna.wav")
    for _ in range(20):
        watchdog.may_begin = lambda: True
        pass_by(watchdog)
        watchdog.may_begin = lambda: False
        watchdog._collect()
    assert (codes(venue), len(list(venue.hearing.iterdir()))) == ([], 1)


def test_what_its_writer_goes_on_writing_is_heard_whole_and_archived_under_its_true_name(tmp_path: Path) -> None:
    siege = Siege(tmp_path / "place")
    content = a_sound(1)
    path = siege.drop("5-anna.wav", content[:900])
    with path.open("ab", buffering=0) as writer:
        halves = [content[900:]]

        def go_on() -> None:
            if halves:
                writer.write(halves.pop())

        siege.transcriber.before = go_on
        siege.transcriber.script = ["la prima metà di una storia", "la storia intera, dal principio"]
        siege.settle()
    [archived] = files_below(siege.venue.archived_recordings)
    assert siege.archived() == {sha(content): 1}
    assert archived.name.split("_")[1] == hashlib.sha256(content).hexdigest()[:16]
    [text] = files_below(siege.venue.work_in_progress)
    assert text.read_text(encoding="utf-8") == "la storia intera, dal principio"


@pytest.mark.parametrize("attempts", ["many", "-3", "", "1e3", "9" * 5000])
def test_attempts_that_are_no_number_are_none(tmp_path: Path, attempts: str) -> None:
    venue = a_venue(tmp_path)
    recording = a_claimed_note(venue)
    recording.learn(attempts=attempts)
    assert some_ears(venue).attend(recording) == 0
    assert len(files_below(venue.work_in_progress)) == 1


def test_an_entry_that_a_retry_puts_over_the_empty_place_is_not_forgotten_with_it(tmp_path: Path) -> None:
    venue = a_venue(tmp_path)
    entry = a_claimed_note(venue)
    atomic.move_folder(entry.folder, venue.transcription_errors / "anna")
    place = Claims(venue)._new(EIGHT)
    assert place.audio is None
    atomic.move_folder(venue.transcription_errors / "anna", place.folder)
    leaving.forget(place)
    assert (place.name, bool(place.audio)) == ("5-anna.wav", True)


def test_the_hours_limit_is_asked_before_an_attempt_is_counted_so_that_no_crash_gets_past_it(tmp_path: Path) -> None:
    siege = Siege(tmp_path / "place", most_an_hour=1, workers=1)
    siege.drop("5-anna.wav", a_sound(1))
    siege.settle()
    path = siege.drop("5-bruno.wav", a_sound(2))
    late = siege.watchdog._claims.claim(path, "5-bruno.wav", siege.clock.now())
    siege.ears.attend(late)
    assert siege.ends() == {"song": 1, "too-many": 1}
    [entry] = siege.venue.transcription_errors.iterdir()
    assert recordings.Recording("", entry).attempts == 0, "an attempt is counted only of what was let through"


@pytest.mark.parametrize("what", ["status", "card"])
def test_a_job_that_the_disk_lets_nobody_read_is_set_aside_and_the_others_go_on(tmp_path: Path, what: str) -> None:
    kitchen = Kitchen(a_venue(tmp_path), workers=2)
    kitchen.note(5)
    kitchen.tick()
    (bad,) = (Job(job, kitchen.venue.job(job)) for job in kitchen.pool.in_hand)
    kitchen.begin()
    file = bad.folder / "status.json" if what == "status" else kitchen.venue.card(SongId(bad.id))
    file.unlink(missing_ok=True)
    file.symlink_to(file)  # an OSError that even root gets: ELOOP
    kitchen.note(6)
    assert not kitchen.producer.try_tick()
    kitchen.clock.sleep(20)
    assert not kitchen.producer.try_tick()
    kitchen.clock.sleep(20)
    assert kitchen.producer.try_tick()
    assert [reason.code for reason in look(kitchen.venue).failures] == ["job-unreadable"]
    assert list((kitchen.venue.failed_processing / bad.id / "transcripts").iterdir())
    assert [jobs.table_of(job) for job in kitchen.pool.in_hand] == [6]


def test_a_status_or_card_that_cannot_be_read_is_not_taken_for_none(tmp_path: Path) -> None:
    venue = a_venue(tmp_path)
    job = Job(JobId("5_200000_abcdef"), venue.jobs / "5_200000_abcdef")
    atomic.make_folder(job.folder)
    for file in (job.folder / "status.json", venue.card(SongId(job.id))):
        file.symlink_to(file)  # an OSError that even root gets: ELOOP
    with pytest.raises(OSError, match="symbolic"):
        job.update(milestone="REQUESTED")
    with pytest.raises(OSError, match="symbolic"):
        read_card(venue, SongId(job.id))
    assert seen_card(venue, SongId(job.id)) is None
    assert [one.job for one in look(venue).making] == [job.id]
