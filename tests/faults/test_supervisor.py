"""``stornello up``: what falls is started again, what is stopped ends, and nobody is left."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fake_decks import HandClock
from night import INSTANT, Night, wait_until
from stornello.supervisor import Service, Supervisor

SERVICES = ("stornello watchdog", "stornello producer", "stornello riproduzione")


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    night = Night(tmp_path / "venue", INSTANT | {"STORNELLO_SOUND_OUTPUT": "null"})
    night.venue.open()
    yield night
    night.end()
    night.sweep()


def pid_of(night: Night, sign: str) -> int:
    return next((pid for pid, line in night.left().items() if sign in line), 0)


def is_up(night: Night) -> bool:
    return all(pid_of(night, service) for service in SERVICES)


def test_a_killed_service_is_started_again(night: Night) -> None:
    night.start("up")
    wait_until(lambda: is_up(night), 20)
    for service in SERVICES:
        fallen = pid_of(night, service)
        os.kill(fallen, signal.SIGKILL)
        wait_until(lambda: pid_of(night, service) not in {0, fallen}, 20)  # noqa: B023 - used at once


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_everything_ends_within_three_seconds_and_nobody_is_left(night: Night, how: signal.Signals) -> None:
    up = night.start("up")
    wait_until(lambda: is_up(night), 20)
    time.sleep(1)  # anywhere in their start
    began = time.monotonic()
    up.send_signal(how)
    assert up.wait(10) == 0
    assert time.monotonic() - began < 3
    wait_until(lambda: not night.left(), 1)


def test_killed_itself_it_takes_the_services_with_it(night: Night) -> None:
    up = night.start("up")
    wait_until(lambda: is_up(night), 20)
    up.kill()
    wait_until(lambda: not any(pid_of(night, service) for service in SERVICES), 10)


def test_the_second_one_says_who_holds_the_venue(night: Night) -> None:
    up = night.start("up")
    wait_until(lambda: is_up(night), 20)
    second = night.run("up")
    assert second.returncode == 1
    assert f"'up' already runs in this venue (process {up.pid})" in second.stderr
    assert "Traceback" not in second.stderr
    one = night.run("producer")
    assert one.returncode == 1
    assert f"(process {pid_of(night, SERVICES[1])})" in one.stderr


def test_it_does_not_begin_beside_a_service_run_by_hand(night: Night) -> None:
    by_hand = night.start("watchdog")
    wait_until(lambda: night.venue.run.joinpath("watchdog.lock.holder").exists(), 20)
    up = night.run("up")
    assert up.returncode == 1
    assert f"'watchdog' already runs in this venue (process {by_hand.pid})" in up.stderr


def test_what_is_in_a_services_log_is_not_kept_twice(night: Night) -> None:
    night.start("up")
    wait_until(lambda: is_up(night), 20)
    log = night.venue.logs / "watchdog.log"
    (night.venue.from_tables / "5-anna.opus").write_text("no sound")
    wait_until(lambda: log.exists() and "recording claimed" in log.read_text(), 20)
    assert log.with_suffix(".out").read_text() == ""


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Supervisor]:
    service = Service("brief", [sys.executable, "-c", "raise SystemExit(1)"])
    keeper = Supervisor([service], tmp_path, HandClock(), tmp_path)
    yield keeper
    keeper.end()


def falls(keeper: Supervisor) -> float:
    """Let the service fall once more; return the pause before it may start again, in seconds."""
    service = keeper.services[0]
    if not service.process:
        keeper.clock.sleep(max(0.0, service.not_before - keeper.clock.monotonic()))
        keeper.tick()
    assert service.process
    service.process.wait()
    service.not_before = float("inf")
    before = service.falls
    keeper.tick()
    assert service.falls in {1, before + 1}
    return service.not_before - keeper.clock.monotonic()


def test_the_first_fall_is_mended_at_once_and_pauses_grow_up_to_half_a_minute(keeper: Supervisor) -> None:
    pauses = [falls(keeper) for _ in range(10)]
    assert pauses[0] == 0
    assert 0.2 < pauses[1] <= 0.5
    assert pauses[3] > pauses[1]
    assert 15 <= pauses[-1] <= 30


def test_after_a_good_hour_a_fall_is_a_first_one_again(keeper: Supervisor) -> None:
    for _ in range(5):
        falls(keeper)
    service = keeper.services[0]
    keeper.clock.sleep(60)
    keeper.tick()
    keeper.clock.sleep(3600)
    assert service.process
    assert falls(keeper) == 0


def test_a_service_that_cannot_be_started_is_tried_again_later(keeper: Supervisor) -> None:
    service = keeper.services[0]
    service.command = ["/nonexistent/program"]
    keeper.tick()
    keeper.tick()
    assert service.falls == 2
    assert service.not_before > keeper.clock.monotonic()


@pytest.mark.parametrize(("said", "kept"), [(1_000_000, 1_000_000), (1_000_001, 0)])
def test_last_words_are_kept_until_they_are_long(keeper: Supervisor, tmp_path: Path, said: int, kept: int) -> None:
    out = tmp_path / "brief.out"
    out.write_bytes(b"x" * said)
    keeper.tick()
    assert out.stat().st_size == kept
