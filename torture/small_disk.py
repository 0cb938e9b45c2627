"""A night of real processes on a file system of 48 MB, in a mount namespace of its own: ``unshare -rm`` runs this.

Each trouble is brought about while recordings are under way, lasts a few seconds, and ends. Prints what was broken.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from night import INSTANT, Night, a_noise, wait_until
from stornello.spool.locks import LifeLock
from stornello.spool.playlist import Playlist
from stornello.spool.snapshot import SERVICES

FLOOR_MB = 8
LASTS_S = 6.0
A_ROUND = 8
"""Recordings before each trouble."""

CALM_S = 120
"""So long may everything take to come to its end after a trouble, on a machine that others use too."""

_MARK = re.compile(r"the mark was ([0-9a-f]{12})")


class SmallDisk:
    """The night and its troubles."""

    def __init__(self, folder: Path, chance: Random) -> None:
        self.chance = chance
        self.told = 0
        self.wrong: list[str] = []
        folder.mkdir()
        _mount("-t", "tmpfs", "-o", "size=48m", "none", folder)
        settings = {"POLL_SECONDS": "0.2", "STABLE_SECONDS": "0.2", "MAX_QUEUE_SIZE": "500", "MAX_WORKERS": "2"}
        limits = {"FREE_SPACE_FLOOR_MB": str(FLOOR_MB), "MAX_ARRIVALS_PER_HOUR": "0"}
        self.night = Night(folder, INSTANT | settings | limits | {"STORNELLO_SOUND_OUTPUT": "null"})
        self.venue = self.night.venue

    def run(self) -> None:
        """Live through all troubles."""
        assert self.night.run("init").returncode == 0
        self.night.start("up")
        wait_until(self._is_up, 60)
        for trouble in (self.low, self.full, self.full_and_killed, self.read_only, self.run_deleted, self.full):
            self._through(trouble)
        self.night.end()
        self._books()

    def _through(self, trouble: Callable[[], Iterator[str]]) -> None:
        name = trouble.__name__
        for _ in range(A_ROUND):
            self.told += 1
            table = self.chance.randint(1, 5)
            a_noise(self.venue.from_tables / f"{table}-g{self.told}.wav", self.chance)
        time.sleep(self.chance.uniform(0.2, 2.0))
        with contextmanager(trouble)() as code:
            self._watch(name, code)
        try:
            wait_until(self._is_calm, CALM_S)
        except AssertionError:
            self.wrong.append(f"{name}: work did not go on alone")
        print(f"{name}: {len(self._songs())} songs, {self.told} recordings", flush=True)

    def _watch(self, name: str, code: str) -> None:
        """Look on while the trouble lasts: it is told, and nobody burns the processor or starts again and again."""
        if code and code not in self._codes():
            self.wrong.append(f"{name}: {code} is not told")
        began, before = time.monotonic(), self._spent_s()
        lives = {pid for pid, line in self.night.left().items() if _is_service(line)}
        time.sleep(LASTS_S)
        share = (self._spent_s() - before) / (time.monotonic() - began)
        if code and share > 1.0:
            self.wrong.append(f"{name}: {share:.0%} of a core")
        if code and not lives <= set(self.night.left()):
            self.wrong.append(f"{name}: a service fell")
        print(f"  {name}: {share:.0%} of a core", flush=True)

    # The troubles: each yields the condition that is to be told meanwhile

    def low(self) -> Iterator[str]:
        """Less is free than the floor."""
        with self._filled(FLOOR_MB * 1_000_000 - 2_000_000):
            yield "disk-low"

    def full(self) -> Iterator[str]:
        """Not a byte is free."""
        with self._filled(0):
            yield "disk-full"

    def full_and_killed(self) -> Iterator[str]:
        """Not a byte is free, and every process of ours is killed and started again."""
        with self._filled(0):
            for pid, line in self.night.left().items():
                if "stornello" in line and " up " not in line:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            wait_until(self._is_up, 60)
            yield "disk-full"

    def read_only(self) -> Iterator[str]:
        """The disk takes no writing: over it lies itself, read-only; files open for writing would hinder a remount."""
        root = self.venue.root
        _mount("--bind", root, root)
        _mount("-o", "remount,ro,bind", root)
        yield "read-only"
        subprocess.run(["umount", "-l", root], check=True)

    def run_deleted(self) -> Iterator[str]:
        """The run folder goes, with its locks and sockets."""
        subprocess.run(["rm", "-rf", str(self.venue.run)], check=True)
        yield ""
        wait_until((self.venue.run / "producer.lock").exists, 30)
        for service in (*SERVICES, "up"):
            if LifeLock(self.venue.run / f"{service}.lock").is_free():
                self.wrong.append(f"the lock of {service} was not taken anew")

    @contextmanager
    def _filled(self, free: int) -> Iterator[None]:
        filler = self.venue.root / "somebody-else's"
        with filler.open("wb", buffering=0) as much:
            with suppress(OSError):
                while (left := _free(self.venue.root) - free) > 0:
                    much.write(bytes(min(left, 1 << 20)))
            with suppress(OSError):
                while not free:
                    much.write(bytes(4096))
        yield
        filler.unlink()

    # What is to be seen

    def _is_up(self) -> bool:
        return all(LifeLock(self.venue.run / f"{service}.lock").looks_held() for service in SERVICES)

    def _is_calm(self) -> bool:
        waiting = [*self.venue.hearing.iterdir(), *self.venue.jobs.iterdir(), *self.venue.work_in_progress.glob("*/*")]
        return not waiting and not [path for path in self.venue.from_tables.iterdir() if path.suffix == ".wav"]

    def _codes(self) -> list[str]:
        said = self.night.run("status", "--json").stdout
        return [one["code"] for one in json.loads(said)["conditions"]]

    def _spent_s(self) -> float:
        ticks = 0
        for pid in self.night.left():
            with suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += sum(map(int, fields[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def _songs(self) -> list[Path]:
        return list(self.venue.archived_transcripts.iterdir())

    def _books(self) -> None:
        """Each recording is in one song, and each song is counted and in the playlist, or played, once."""
        marks = Counter(_MARK.findall(" ".join(text.read_text() for text in self._texts())))
        if len(marks) != self.told or set(marks.values()) != {1}:
            self.wrong.append(f"{self.told} recordings, {len(marks)} in songs, most often {max(marks.values())} times")
        aside = [*self.venue.failed_processing.iterdir(), *self.venue.transcription_errors.iterdir()]
        self.wrong += [f"set aside: {entry}" for entry in (*aside, *self.venue.held.iterdir())]
        songs = {folder.name for folder in self._songs()}
        if sum(self.night.tonight().values()) != len(songs):
            self.wrong.append(f"{len(songs)} songs, counted {self.night.tonight()}")
        queued = [card.id for card in Playlist(self.venue.playlist).waiting()]
        taken = (self.venue.root / "playlist.taken").read_text().split()
        if sorted([*queued, *taken]) != sorted(songs):
            self.wrong.append(f"{len(songs)} songs, {len(queued)} queued, {len(taken)} taken")

    def _texts(self) -> list[Path]:
        return list(self.venue.archived_transcripts.glob("*/*.txt"))


def _is_service(line: str) -> bool:
    return any(f"stornello {service}" in line for service in SERVICES)


def _free(folder: Path) -> int:
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def _mount(*arguments: object) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True)


def main(folder: Path, seed: int) -> None:
    """Run it all and say what was broken; exit 1 when something was."""
    disk = SmallDisk(folder, Random(seed))  # noqa: S311 - a seed
    try:
        disk.run()
    finally:
        disk.night.end()
        disk.night.sweep()
    print(*disk.wrong, sep="\n", flush=True)
    sys.exit(1 if disk.wrong else 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
