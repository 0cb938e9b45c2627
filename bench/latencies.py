"""How long things wait: at the door, for a worker, for a process to be up."""

import os
import shutil
import subprocess
import threading
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import median

from house import INSTANT, environment, open_venue, running, stornello, wait_for
from stornello.spool.paths import Venue

CHANCE = Random(7)  # noqa: S311 - a seed
_PAUSE_S = 2.5


class NaivePoll:
    """The rival: looks once a second and takes every file whose size is what it was a second ago."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.taken: dict[str, float] = {}
        self._sizes: dict[str, int] = {}

    @contextmanager
    def running(self) -> Iterator[None]:
        """Poll for the length of the block."""
        stop = threading.Event()
        thread = threading.Thread(target=self._poll, args=(stop,))
        thread.start()
        yield
        stop.set()
        thread.join()

    def _poll(self, stop: threading.Event) -> None:
        while not stop.wait(1.0):
            for entry in os.scandir(self.folder):
                size = entry.stat().st_size
                if self._sizes.get(entry.name) == size:
                    self.taken.setdefault(entry.name, time.time())
                self._sizes[entry.name] = size


def at_the_door(notes: int) -> dict[str, float]:
    """Measure from a file's last byte to its staged text, and to the rival's notice of the same file."""
    with open_venue() as venue, running(venue, "watchdog", INSTANT):
        wait_for((venue.run / "watchdog.lock.holder").exists)
        rival = NaivePoll(venue.house_music)
        time.sleep(1)
        with rival.running():
            ours, theirs = zip(*(_one_note(venue, rival, number) for number in range(notes)), strict=True)
            early, rivals_early = _paused_writers(venue, rival, notes)
    return {
        "file_complete_to_staged_text_s": median(ours),
        "rival_file_complete_to_noticed_s": median(theirs),
        "unfinished_files": notes,
        "unfinished_files_taken": early,
        "rival_unfinished_files_taken": rivals_early,
    }


def _one_note(venue: Venue, rival: NaivePoll, number: int) -> tuple[float, float]:
    time.sleep(CHANCE.random())  # any moment of anybody's second
    name = f"5-note{number}.wav"
    shutil.copy(_noise(venue.root / "note.wav"), venue.house_music / name)
    shutil.copy(venue.root / "note.wav", venue.from_tables / name)
    complete = time.time()
    staged = venue.work_in_progress / "5"
    ours = wait_for(lambda: len(list(staged.glob("*.txt"))) == number + 1)
    wait_for(lambda: name in rival.taken)
    return ours - complete, rival.taken[name] - complete


def _paused_writers(venue: Venue, rival: NaivePoll, files: int) -> tuple[int, int]:
    """Let recorders pause in the middle of their files; return how many of them were taken too early, by each."""
    sound = _noise(venue.root / "note.wav").read_bytes()
    targets = [folder / f"6-paused{n}.wav" for n in range(files) for folder in (venue.from_tables, venue.house_music)]
    for target in targets:
        target.write_bytes(sound[: len(sound) // 2])
    time.sleep(_PAUSE_S)
    ours = files - sum(target.exists() for target in targets[::2])
    theirs = sum(name.startswith("6-") for name in rival.taken)
    for target in targets[2 * ours :]:
        target.write_bytes(sound)
    return ours, theirs


def _noise(path: Path) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(CHANCE.randbytes(160_000))
    return path


def to_a_child(jobs: int) -> dict[str, float]:
    """Measure from a staged text to its child process, with an idle producer."""
    with open_venue() as venue, running(venue, "producer", INSTANT):
        wait_for((venue.run / "producer.lock.holder").exists)
        time.sleep(1)
        waits = [_one_job(venue, number) for number in range(jobs)]
    return {"staged_text_to_child_started_s": median(waits)}


def _one_job(venue: Venue, number: int) -> float:
    time.sleep(CHANCE.random())
    table = venue.work_in_progress / str(number + 1)
    table.mkdir()
    _tell(table)
    staged = time.time()
    started = wait_for(lambda: list(venue.jobs.glob("*/job.log")))
    wait_for(lambda: not any(venue.jobs.iterdir()))
    return started - staged


def start_up(times: int) -> dict[str, float]:
    """Measure from starting ``generate-song`` to its first finished step, with an instant lyricist."""
    with open_venue() as venue:
        waits = [_first_step(venue, number) for number in range(times + 1)][1:]  # the first reads cold files
    return {"child_start_up_s": median(waits)}


def _first_step(venue: Venue, number: int) -> float:
    job = venue.jobs / f"5_203000_{number:06}"
    (job / "transcripts").mkdir(parents=True)
    _tell(job / "transcripts")
    began = time.monotonic()
    line = stornello("generate-song", str(job))
    with subprocess.Popen(line, env=environment(INSTANT), stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None  # noqa: S101 - asked for above
        child.stdout.readline()
        waited = time.monotonic() - began
        child.stdout.read()
    return waited


def _tell(folder: Path) -> None:
    (folder / "anna.txt").write_text("We were all here together tonight, and we sang until the lights went out.")
