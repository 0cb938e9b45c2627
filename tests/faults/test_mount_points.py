"""The empty folder that a disk leaves when it goes is no venue, and nobody but a person makes it one."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from night import INSTANT, Night, wait_until
from stornello.cli.options import open_venue, opened_venue
from stornello.domain.errors import SettingsError
from stornello.processes import PARENT
from stornello.spool.paths import Venue


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    """An empty mount point; the venue itself is on the disk that is ``away``."""
    night = Night(tmp_path / "venue", INSTANT | {"STORNELLO_SOUND_OUTPUT": "null"})
    night.folder.mkdir()
    Venue(tmp_path / "away").open()
    yield night
    night.end()
    night.sweep()


@pytest.mark.parametrize("service", ["watchdog", "producer", "riproduzione"])
def test_a_service_started_by_hand_or_by_an_init_system_says_so_and_ends(night: Night, service: str) -> None:
    done = night.run(service)
    assert done.returncode == 1
    assert "There is no venue" in done.stderr
    assert "stornello init" in done.stderr
    assert not list(night.folder.iterdir())


def test_a_service_of_up_waits_until_the_disk_is_back(night: Night) -> None:
    night.settings |= {PARENT: str(os.getpid())}
    service = night.start("watchdog")
    wait_until(lambda: listens(service.pid), 20)
    assert not list(night.folder.iterdir())
    night.folder.rmdir()
    (night.folder.parent / "away").rename(night.folder)
    wait_until((night.venue.run / "watchdog.lock.holder").exists, 20)
    service.terminate()
    assert service.wait(10) == 0


def listens(pid: int) -> bool:
    """Whether the process has said what it does when it is asked to end."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


def test_what_is_left_of_a_venue_by_one_late_write_is_none(tmp_path: Path) -> None:
    (tmp_path / "songs").mkdir()
    with pytest.raises(SettingsError, match="There is no venue"):
        opened_venue(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["songs"]


def test_of_a_venue_that_is_there_missing_folders_are_made(tmp_path: Path) -> None:
    venue, _ = open_venue(tmp_path / "venue")
    venue.from_tables.rmdir()
    opened_venue(venue.root)
    assert venue.from_tables.is_dir()


IS_OPENED = """
import sys
from pathlib import Path
from stornello.cli.night import _venue_of_the_night
_venue_of_the_night(Path(sys.argv[1]))
"""


def test_a_person_at_a_terminal_opens_one_by_their_first_up(night: Night) -> None:
    screen, keys = pty.openpty()
    try:
        line = [sys.executable, "-c", IS_OPENED, str(night.folder)]
        done = subprocess.run(line, stdin=keys, capture_output=True, text=True, check=True, env=night.environment)
    finally:
        os.close(screen)
        os.close(keys)
    assert f"opened in {night.folder}" in done.stdout
    assert night.venue.is_there()
