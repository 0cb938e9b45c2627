"""``stornello resolve``, and what ``stornello retry`` says of money."""

from pathlib import Path

import pytest

from fake_decks import HandClock
from stornello.domain.errors import GenerationFailed, JobHeldError, StornelloError
from stornello.domain.names import TableId
from stornello.domain.plain import Plain
from stornello.seams import RequestId
from stornello.spool import held, jobs, orders, reasons
from stornello.spool.jobs import Job
from stornello.spool.ledger import Ledger, Purpose
from stornello.spool.orders import Request, State
from stornello.spool.paths import Venue
from stornello.spool.quarantine import put_back
from venues import EIGHT, a_staged_text, a_venue

NOTHING = Plain("", "")


@pytest.fixture
def venue(tmp_path: Path) -> Venue:
    return a_venue(tmp_path)


@pytest.fixture
def ledger(venue: Venue) -> Ledger:
    return Ledger(venue.ledger, HandClock(), 6)


def a_claimed_job(venue: Venue, minute: int = 0) -> Job:
    job = jobs.claim(venue, TableId(5), [a_staged_text(venue, 5, "told", minute=minute)], EIGHT)
    assert job
    return job


def a_held_job(venue: Venue, ledger: Ledger, minute: int = 0) -> Job:
    job = a_claimed_job(venue, minute)
    charge = ledger.begin("kie", Purpose("studios", TableId(5), job.id), 0.06)
    ledger.end(charge, "unknown")
    orders.write(
        job.folder,
        [Request("acestep", "refused", is_paid=False), Request("kie", charge=charge, charge_state="unknown")],
    )
    reasons.write(job.folder, JobHeldError("outcome-unknown", NOTHING, NOTHING), EIGHT)
    job.update(attempt=2)
    return Job(job.id, jobs.set_aside(venue.held, job))


def a_failed_job(venue: Venue, *requests: Request) -> Job:
    job = a_claimed_job(venue)
    orders.write(job.folder, requests)
    reasons.write(job.folder, GenerationFailed("song-never-ready", NOTHING, NOTHING), EIGHT)
    return Job(job.id, jobs.set_aside(venue.failed_processing, job))


def one(state: State, *, is_paid: bool = True) -> Request:
    return Request("kie", state, is_paid=is_paid, id=RequestId("task-1"))


def test_a_song_that_was_paid_is_to_be_collected(venue: Venue, ledger: Ledger) -> None:
    job = a_held_job(venue, ledger)
    assert held.resolve(venue, job.id[-6:], "task-9", ledger) == job.id
    last = orders.read(venue.job(job.id))[-1]
    assert (last.studio, last.state, last.id) == ("kie", "cooking", "task-9")
    assert [charge.state for charge in ledger.tonight()] == ["paid"]
    assert Job(job.id, venue.job(job.id)).status.attempt == 1
    assert held.jobs(venue) == []


def test_a_song_that_was_not_paid_is_to_be_ordered(venue: Venue, ledger: Ledger) -> None:
    job = a_held_job(venue, ledger)
    held.resolve(venue, job.id, None, ledger)
    assert [one.state for one in orders.read(venue.job(job.id))] == ["refused", "not-taken"]
    assert [charge.state for charge in ledger.tonight()] == ["free"]


@pytest.mark.parametrize("task", ["", " ", "two words", "line\nbreak", "x" * 300, "\x1b[2J", "città"])
def test_what_is_no_task_id_changes_nothing(venue: Venue, ledger: Ledger, task: str) -> None:
    job = a_held_job(venue, ledger)
    with pytest.raises(StornelloError, match="no task id"):
        held.resolve(venue, job.id, task, ledger)
    assert orders.read(job.folder)[-1].state == "asking"
    assert [charge.state for charge in ledger.tonight()] == ["unknown"]


def test_the_song_of_another_job_is_not_taken_for_this_ones(venue: Venue, ledger: Ledger) -> None:
    job = a_held_job(venue, ledger)
    orders.own(venue.answers, "kie", RequestId("task-7"), "6_203000_a1b2c3")
    with pytest.raises(StornelloError, match="song of 6_203000_a1b2c3"):
        held.resolve(venue, job.id, "task-7", ledger)
    assert held.jobs(venue) == [job.folder]
    orders.own(venue.answers, "kie", RequestId("task-8"), job.id)
    held.resolve(venue, job.id, "task-8", ledger)


def test_a_name_must_be_unmistakable(venue: Venue, ledger: Ledger) -> None:
    with pytest.raises(StornelloError, match="No held job"):
        held.resolve(venue, "5_", None, ledger)
    first, _ = a_held_job(venue, ledger), a_held_job(venue, ledger, minute=1)
    with pytest.raises(StornelloError, match="more than one thing"):
        held.resolve(venue, first.id[:6], None, ledger)
    assert held.resolve(venue, first.id, None, ledger) == first.id


@pytest.mark.parametrize("slip", ["", "_", "1", "5_2"])
def test_a_slip_of_the_hand_is_no_name(venue: Venue, ledger: Ledger, slip: str) -> None:
    job = a_held_job(venue, ledger)
    with pytest.raises(StornelloError, match=r"No held job|too short for a name"):
        held.resolve(venue, slip, None, ledger)
    assert held.jobs(venue) == [job.folder]


def test_orders_that_cannot_be_read_are_dropped_or_the_person_tells_the_studio(venue: Venue, ledger: Ledger) -> None:
    job = a_held_job(venue, ledger)
    (job.folder / "steps" / "orders.json").write_text("[{")
    with pytest.raises(JobHeldError, match="--studio NAME"):
        held.resolve(venue, job.id, "task-9", ledger)
    held.resolve(venue, job.id, "task-9", ledger, studio="kie")
    (known,) = orders.read(venue.job(job.id))
    assert (known.studio, known.state, known.id, known.is_paid) == ("kie", "cooking", "task-9", True)
    other = a_held_job(venue, ledger, minute=1)
    (other.folder / "steps" / "orders.json").write_text('[{"studio": 5, "what": null, "todo": null}]')
    held.resolve(venue, other.id, None, ledger)
    assert orders.read(venue.job(other.id)) == ()


def test_one_song_goes_to_one_of_two_held_jobs(venue: Venue, ledger: Ledger) -> None:
    first, second = a_held_job(venue, ledger), a_held_job(venue, ledger, minute=1)
    held.resolve(venue, first.id, "task-9", ledger)
    with pytest.raises(StornelloError, match=f"song of {first.id}"):
        held.resolve(venue, second.id, "task-9", ledger)


def test_a_wrong_task_id_can_be_put_right_after_the_job_has_failed(venue: Venue, ledger: Ledger) -> None:
    job = a_failed_job(venue, one("cooking"))
    with pytest.raises(StornelloError, match="No held job"):
        held.resolve(venue, job.id, None, ledger)
    held.resolve(venue, job.id, "task-right", ledger)
    assert orders.read(venue.job(job.id))[-1].id == "task-right"


def test_retry_of_a_held_job_explains_resolve(venue: Venue, ledger: Ledger) -> None:
    job = a_held_job(venue, ledger)
    for afresh in (False, True):
        with pytest.raises(StornelloError, match="stornello resolve"):
            put_back(venue, job.id, EIGHT, afresh=afresh, pay_again=afresh)
    assert held.jobs(venue) == [job.folder]


@pytest.mark.parametrize("state", ["asking", "cooking", "done"])
def test_retry_goes_on_with_the_song_that_is_paid(venue: Venue, state: State) -> None:
    job = a_failed_job(venue, one("failed"), one("not-taken"), one(state))
    put_back(venue, job.id, EIGHT)
    assert [kept.state for kept in orders.read(venue.job(job.id))] == [state]


@pytest.mark.parametrize("state", ["asking", "cooking", "done"])
def test_retry_afresh_does_not_pay_again_unless_it_is_told_to(venue: Venue, state: State) -> None:
    job = a_failed_job(venue, one(state))
    with pytest.raises(StornelloError, match="--pay-again"):
        put_back(venue, job.id, EIGHT, afresh=True)
    assert orders.read(job.folder)[-1].state == state
    put_back(venue, job.id, EIGHT, afresh=True, pay_again=True)
    assert orders.read(venue.job(job.id)) == ()


@pytest.mark.parametrize("last", [one("failed"), one("refused"), one("cooking", is_paid=False)])
def test_retry_afresh_needs_no_leave_where_nothing_is_lost(venue: Venue, last: Request) -> None:
    job = a_failed_job(venue, last)
    put_back(venue, job.id, EIGHT, afresh=True)
    assert orders.read(venue.job(job.id)) == ()


def test_retry_asks_studios_that_refused_again(venue: Venue) -> None:
    job = a_failed_job(venue, one("refused"), one("failed"))
    put_back(venue, job.id, EIGHT)
    assert orders.read(venue.job(job.id)) == ()
