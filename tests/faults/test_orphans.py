"""Processes whose parents are killed: an orphan keeps its job to itself, or ends; what kills each time is set aside."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from night import INSTANT, Night, wait_until
from stornello.spool import jobs, reasons
from stornello.spool.jobs import Job
from stornello.spool.playlist import Playlist

CHILD = "generate-song"
ONCE = ["summarise", "write", "request", "collect"]


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    """A night with one note at a table, whose song cooks for a while."""
    night = Night(tmp_path / "venue", INSTANT | {"POLL_SECONDS": "0.2", "DOUBLES_CALLS": str(tmp_path / "calls")})
    night.settings |= {"DOUBLES_COOK_SECONDS": "2"}
    assert night.run("init").returncode == 0
    folder = night.venue.work_in_progress / "1"
    folder.mkdir()
    (folder / "note.txt").write_text("we were here")
    yield night
    night.end()
    night.sweep()


def calls(night: Night) -> list[str]:
    file = Path(night.settings["DOUBLES_CALLS"])
    return file.read_text().split() if file.exists() else []


def child_of(night: Night, former: int = 0) -> int:
    """Wait for a song's child that is not the former one; return its process id."""
    found: list[int] = []

    def is_there() -> bool:
        found.extend(pid for pid, line in night.left().items() if CHILD in line and pid != former)
        return bool(found)

    wait_until(is_there, 40, every_s=0.01)
    return found[0]


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def songs(night: Night) -> list[str]:
    return [card.lyrics.text() for card in Playlist(night.venue.playlist).waiting()]


def open_job(night: Night) -> Job:
    (job,) = jobs.open_jobs(night.venue)
    return job


@pytest.mark.timeout(90)
def test_a_child_that_outlives_its_worker_keeps_its_job_and_nobody_makes_the_song_twice(night: Night) -> None:
    night.settings["DOUBLES_OUTLIVES"] = "1"
    night.start("producer")
    wait_until(lambda: "collect" in calls(night), 40)
    child = child_of(night)
    os.kill(parent_of(child), signal.SIGKILL)
    wait_until(lambda: open_job(night).status.attempt == 2, 20)
    assert not open_job(night).lock.is_free()
    assert child in night.left(), "it goes on without its worker"
    wait_until(lambda: night.tonight() == {1: 1}, 40)
    assert songs(night) == ["we were here"]
    assert calls(night) == ONCE


@pytest.mark.timeout(120)
def test_a_job_that_costs_a_process_each_time_is_tried_three_times_whoever_it_kills(night: Night) -> None:
    """Worker, manager and child, each once; the worker before its child has told the kernel whom it belongs to."""
    manager = night.start("producer")
    first = child_of(night)
    os.kill(parent_of(first), signal.SIGKILL)
    wait_until(lambda: first not in night.left(), 20)
    assert calls(night) == [], "it ended by itself, and began nothing"
    second = child_of(night, first)
    manager.kill()
    manager.wait()
    wait_until(lambda: second not in night.left(), 20)
    night.start("producer")
    os.kill(child_of(night, second), signal.SIGKILL)
    wait_until(lambda: reasons.read_all(night.venue.failed_processing), 20)
    (reason,) = reasons.read_all(night.venue.failed_processing)
    assert reason.code == "job-crashed"
    assert [text.read_text() for text in night.venue.failed_processing.glob("*/transcripts/*")] == ["we were here"]
    assert jobs.open_jobs(night.venue) == []
