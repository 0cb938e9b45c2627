"""A venue in a temporary folder and its services as real processes, for the benchmarks."""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from stornello.settings import BARE, NOT_SETTINGS, PREFIX
from stornello.spool.paths import Venue

TESTS = Path(__file__).parents[1] / "tests"
"""Its servers and rigs serve benchmarks too, which find them once this module is imported."""

sys.path.append(str(TESTS))

INSTANT = {
    "STORNELLO_TRANSCRIBER": "instant",
    "STORNELLO_LYRICIST": "instant",
    "STORNELLO_STUDIO": "instant",
    "PYTHONPATH": str(TESTS / "doubles"),
}
"""Engines that cost nothing, so that what is measured is ours."""


def environment(settings: dict[str, str]) -> dict[str, str]:
    """Return the environment of a machine on which nobody has set anything of ours, plus ``settings``."""
    ours = {name for name in os.environ if name.startswith(PREFIX) and name not in NOT_SETTINGS}
    unset = ours | BARE | {"PYTHONDONTWRITEBYTECODE"}  # users have compiled files
    return {name: value for name, value in os.environ.items() if name not in unset} | settings


def stornello(*arguments: str) -> list[str]:
    """Return the command line of one of our commands."""
    return [sys.executable, "-u", "-m", "stornello", *arguments]


@contextmanager
def open_venue() -> Iterator[Venue]:
    """Open a venue that is gone afterwards."""
    with TemporaryDirectory(prefix="stornello-bench-") as folder:
        venue = Venue(Path(folder))
        venue.open()
        yield venue


@contextmanager
def running(venue: Venue, command: str, settings: dict[str, str]) -> Iterator[int]:
    """Run a service in ``venue`` for the length of the block; give its process id."""
    line = stornello(command, "--folder", str(venue.root))
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(line, env=environment(settings), stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(10)


def wait_for(what: Callable[[], object], most_s: float = 60, every_s: float = 0.002) -> float:
    """Look every ``every_s`` until ``what`` holds; return the time of day then."""
    until = time.monotonic() + most_s
    while not what():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(every_s)
    return time.time()


class Measure(Protocol):
    """What a benchmark measures."""

    def __call__(self, *, quick: bool) -> Iterator[dict[str, float]]:
        """Yield the figures, group by group; ``quick``: fewer repetitions."""
        ...


def told(description: str | None, measure: Measure, show: Callable[[dict[str, float]], None]) -> None:
    """Measure as the command line says, ``show`` each group when it is there, and all as JSON at the end if asked."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="under a minute, fewer repetitions")
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")
    options = parser.parse_args()
    figures: dict[str, float] = {}
    for group in measure(quick=options.quick):
        figures |= group
        show(group)
    if options.json:
        print(json.dumps({name: round(value, 4) for name, value in figures.items()}), flush=True)
