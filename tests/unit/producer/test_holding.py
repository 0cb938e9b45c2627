"""Jobs that only a person can decide on wait in held/, and go on from there."""

from kitchen import NOTHING, Kitchen, refused
from stornello.domain.errors import JobHeldError, StudioAway
from stornello.domain.names import JobId
from stornello.seams import RequestId
from stornello.spool import held, jobs, orders, reasons
from stornello.spool.ledger import Ledger
from stornello.spool.orders import Request


def unknown() -> JobHeldError:
    return JobHeldError("outcome-unknown", NOTHING, NOTHING)


def a_held_job(kitchen: Kitchen) -> JobId:
    kitchen.note(5)
    kitchen.tick()
    job = kitchen.pool.in_hand[-1]
    orders.write(kitchen.venue.job(job), [Request("kie")])
    kitchen.fail(job, unknown())
    kitchen.tick()
    return job


def test_a_job_that_may_be_paid_goes_to_held_whole_at_once_and_is_not_tried_again(kitchen: Kitchen) -> None:
    job = a_held_job(kitchen)
    entry = kitchen.venue.held / job
    reason = reasons.read(entry)
    assert reason is not None
    assert (reason.code, reason.holds, reason.retryable) == ("outcome-unknown", True, False)
    assert [text.read_text() for text in (entry / "transcripts").iterdir()] == ["note 1"]
    assert not kitchen.open_jobs()
    assert not list(kitchen.venue.failed_processing.iterdir())
    kitchen.later(600)
    assert kitchen.tick() == []


def test_a_held_job_takes_no_room_and_its_table_sings_on(kitchen: Kitchen) -> None:
    a_held_job(kitchen)
    kitchen.note(5)
    assert kitchen.tick() == [5]


def test_a_job_that_was_to_be_held_when_the_manager_died_is_held_by_the_next(kitchen: Kitchen) -> None:
    kitchen.note(5)
    kitchen.tick()
    job = kitchen.pool.in_hand[-1]
    reasons.write(kitchen.venue.job(job), unknown(), kitchen.clock.now())
    kitchen.begin()
    assert kitchen.tick() == []
    assert (kitchen.venue.held / job).is_dir()


def test_a_resolved_job_is_worked_on_with_all_its_attempts(kitchen: Kitchen) -> None:
    job = a_held_job(kitchen)
    held.resolve(kitchen.venue, job, "task-1", Ledger(kitchen.venue.ledger, kitchen.clock, 6))
    assert kitchen.tick() == [5]
    assert kitchen.open_jobs()[0].status.attempt == 1
    assert orders.read(kitchen.venue.job(job))[-1].id == "task-1"
    kitchen.sing(job)
    kitchen.tick()
    assert kitchen.queued() == [5]


def test_a_song_that_is_there_all_the_same_is_not_held(kitchen: Kitchen) -> None:
    kitchen.note(5)
    kitchen.tick()
    job = kitchen.pool.in_hand[-1]
    reasons.write(kitchen.venue.job(job), unknown(), kitchen.clock.now())
    kitchen.sing(job)
    kitchen.tick()
    assert kitchen.queued() == [5]


def test_a_failure_is_still_a_failure(kitchen: Kitchen) -> None:
    kitchen.note(5)
    kitchen.tick()
    job = kitchen.pool.in_hand[-1]
    kitchen.fail(job, refused())
    kitchen.tick()
    assert (kitchen.venue.failed_processing / job).is_dir()
    assert not list(kitchen.venue.held.iterdir())


def test_a_third_attempt_that_dies_while_it_asks_leaves_a_held_job_not_a_failed_one(kitchen: Kitchen) -> None:
    kitchen.note(5)
    for _ in range(3):
        kitchen.tick()
        job = kitchen.pool.in_hand[-1]
        orders.write(kitchen.venue.job(job), [Request("kie")])
        kitchen.crash(job, 137)
        kitchen.tick()
        kitchen.later(60)
    kitchen.tick()
    reason = reasons.read(kitchen.venue.held / job)
    assert reason is not None
    assert (reason.code, reason.holds) == ("outcome-unknown", True)


def test_a_job_whose_studio_is_away_makes_room_and_loses_no_attempt(kitchen: Kitchen) -> None:
    kitchen.note(5)
    assert kitchen.tick() == [5]
    kitchen.note(6)
    for _ in range(3):
        job = kitchen.pool.in_hand[-1]
        kitchen.fail(job, StudioAway("studio-unreachable", NOTHING, NOTHING))
        kitchen.tick()
        assert [jobs.table_of(one) for one in kitchen.pool.in_hand] == [6]
        kitchen.sing_all()
        kitchen.note(6)
        kitchen.later(61)
        assert kitchen.tick() == [5]
    (status,) = [one.status for one in kitchen.open_jobs() if one.status.table == 5]
    assert (status.attempt, status.milestone) == (1, "CLAIMED")


def test_a_studio_that_is_away_all_night_costs_the_job_its_attempts_in_the_end(kitchen: Kitchen) -> None:
    kitchen.note(5)
    kitchen.tick()
    orders.write(kitchen.venue.job(kitchen.pool.in_hand[-1]), [Request("kie", "cooking", id=RequestId("task-1"))])
    kitchen.later(7201)
    for _ in range(3):
        job = kitchen.pool.in_hand[-1]
        kitchen.fail(job, StudioAway("studio-unreachable", NOTHING, NOTHING))
        kitchen.tick()
        kitchen.later(120)
        kitchen.tick()
    reason = reasons.read(kitchen.venue.failed_processing / job)
    assert reason is not None
    assert (reason.code, reason.todo) == ("studio-unreachable", orders.KEPT)
