"""Real workers and real children: followed live, ended as a group, gone with their parents."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stornello.domain.names import JobId
from stornello.processes import PARENT
from stornello.producer.child import follow
from stornello.producer.pool import Pool
from stornello.producer.worker import DEADLINE_PASSED
from stornello.spool import milestones
from stornello.spool.jobs import Job

TALKS_AND_STAYS = """
import time
print("hello")
print("MILESTONE: HALF WAY")
time.sleep(60)
"""

STAYS = "import os, time; print(os.getpid()); time.sleep(60)"

STUBBORN_FAMILY = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
print(subprocess.Popen([sys.executable, "-c", deaf]).pid)
time.sleep(60)
"""

LEAVES_ONE_BEHIND = """
import subprocess, sys
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session={session}).pid)
"""


def python(program: str) -> list[str]:
    return [sys.executable, "-u", "-c", program]


def wait_for(what: Callable[[], object], seconds: float = 15) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def job(tmp_path: Path) -> Job:
    folder = tmp_path / "jobs" / "5_203000_abcdef"
    (folder / "transcripts").mkdir(parents=True)
    (tmp_path / "logs").mkdir()
    return Job(JobId(folder.name), folder)


@pytest.fixture
def pools(tmp_path: Path) -> Iterator[Callable[..., Pool]]:
    """Makes pools whose children run ``program``, and ends them."""
    made: list[Pool] = []

    def make(program: str, deadline_s: float = 60) -> Pool:
        made.append(Pool(2, lambda _: python(program), deadline_s, tmp_path / "logs"))
        return made[-1]

    yield make
    for pool in made:
        pool.stop()


def ended(pool: Pool) -> tuple[JobId, int]:
    found: list[tuple[JobId, int]] = []

    def look() -> bool:
        found.extend(pool.ended())
        return bool(found)

    wait_for(look)
    return found[0]


def test_output_and_milestones_are_on_disk_while_the_child_still_runs(job: Job, pools: Callable[..., Pool]) -> None:
    job.update(run="this", begun=True)
    pool = pools(TALKS_AND_STAYS)
    pool.start(job)
    wait_for(lambda: job.status.milestone == "HALF WAY")
    assert job.log.read_text() == "hello\nMILESTONE: HALF WAY\n"
    assert not list(pool.ended())
    assert job.status.milestone_at


def test_a_worker_that_outlives_its_turn_changes_nothing_of_what_its_manager_has_written(
    job: Job, pools: Callable[..., Pool]
) -> None:
    job.update(run="first", begun=True)
    pools(TALKS_AND_STAYS).start(job)
    job.update(run="second", attempt=2, milestone="CLAIMED")
    written = (job.folder / "status.json").read_bytes()
    wait_for(lambda: (said := milestones.read(job.folder)) and said.text == "HALF WAY")
    assert (job.folder / "status.json").read_bytes() == written
    assert (job.status.attempt, job.status.milestone) == (2, "CLAIMED"), "nor is the first one's word the second's"


@pytest.mark.parametrize("torn", ["", "[]", "{", '{"run": "first"}'])
def test_a_torn_milestone_is_none(job: Job, torn: str) -> None:
    job.update(run="first", milestone="CLAIMED")
    (job.folder / "milestone.json").write_text(torn)
    assert job.status.milestone == "CLAIMED"


def test_whose_child_it_is_stays_in_no_environment_but_the_workers(job: Job, pools: Callable[..., Pool]) -> None:
    pool = pools(f"import os; print(os.environ['{PARENT}'] == str(os.getppid()))")
    pool.start(job)
    assert PARENT not in os.environ
    wait_for(lambda: job.log.exists() and job.log.read_text() == "True\n")


def test_the_worker_tells_the_childs_exit_code(job: Job, pools: Callable[..., Pool]) -> None:
    pool = pools("raise SystemExit(3)")
    pool.start(job)
    assert ended(pool) == (job.id, 3)
    assert not pool.jobs


def test_at_the_deadline_the_whole_group_dies_deaf_or_not(job: Job, pools: Callable[..., Pool]) -> None:
    pool = pools(STUBBORN_FAMILY, deadline_s=2)
    pool.start(job)
    assert ended(pool) == (job.id, DEADLINE_PASSED)
    grandchild = int(job.log.read_text())
    wait_for(lambda: not is_alive(grandchild))


def test_what_a_child_leaves_behind_ends_with_it_and_delays_nothing(tmp_path: Path) -> None:
    began = time.monotonic()
    log = tmp_path / "job.log"
    assert follow(python(LEAVES_ONE_BEHIND.format(session=False)), log, 60, print) == 0
    assert time.monotonic() - began < 5
    wait_for(lambda: not is_alive(int(log.read_text())))


def test_a_process_that_left_the_group_cannot_hold_the_worker_by_its_output(tmp_path: Path) -> None:
    began = time.monotonic()
    log = tmp_path / "job.log"
    assert follow(python(LEAVES_ONE_BEHIND.format(session=True)), log, 60, print) == 0
    assert time.monotonic() - began < 10
    os.kill(int(log.read_text()), signal.SIGKILL)
    wait_for(lambda: "reader" not in {thread.name for thread in threading.enumerate()})


def test_output_that_is_no_text_and_has_no_end_of_line_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "job.log"
    assert follow(python("import os; os.write(1, b'\\xff' * 5000)"), log, 60, print) == 0
    assert log.read_bytes() == b"\xff" * 5000


def test_a_log_that_cannot_be_written_does_not_stop_the_child(job: Job) -> None:
    job.folder.joinpath("job.log").symlink_to("/dev/full")
    heard: list[str] = []
    code = follow(python("print('x' * 100_000); print('MILESTONE: DONE')"), job.log, 30, heard.append)
    assert code == 0


def test_a_killed_worker_is_noticed_and_takes_its_child_with_it(job: Job, pools: Callable[..., Pool]) -> None:
    pool = pools(f"from stornello.processes import end_with_parent as end; end(9); {STAYS}")
    pool.start(job)
    wait_for(lambda: job.log.exists() and job.log.read_text().strip())
    child = int(job.log.read_text())
    os.kill(next(iter(pool._workers.values())).pid or 0, signal.SIGKILL)
    assert ended(pool) == (job.id, -signal.SIGKILL)
    wait_for(lambda: not is_alive(child))


def test_stopping_ends_workers_and_children_and_names_what_was_interrupted(
    job: Job, pools: Callable[..., Pool]
) -> None:
    pool = pools(STUBBORN_FAMILY)
    pool.start(job)
    wait_for(lambda: job.log.exists() and job.log.read_text().strip())
    began = time.monotonic()
    assert pool.stop() == {job.id}
    assert time.monotonic() - began < 2
    wait_for(lambda: not is_alive(int(job.log.read_text())))


RUNS_A_TOOL = """
import sys
from stornello import processes
processes.run([sys.executable, "-c", {program!r}, sys.argv[1]], 600)
"""

NOTES_ITS_PID = "import os, pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text(f'{os.getpid()} '); time.sleep(60)"


@pytest.fixture
def tool(job: Job, pools: Callable[..., Pool], tmp_path: Path) -> Callable[[float], tuple[Pool, int]]:
    """Starts a job whose child has a tool such as ffmpeg at work; returns the pool and the tool's process id."""
    note = tmp_path / "pid"

    def at_work(deadline_s: float) -> tuple[Pool, int]:
        pool = pools("", deadline_s)
        pool._command = lambda _: [*python(RUNS_A_TOOL.format(program=NOTES_ITS_PID)), str(note)]
        pool.start(job)
        wait_for(lambda: note.exists() and note.read_text().endswith(" "))
        return pool, int(note.read_text())

    return at_work


def test_at_the_deadline_a_tool_that_the_child_runs_ends_too(tool: Callable[[float], tuple[Pool, int]]) -> None:
    pool, pid = tool(3)
    assert ended(pool)[1] == DEADLINE_PASSED
    wait_for(lambda: not is_alive(pid))


def test_a_child_that_is_killed_takes_its_tool_with_it(tool: Callable[[float], tuple[Pool, int]]) -> None:
    pool, pid = tool(60)
    parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(parent, signal.SIGKILL)
    assert ended(pool)[1] == 128 + signal.SIGKILL
    wait_for(lambda: not is_alive(pid))
