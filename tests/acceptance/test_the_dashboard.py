"""The dashboard of a real night on a real terminal: a process of its own, whose end is no matter to the music."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from night import INSTANT, Night, wait_until


class Screen:
    """A terminal of 80 x 24 that keeps what is written on it."""

    def __init__(self) -> None:
        self.ours, self.theirs = pty.openpty()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.written = ""
        self._is_open = True
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while self._is_open:
            if select.select([self.ours], [], [], 0.1)[0]:
                with suppress(OSError):
                    self.written += os.read(self.ours, 65536).decode(errors="replace")

    def press(self, keys: str) -> None:
        os.write(self.ours, keys.encode())

    def close(self) -> None:
        self._is_open = False
        self._reader.join()
        os.close(self.ours)
        os.close(self.theirs)


@contextmanager
def on_a_terminal(night: Night, *command: str) -> Iterator[tuple[Screen, "subprocess.Popen[bytes]"]]:
    """Run ``stornello`` with these arguments on a terminal of its own."""
    screen = Screen()
    begun = subprocess.Popen(
        [sys.executable, "-m", "stornello", *command, "--folder", str(night.folder), "--lang", "en"],
        env=night.environment | {"TERM": "xterm-256color"},
        stdin=screen.theirs,
        stdout=screen.theirs,
        stderr=screen.theirs,
        start_new_session=True,
    )
    night.begun.append(begun)
    try:
        yield screen, begun
    finally:
        night.end()
        screen.close()


def dashboards(night: Night) -> list[int]:
    """Return the processes that are dashboards."""
    return [pid for pid, line in night.left().items() if " dashboard " in line]


def test_a_killed_dashboard_comes_back_and_only_a_second_q_ends_the_night(night: Night) -> None:
    night.settings |= INSTANT | {"STORNELLO_SOUND_OUTPUT": "null"}
    night.venue.open()
    with on_a_terminal(night, "up") as (screen, up):
        before = termios.tcgetattr(screen.theirs)
        wait_until(lambda: "q quit" in screen.written, 30)
        (killed,) = dashboards(night)
        os.kill(killed, signal.SIGKILL)
        screen.written = ""
        wait_until(lambda: "q quit" in screen.written, 30)
        assert screen.written.index("\x1b[?1049l") < screen.written.index("\x1b[?1049h")
        assert dashboards(night) != [killed]
        assert up.poll() is None
        screen.press("q")
        wait_until(lambda: "Press q again" in screen.written, 5)
        assert up.poll() is None
        screen.press("q")
        assert up.wait(10) == 0
        wait_until(lambda: screen.written.rstrip().endswith("\x1b[?1049l"), 5)
        assert termios.tcgetattr(screen.theirs) == before
    assert not night.left()


def test_two_dashboards_of_one_night_close_by_themselves(night: Night) -> None:
    night.venue.open()
    with on_a_terminal(night, "dashboard") as (one, first), on_a_terminal(night, "dashboard") as (other, second):
        wait_until(lambda: "q quit" in one.written and "q quit" in other.written, 30)
        one.press("q")
        assert first.wait(5) == 0
        assert second.poll() is None
        second.terminate()
        assert second.wait(5) == 0
        wait_until(lambda: other.written.endswith("\x1b[?1049l"), 5)


def test_there_is_no_dashboard_of_no_venue(night: Night, tmp_path: Path) -> None:
    night.folder = tmp_path / "nowhere"
    done = night.run("dashboard", "--lang", "en")
    assert done.returncode == 1
    assert "There is no venue" in done.stderr
