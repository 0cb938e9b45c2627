"""``stornello resolve`` as people call it."""

from pathlib import Path

import pytest

from night import Night
from stornello.domain.errors import JobHeldError
from stornello.domain.names import JobId
from stornello.domain.plain import Plain
from stornello.spool import jobs, orders, reasons
from stornello.spool.jobs import Job
from stornello.spool.orders import Request
from venues import EIGHT

JOB = JobId("5_203000_a1b2c3")


@pytest.fixture
def night(tmp_path: Path) -> Night:
    night = Night(tmp_path / "venue")
    night.venue.open()
    job = Job(JOB, night.venue.job(JOB))
    job.transcripts.mkdir(parents=True)
    orders.write(job.folder, [Request("kie")])
    reasons.write(job.folder, JobHeldError("outcome-unknown", Plain("", ""), Plain("", "")), EIGHT)
    jobs.set_aside(night.venue.held, job)
    return night


@pytest.mark.parametrize("answer", [(), ("--paid", "task-1", "--not-paid")])
def test_exactly_one_answer_is_needed(night: Night, answer: tuple[str, ...]) -> None:
    done = night.run("resolve", JOB, *answer, "--lang", "en")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Exactly one of the two answers is needed." in done.stderr
    assert (night.venue.held / JOB).is_dir()


def test_a_paid_song_goes_back_and_the_second_time_there_is_nothing_held(night: Night) -> None:
    done = night.run("resolve", "a1b2", "--paid", "task-1", "--lang", "it")
    assert done.returncode == 0, done.stderr
    assert "non si paga di nuovo" in done.stdout
    assert orders.read(night.venue.job(JOB))[-1].id == "task-1"
    again = night.run("resolve", "a1b2", "--paid", "task-1", "--lang", "en")
    assert again.returncode == 1
    assert "No held job is called 'a1b2'." in again.stderr


def test_a_song_that_was_not_taken_goes_back_to_be_ordered(night: Night) -> None:
    done = night.run("resolve", JOB, "--not-paid", "--lang", "en")
    assert done.returncode == 0, done.stderr
    assert "it is ordered" in done.stdout
    assert orders.read(night.venue.job(JOB))[-1].state == "not-taken"


def test_retry_of_a_held_job_says_what_to_do(night: Night) -> None:
    done = night.run("retry", JOB, "--lang", "en")
    assert done.returncode == 1
    assert "stornello resolve" in done.stderr
