"""``stornello retry``: what was set aside goes back to work."""

from pathlib import Path

import pytest

from builders import a_card
from stornello.audio_watchdog import refusals
from stornello.domain.errors import GenerationFailed, RecordingError, StornelloError
from stornello.domain.names import TableId
from stornello.domain.plain import Plain
from stornello.spool import atomic, jobs, reasons, recordings
from stornello.spool.jobs import Job
from stornello.spool.paths import Venue
from stornello.spool.quarantine import put_back
from venues import EIGHT, ScriptedTranscriber, a_claimed_note, a_staged_text, a_venue, some_ears

LATER = EIGHT.replace(hour=21)
NO = RecordingError("not-audio", Plain("No.", "No."), Plain("Poi.", "Later."))


@pytest.fixture
def venue(tmp_path: Path) -> Venue:
    return a_venue(tmp_path)


def quarantine(venue: Venue, name: str = "5-anna.wav", hertz: float = 440.0) -> None:
    recording = a_claimed_note(venue, name, hertz)
    ears = some_ears(venue, ScriptedTranscriber([NO]))
    assert ears.attend(recording) == 0
    assert [reason.code for reason in reasons.read_all(venue.transcription_errors)][-1] in {"not-audio", "no-table"}


def a_failed_job(venue: Venue) -> Job:
    job = jobs.claim(venue, TableId(5), [a_staged_text(venue, 5, "told")], EIGHT)
    assert job
    (job.folder / "steps").mkdir()
    (job.folder / "steps" / "summary.json").write_text("{}")
    reasons.write(job.folder, GenerationFailed("job-crashed", NO.what, NO.todo), EIGHT)
    job.update(attempt=3, milestone="SUMMARY")
    jobs.set_aside(venue.failed_processing, job)
    return job


@pytest.mark.parametrize("name", ["5-anna.wav", "anna", "20261123T200000000000_5-anna.wav"])
def test_a_recording_is_found_by_its_name_or_any_part_of_it(venue: Venue, name: str) -> None:
    quarantine(venue)
    assert put_back(venue, name, LATER).kind == "recording"
    (back,) = recordings.recordings(venue)
    assert (back.name, back.arrival[:11]) == ("5-anna.wav", "20261123T21")
    assert back.facts == {"name": "5-anna.wav", "asked_for": "yes"}
    assert list(venue.transcription_errors.iterdir()) == []


def test_a_recording_that_is_put_back_is_heard_and_staged(venue: Venue) -> None:
    quarantine(venue)
    put_back(venue, "anna", LATER)
    for recording in recordings.recordings(venue):
        assert some_ears(venue).attend(recording) == 0
    assert len(list(venue.staged(TableId(5)).iterdir())) == 1
    assert list(venue.hearing.iterdir()) == []


def test_a_restart_after_put_back_does_not_take_the_recording_for_its_own_double(venue: Venue) -> None:
    quarantine(venue)
    put_back(venue, "anna", LATER)
    some_ears(venue)
    (recording,) = recordings.recordings(venue)
    transcriber = ScriptedTranscriber()
    some_ears(venue, transcriber).attend(recording)
    assert transcriber.calls == 1


def test_a_recording_that_came_again_meanwhile_is_not_heard_twice(venue: Venue) -> None:
    quarantine(venue)
    ears = some_ears(venue)
    ears.attend(a_claimed_note(venue, "5-anna-again.wav"))
    put_back(venue, "20261123T200000000000_5-anna.wav", LATER)
    for recording in recordings.recordings(venue):
        ears.attend(recording)
    assert len(list(venue.staged(TableId(5)).iterdir())) == 1
    assert list(venue.hearing.iterdir()) == []


def test_a_stray_goes_to_the_table_that_the_operator_names(venue: Venue) -> None:
    quarantine(venue, "zia pina.wav")
    put_back(venue, "pina", LATER, table=TableId(12))
    for recording in recordings.recordings(venue):
        some_ears(venue).attend(recording)
    (text,) = venue.staged(TableId(12)).iterdir()
    assert text.name.endswith("_Zia Pina.txt")


def test_a_failed_job_goes_on_with_all_its_attempts_and_its_finished_steps(venue: Venue) -> None:
    job = a_failed_job(venue)
    returned = put_back(venue, job.id[:9], LATER)
    assert (returned.kind, returned.name) == ("job", job.id)
    (open_job,) = jobs.open_jobs(venue)
    assert (open_job.status.attempt, open_job.status.milestone) == (1, "")
    assert (open_job.folder / "steps" / "summary.json").exists()


def test_a_failed_job_can_forget_its_steps(venue: Venue) -> None:
    job = a_failed_job(venue)
    put_back(venue, job.id, LATER, afresh=True)
    assert not (venue.job(job.id) / "steps").exists()
    assert [path.read_text() for path in job.transcripts.iterdir()] == ["told"]


def test_an_unknown_name_is_refused_in_both_languages(venue: Venue) -> None:
    with pytest.raises(StornelloError) as refusal:
        put_back(venue, "nobody", LATER)
    assert refusal.value.code == "nothing-to-retry"
    assert "nobody" in refusal.value.what.it
    assert "nobody" in refusal.value.what.en


def test_a_name_too_short_to_be_one_is_refused_with_what_it_may_be(venue: Venue) -> None:
    quarantine(venue, "5-anna.wav", hertz=300)
    with pytest.raises(StornelloError, match=r"too short for a name: .*_5-anna.wav"):
        put_back(venue, "ann", LATER)


def test_a_name_that_may_be_two_things_is_refused_with_both(venue: Venue) -> None:
    quarantine(venue, "5-anna.wav", hertz=300)
    quarantine(venue, "6-anna.wav", hertz=500)
    with pytest.raises(StornelloError, match="5-anna") as refusal:
        put_back(venue, "anna", LATER)
    assert refusal.value.code == "many-of-that-name"
    assert put_back(venue, "6-anna.wav", LATER).name == "6-anna.wav"


def test_a_finished_song_that_could_not_be_played_is_no_job(venue: Venue) -> None:
    folder = venue.failed_processing / "5_203000_a1b2c3"
    folder.mkdir()
    atomic.write_json(folder / "5_203000_a1b2c3.json", a_card().to_json())
    (venue.failed_processing / "notes by the operator").mkdir()
    for name in ("5_203000_a1b2c3", "operator"):
        with pytest.raises(StornelloError, match="Nothing that was set aside"):
            put_back(venue, name, LATER)


def test_a_recording_without_a_table_is_put_back_only_with_one(venue: Venue) -> None:
    quarantine(venue, "zia pina.wav")
    (entry,) = venue.transcription_errors.iterdir()
    reasons.write(entry, refusals.no_table(), EIGHT)
    with pytest.raises(StornelloError, match=r"table of .zia pina") as error:
        put_back(venue, "pina", LATER)
    assert "--table" in error.value.todo.en
    assert list(venue.transcription_errors.iterdir()) == [entry]
    assert put_back(venue, "pina", LATER, table=TableId(12)).kind == "recording"
