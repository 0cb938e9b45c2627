"""A job that takes its manager with it each time is begun three times, no more, and is nobody's fault but its own."""

import subprocess
import sys

import pytest

from kitchen import Kitchen, refused, unreachable
from stornello.domain.names import SongId
from stornello.producer.attempts import MAX_ATTEMPTS
from stornello.producer.worker import DISK_REFUSED
from stornello.spool import orders, reasons
from stornello.spool.jobs import Job
from stornello.spool.orders import Request
from stornello.spool.paths import Venue

HOLDS = """
import sys, time
from filelock import FileLock
lock = FileLock(sys.argv[1])
lock.acquire(timeout=0)
print("mine", flush=True)
time.sleep(60)
"""


def reason_of(venue: Venue, job: str) -> str:
    reason = reasons.read(venue.failed_processing / job)
    return reason.code if reason else ""


def the_manager_dies(kitchen: Kitchen) -> None:
    """Begin again, without a word of the earlier life."""
    kitchen.begin()


def test_a_job_that_kills_its_manager_each_time_stops_and_says_so(kitchen: Kitchen) -> None:
    kitchen.note(5)
    kitchen.tick()
    job = kitchen.pool.in_hand[-1]
    begun = 1
    for _ in range(10):
        the_manager_dies(kitchen)
        begun += len(kitchen.tick())
    assert begun == MAX_ATTEMPTS
    assert reason_of(kitchen.venue, job) == "job-crashed"


def test_a_job_that_kills_its_manager_at_the_studio_is_held_not_failed(kitchen: Kitchen) -> None:
    kitchen.note(5)
    kitchen.tick()
    job = kitchen.pool.in_hand[-1]
    orders.write(kitchen.venue.job(job), [Request("kie")])
    for _ in range(5):
        the_manager_dies(kitchen)
        kitchen.tick()
    assert (kitchen.venue.held / job).is_dir()


def test_the_others_of_a_manager_that_died_go_on_at_once(venue: Venue) -> None:
    kitchen = Kitchen(venue, workers=2)
    kitchen.note(5)
    kitchen.note(6)
    kitchen.tick()
    the_manager_dies(kitchen)
    assert sorted(kitchen.tick()) == [5, 6]


def refuse(kitchen: Kitchen, times: int) -> int:
    """Let the disk refuse so many children, a minute apart; return how many were begun."""
    before = len(kitchen.pool.started)
    for _ in range(times):
        for job in list(kitchen.pool.in_hand):
            kitchen.crash(job, DISK_REFUSED)
        kitchen.later(60)
        kitchen.tick()
    return len(kitchen.pool.started) - before


def test_a_job_that_a_healthy_disk_refuses_each_time_is_given_up_with_a_reason(kitchen: Kitchen) -> None:
    kitchen.note(5)
    kitchen.tick()
    job = kitchen.pool.in_hand[-1]
    assert refuse(kitchen, 30) < 10
    assert reason_of(kitchen.venue, job) == "disk-refuses"


def test_refusals_do_not_add_up_over_what_is_wrong_with_the_disk_or_another_end(kitchen: Kitchen) -> None:
    kitchen.note(5)
    kitchen.tick()
    job = kitchen.pool.in_hand[-1]
    for _ in range(4):
        refuse(kitchen, 4)
        kitchen.disk_lets_us_begin = False
        kitchen.crash(job, DISK_REFUSED)
        kitchen.tick()
        kitchen.disk_lets_us_begin = True
        kitchen.later(60)
        kitchen.tick()
    kitchen.crash(job)
    kitchen.tick()
    kitchen.later(60)
    kitchen.tick()
    refuse(kitchen, 5)
    assert kitchen.open_jobs()[0].status.attempt == 2, "the crash alone has counted"


@pytest.mark.parametrize("code", [DISK_REFUSED, 1])
def test_what_the_disk_refuses_costs_no_attempt_even_if_the_manager_dies_afterwards(
    kitchen: Kitchen, code: int
) -> None:
    kitchen.note(5)
    kitchen.tick()
    job = kitchen.pool.in_hand[-1]
    kitchen.disk_lets_us_begin = code == DISK_REFUSED
    kitchen.crash(job, code)
    kitchen.tick()
    kitchen.disk_lets_us_begin = True
    the_manager_dies(kitchen)
    kitchen.tick()
    assert Job(job, kitchen.venue.job(job)).status.attempt == 1


def test_why_an_orphaned_child_gave_up_is_heard_by_the_next_manager(kitchen: Kitchen) -> None:
    kitchen.note(5)
    kitchen.tick()
    job = kitchen.pool.in_hand[-1]
    reasons.write(kitchen.venue.job(job), refused(), kitchen.clock.now())
    the_manager_dies(kitchen)
    assert kitchen.tick() == []
    assert reason_of(kitchen.venue, job) == "song-refused"


def test_an_attempt_that_was_noted_is_not_counted_again_by_the_next_manager(kitchen: Kitchen) -> None:
    kitchen.note(5)
    kitchen.tick()
    job = kitchen.pool.in_hand[-1]
    kitchen.fail(job, unreachable())
    kitchen.tick()
    the_manager_dies(kitchen)
    kitchen.tick()
    assert Job(job, kitchen.venue.job(job)).status.attempt == 2


@pytest.mark.parametrize("file", ["status.json", "reason.json", "steps/orders.json"])
def test_a_file_of_a_job_that_is_a_nest_of_brackets_is_no_managers_end(kitchen: Kitchen, file: str) -> None:
    kitchen.note(5)
    kitchen.tick()
    job = kitchen.pool.in_hand[-1]
    path = kitchen.venue.job(job) / file
    path.parent.mkdir(exist_ok=True)
    path.write_text("[" * 100_000)
    the_manager_dies(kitchen)
    kitchen.tick()
    assert kitchen.pool.in_hand == [job]


def test_a_card_that_is_a_nest_of_brackets_is_no_song(kitchen: Kitchen) -> None:
    kitchen.note(5)
    kitchen.tick()
    job = kitchen.pool.in_hand[-1]
    kitchen.venue.card(SongId(job)).write_text("[" * 100_000)
    the_manager_dies(kitchen)
    assert kitchen.tick() == [5]


def test_a_child_that_outlived_its_worker_and_manager_has_its_job_to_itself(kitchen: Kitchen) -> None:
    kitchen.note(5)
    kitchen.tick()
    job = kitchen.pool.in_hand[-1]
    orphan = subprocess.Popen([sys.executable, "-c", HOLDS, str(kitchen.venue.job(job) / "job.lock")], stdout=-1)
    assert orphan.stdout
    assert orphan.stdout.readline() == b"mine\n"
    the_manager_dies(kitchen)
    assert kitchen.tick(3) == []
    orphan.kill()
    orphan.communicate()
    assert kitchen.tick() == [5]
    assert Job(job, kitchen.venue.job(job)).status.attempt == 2
