"""A venue of real processes in a temporary folder: the commands as people run them."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from stornello.settings import BARE, NOT_SETTINGS, PREFIX, Settings
from stornello.spool.paths import Venue

DOUBLES = Path(__file__).parent / "doubles"
INSTANT = {
    "STORNELLO_TRANSCRIBER": "instant",
    "STORNELLO_LYRICIST": "instant",
    "STORNELLO_STUDIO": "instant",
    "STORNELLO_LANGUAGES": "en",
    "PYTHONPATH": str(DOUBLES),
}
"""Engines that cost nothing, for what is not about engines."""

_MARK = "NIGHT_OF_THIS_TEST"


def environment(**settings: str) -> dict[str, str]:
    """Return the environment of a machine on which nobody has set anything of ours, plus ``settings``."""
    ours = {name for name in os.environ if name.startswith(PREFIX) and name not in NOT_SETTINGS}
    # without compiled files on disk every process would compile all its libraries anew: a second of work each
    unset = ours | BARE | {"PYTHONDONTWRITEBYTECODE", "LC_ALL", "LANG", "LC_MESSAGES"}
    return {name: value for name, value in os.environ.items() if name not in unset} | settings


@dataclass
class Night:
    """Starts commands in ``folder`` and ends them."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    begun: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def venue(self) -> Venue:
        return Venue(self.folder)

    @property
    def environment(self) -> dict[str, str]:
        return environment(**self.settings, **{_MARK: self.mark})

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start ``stornello`` with these arguments, its words in a file beside the venue."""
        with (self.folder.parent / f"{command[0]}.said").open("ab") as said:
            begun = subprocess.Popen(self._line(command), env=self.environment, stdout=said, stderr=said)
        self.begun.append(begun)
        return begun

    def run(self, *command: str, timeout_s: float = 60, bare: bool = False) -> subprocess.CompletedProcess[str]:
        """Run ``stornello`` with these arguments to its end; ``bare`` without naming the venue."""
        return subprocess.run(
            self._line(command)[: -2 if bare else None],
            env=self.environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=timeout_s,
            check=False,
        )

    def said(self, command: str) -> str:
        """What the processes of ``command`` have said."""
        return (self.folder.parent / f"{command}.said").read_text(errors="replace")

    def end(self) -> None:
        """Ask all to stop, and make them."""
        for process in self.begun:
            process.terminate()
        for process in self.begun:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def left(self) -> dict[int, str]:
        """The processes of this night that live, by id, with their command lines."""
        return dict(_marked(f"{_MARK}={self.mark}".encode()))

    def sweep(self) -> None:
        """Kill whatever is left, so that a failing test leaves nothing behind."""
        for pid in self.left():
            os.kill(pid, signal.SIGKILL)

    def tonight(self) -> dict[int, int]:
        """The songs of each table, as the producer has written them."""
        try:
            told = json.loads(self.venue.producer_state.read_text())["songs_tonight"]
        except FileNotFoundError:
            return {}
        return {int(table): int(songs) for table, songs in told.items()}

    def _line(self, command: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "stornello", *command, "--folder", str(self.folder)]


def _marked(mark: bytes) -> Iterator[tuple[int, str]]:
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            try:
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    yield int(process.name), line
            except OSError:
                continue


def wait_until(what: Callable[[], object], seconds: float, every_s: float = 0.05) -> None:
    """Look every ``every_s`` until ``what`` holds; fail after ``seconds``."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(every_s)


def a_noise(path: Path, chance: Random, seconds: float = 0.1) -> None:
    """Write a 16 kHz WAV whose content no other has."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(chance.randbytes(int(seconds * 16_000) * 2))


def setting_names() -> set[str]:
    """All settings there are."""
    return set(Settings.model_fields)
