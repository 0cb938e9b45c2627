"""A batch: claimed file by file, published by one rename, closed once."""

import json
from pathlib import Path

import pytest

from stornello.domain.errors import GenerationFailed
from stornello.domain.names import JobId, TableId
from stornello.domain.plain import Plain
from stornello.spool import jobs, reasons
from stornello.spool.jobs import Job
from stornello.spool.paths import Venue
from stornello.spool.staging import in_order
from venues import EIGHT, a_staged_text, a_venue, files_below

FIVE = TableId(5)


@pytest.fixture
def venue(tmp_path: Path) -> Venue:
    return a_venue(tmp_path)


def claim(venue: Venue, most: int = 10) -> Job:
    job = jobs.claim(venue, FIVE, in_order(venue.staged(FIVE))[:most], EIGHT)
    assert job
    return job


def texts(job: Job) -> list[str]:
    return [path.read_text() for path in sorted(job.transcripts.iterdir())]


def test_a_claim_takes_the_oldest_texts_and_says_who_told_them(venue: Venue) -> None:
    for minute, guest in enumerate(("Anna", "Bruno", "Anna", "")):
        a_staged_text(venue, 5, f"note {minute}", guest, minute)
    job = claim(venue, most=3)
    assert texts(job) == ["note 0", "note 1", "note 2"]
    assert (job.status.notes, job.status.guests, job.status.table, job.status.attempt) == (3, ("Anna", "Bruno"), 5, 1)
    assert [path.read_text() for path in venue.staged(FIVE).iterdir()] == ["note 3"]


def test_a_jobs_name_tells_table_time_and_a_chance_number(venue: Venue) -> None:
    a_staged_text(venue, 5)
    job = claim(venue)
    assert jobs.is_job_name(job.id)
    assert job.id.startswith(f"5_{EIGHT.astimezone():%H%M%S}_")
    assert jobs.table_of(job.id) == FIVE


@pytest.mark.parametrize("name", ["5_203000_a1b2c3.partial", "5_203000", "x_203000_a1b2c3", "", "-5_203000_a1b2c3"])
def test_other_names_are_no_jobs(name: str) -> None:
    assert not jobs.is_job_name(name)


def test_nothing_staged_is_no_job_and_leaves_no_trace(venue: Venue) -> None:
    assert jobs.claim(venue, FIVE, in_order(venue.staged(FIVE)), EIGHT) is None
    venue.staged(FIVE).mkdir()
    assert jobs.claim(venue, FIVE, in_order(venue.staged(FIVE)), EIGHT) is None
    assert list(venue.jobs.iterdir()) == []


def test_a_text_that_arrives_after_the_claim_waits_for_the_next(venue: Venue) -> None:
    a_staged_text(venue, 5, "early", minute=1)
    job = claim(venue)
    a_staged_text(venue, 5, "late", minute=2)
    assert texts(job) == ["early"]
    assert texts(claim(venue)) == ["late"]


def test_the_tables_folder_itself_is_never_moved(venue: Venue) -> None:
    a_staged_text(venue, 5)
    before = venue.staged(FIVE).stat().st_ino
    claim(venue)
    assert venue.staged(FIVE).stat().st_ino == before


def test_a_torn_status_reads_as_a_fresh_claim(venue: Venue) -> None:
    a_staged_text(venue, 5)
    job = claim(venue)
    for torn in ("", "[]", '{"guests": 5}', '{"guests": [], "unknown": 1}'):
        (job.folder / "status.json").write_text(torn)
        assert (job.status.table, job.status.notes, job.status.attempt) == (5, 1, 1)


def test_closing_archives_the_texts_and_removes_the_folder(venue: Venue) -> None:
    a_staged_text(venue, 5, "told")
    job = claim(venue)
    jobs.close(venue, job)
    assert [path.read_text() for path in files_below(venue.archived_transcripts / job.id)] == ["told"]
    assert list(venue.jobs.iterdir()) == []
    assert jobs.open_jobs(venue) == []


def test_a_job_that_is_given_up_keeps_everything(venue: Venue) -> None:
    a_staged_text(venue, 5, "told")
    job = claim(venue)
    reasons.write(job.folder, GenerationFailed("no", Plain("No.", "No."), Plain("Poi.", "Later.")), EIGHT)
    place = jobs.set_aside(venue.failed_processing, job)
    assert place == venue.failed_processing / job.id
    assert texts(Job(job.id, place)) == ["told"]
    assert [reason.code for reason in reasons.read_all(venue.failed_processing)] == ["no"]


def test_recovery_publishes_what_was_claimed_and_removes_what_was_done(venue: Venue) -> None:
    a_staged_text(venue, 5, "told")
    job = claim(venue)
    job.folder.rename(venue.jobs / "5_200000_abcdef.partial")
    (venue.jobs / "6_200000_abcdef.partial" / "transcripts").mkdir(parents=True)
    (venue.jobs / "7_200000_abcdef.done" / "steps").mkdir(parents=True)
    (venue.jobs / "somebody's.partial").mkdir()
    jobs.recover(venue, EIGHT)
    (found,) = jobs.open_jobs(venue)
    assert (found.id, texts(found)) == (JobId("5_200000_abcdef"), ["told"])
    assert sorted(path.name for path in venue.jobs.iterdir()) == ["5_200000_abcdef", "somebody's.partial"]
    assert json.loads((found.folder / "status.json").read_text())["notes"] == 1
