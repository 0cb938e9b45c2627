"""What becomes of a job: a song, another attempt, or a failure with its reason."""

import threading

import pytest

from builders import a_card
from kitchen import Kitchen, refused, unreachable
from stornello.domain.names import JobId
from stornello.producer.attempts import MAX_ATTEMPTS
from stornello.producer.worker import DEADLINE_PASSED
from stornello.spool import atomic, jobs, quarantine, reasons
from stornello.spool.jobs import Job
from stornello.spool.locks import LifeLock
from stornello.spool.paths import Venue

LONG = 60.0
"""Longer than any pause between attempts."""


def the_job(kitchen: Kitchen, table: int = 5) -> JobId:
    kitchen.note(table)
    kitchen.tick()
    return kitchen.pool.in_hand[-1]


def reason_of(venue: Venue, job: JobId) -> str:
    reason = reasons.read(venue.failed_processing / job)
    return reason.code if reason else ""


def test_a_song_goes_to_the_playlist_its_texts_to_the_archive_and_its_folder_away(kitchen: Kitchen) -> None:
    job = the_job(kitchen)
    kitchen.sing(job)
    kitchen.tick()
    assert [card.job for card in kitchen.playlist.waiting()] == [job]
    assert kitchen.archived() == ["note 1"]
    assert not list(kitchen.venue.jobs.iterdir())


def test_a_refusal_moves_the_whole_job_aside_at_once(kitchen: Kitchen) -> None:
    job = the_job(kitchen)
    (kitchen.venue.job(job) / "job.log").write_text("what the child said")
    kitchen.fail(job, refused())
    kitchen.tick()
    aside = kitchen.venue.failed_processing / job
    assert reason_of(kitchen.venue, job) == "song-refused"
    assert (aside / "job.log").exists()
    assert [text.read_text() for text in (aside / "transcripts").iterdir()] == ["note 1"]
    assert not kitchen.open_jobs()
    assert kitchen.tonight() == {}


def test_what_may_work_later_is_tried_again_after_a_pause_up_to_three_times(kitchen: Kitchen) -> None:
    job = the_job(kitchen)
    for _ in range(MAX_ATTEMPTS - 1):
        kitchen.fail(job, unreachable())
        assert kitchen.tick() == [], "not at once"
        kitchen.later(LONG)
        assert kitchen.tick() == [5]
    kitchen.fail(job, unreachable())
    kitchen.tick()
    assert reason_of(kitchen.venue, job) == "studio-away"
    assert len(kitchen.pool.started) == MAX_ATTEMPTS


def test_pauses_grow(kitchen: Kitchen) -> None:
    job = the_job(kitchen)
    pauses = []
    for _ in range(MAX_ATTEMPTS - 1):
        kitchen.crash(job)
        began = kitchen.clock.monotonic()
        while not kitchen.tick():
            kitchen.later(0.1)
        pauses.append(kitchen.clock.monotonic() - began)
    assert 2.5 <= pauses[0] <= 5.2
    assert 5.0 <= pauses[1] <= 10.2


def test_a_job_that_kills_its_process_every_time_stops_and_says_so(kitchen: Kitchen) -> None:
    job = the_job(kitchen)
    for _ in range(10):
        if job in kitchen.pool.in_hand:
            kitchen.crash(job, -9)
        kitchen.tick()
        kitchen.later(LONG)
    assert len(kitchen.pool.started) == MAX_ATTEMPTS
    assert reason_of(kitchen.venue, job) == "job-crashed"
    (reason,) = reasons.read_all(kitchen.venue.failed_processing)
    assert "logs/producer.log" in reason.todo.en, "there is no job.log"
    assert "logs/producer.log" in reason.todo.it


def test_a_song_that_is_never_ready_in_time_says_so(kitchen: Kitchen) -> None:
    job = the_job(kitchen)
    for _ in range(MAX_ATTEMPTS):
        kitchen.crash(job, DEADLINE_PASSED)
        kitchen.tick()
        kitchen.later(LONG)
        kitchen.tick()
    assert reason_of(kitchen.venue, job) == "job-too-slow"


def test_a_failing_table_does_not_hold_up_the_others(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_notes=1)
    kitchen.note(1)
    kitchen.note(2)
    kitchen.tick()
    kitchen.crash(kitchen.pool.in_hand[0])
    assert kitchen.tick() == [2]


def test_success_after_a_failed_attempt_leaves_no_reason_behind(kitchen: Kitchen) -> None:
    job = the_job(kitchen)
    kitchen.fail(job, unreachable())
    kitchen.tick()
    kitchen.later(LONG)
    kitchen.tick()
    assert reasons.read(kitchen.venue.job(job)) is None
    kitchen.sing(job)
    kitchen.tick()
    assert kitchen.queued() == [5]


def test_a_retried_job_has_all_its_attempts_again(kitchen: Kitchen) -> None:
    job = the_job(kitchen)
    kitchen.fail(job, refused())
    kitchen.tick()
    quarantine.put_back(kitchen.venue, job, kitchen.clock.now())
    assert kitchen.tick() == [5]
    kitchen.sing(job)
    kitchen.tick()
    assert kitchen.queued() == [5]


def test_a_song_whose_worker_died_after_it_was_finished_is_a_song(kitchen: Kitchen) -> None:
    job = the_job(kitchen)
    card = a_card(job, table=5)
    atomic.write_json(kitchen.venue.card(card.id), card.to_json())
    kitchen.crash(job, -9)
    kitchen.tick()
    assert kitchen.queued() == [5]


def test_being_stopped_is_no_failed_attempt(kitchen: Kitchen) -> None:
    job = the_job(kitchen)
    for _ in range(MAX_ATTEMPTS + 2):
        stop = threading.Event()
        stop.set()
        kitchen.producer.run(stop)
        kitchen.begin()
        assert kitchen.tick() == [5]
    assert Job(job, kitchen.venue.job(job)).status.attempt == 1


def test_orphaned_jobs_are_resumed_at_the_start_oldest_first(venue: Venue) -> None:
    kitchen = Kitchen(venue, workers=3)
    for table in (3, 1, 2):
        kitchen.note(table)
        kitchen.tick()
        kitchen.later(2)
    kitchen.workers = 1
    kitchen.begin()
    kitchen.producer.recover()
    assert kitchen.serve(3) == [3, 1, 2]
    assert sorted(kitchen.queued()) == [1, 2, 3]


@pytest.mark.parametrize("worker_is_known", [True, False])
def test_an_orphaned_child_that_still_works_is_left_alone(kitchen: Kitchen, *, worker_is_known: bool) -> None:
    job = the_job(kitchen)
    childs_lock: LifeLock = Job(job, kitchen.venue.job(job)).lock
    assert childs_lock.take()
    if worker_is_known:
        kitchen.crash(job, -9)
    else:
        kitchen.begin()
    kitchen.tick()
    kitchen.later(LONG)
    assert kitchen.tick() == []
    childs_lock.release()
    assert kitchen.tick() == [5]


def test_what_an_orphaned_child_finishes_is_delivered(kitchen: Kitchen) -> None:
    job = the_job(kitchen)
    childs_lock = Job(job, kitchen.venue.job(job)).lock
    assert childs_lock.take()
    kitchen.begin()
    card = a_card(job, table=5)
    atomic.write_json(kitchen.venue.card(card.id), card.to_json())
    kitchen.tick()
    assert kitchen.queued() == [], "it may still be at its last step"
    childs_lock.release()
    kitchen.tick()
    assert kitchen.queued() == [5]


def test_a_job_folder_that_somebody_removed_is_let_go(kitchen: Kitchen) -> None:
    job = the_job(kitchen)
    folder = kitchen.venue.job(job)
    folder.rename(kitchen.venue.root / "elsewhere")
    kitchen.crash(job)
    kitchen.tick()
    kitchen.note(6)
    assert kitchen.tick() == [6]
    assert jobs.open_jobs(kitchen.venue) == [
        Job(JobId(kitchen.pool.in_hand[0]), kitchen.venue.job(kitchen.pool.in_hand[0]))
    ]


@pytest.mark.parametrize("torn", ["{", "[]", "null", '{"table": 5, "claimed_at": "", "guests": [], "attempt": null}'])
def test_a_status_that_is_torn_costs_no_song(kitchen: Kitchen, torn: str) -> None:
    job = the_job(kitchen)
    (kitchen.venue.job(job) / "status.json").write_text(torn)
    kitchen.begin()
    assert kitchen.tick() == [5]
    kitchen.sing(job)
    kitchen.tick()
    assert kitchen.queued() == [5]
