"""kill -9 of manager, workers and children at moments nobody chose: every note becomes a song, once."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from night import INSTANT, Night, wait_until
from stornello.spool.playlist import Playlist
from stornello.spool.quarantine import put_back

NOTES = 12
STORM_S = 12.0
VICTIMS = {
    "manager": "stornello producer",
    "worker": "spawn_main",
    "child": "generate-song",
}
"""What tells each kind of process by its command line."""


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    night = Night(tmp_path / "venue", INSTANT | {"MAX_WORKERS": "2", "MAX_QUEUE_SIZE": "100", "POLL_SECONDS": "0.2"})
    night.settings |= {"STORNELLO_MAX_NOTES_PER_SONG": "1", "DOUBLES_COOK_SECONDS": "0.3"}
    yield night
    night.end()
    night.sweep()


@pytest.mark.timeout(120)
def test_every_note_becomes_a_song_once_whoever_is_killed(night: Night) -> None:
    assert night.run("init").returncode == 0
    stage(night)
    killed = storm(night, Random(20))  # noqa: S311 - a seed
    assert set(killed) == set(VICTIMS), f"the storm met everybody: {killed}"
    calm(night)
    check(night)


@pytest.mark.timeout(60)
def test_a_child_that_dies_in_the_studio_goes_on_from_there(night: Night, tmp_path: Path) -> None:
    deaths = tmp_path / "deaths"
    deaths.mkdir()
    calls = tmp_path / "calls"
    night.settings |= {"DOUBLES_DIE_ONCE": str(deaths), "DOUBLES_CALLS": str(calls)}
    assert night.run("init").returncode == 0
    stage(night, notes=1)
    night.start("producer")
    wait_until(lambda: night.tonight() == {1: 1}, 30)
    assert calls.read_text().split() == ["summarise", "write", "request", "collect", "collect"]


def stage(night: Night, notes: int = NOTES) -> None:
    for number in range(notes):
        folder = night.venue.work_in_progress / str(number % 4 + 1)
        folder.mkdir(exist_ok=True)
        (folder / f"{number}.txt").write_text(f"note {number}")


def storm(night: Night, chance: Random) -> Counter[str]:
    """Kill one process after another, keeping a producer up; return how many of each kind."""
    killed: Counter[str] = Counter()
    until = time.monotonic() + STORM_S
    producer = night.start("producer")
    while time.monotonic() < until:
        time.sleep(chance.uniform(0.1, 0.9))
        kind = chance.choice(sorted(VICTIMS))
        killed[kind] += kill_one(night, VICTIMS[kind])
        if producer.poll() is not None:
            producer = night.start("producer")
    return +killed


def kill_one(night: Night, sign: str) -> int:
    for pid, line in night.left().items():
        if sign in line:
            os.kill(pid, signal.SIGKILL)
            return 1
    return 0


def calm(night: Night) -> None:
    """Let it finish in peace; what the storm killed too often is put back by the operator."""
    if all(process.poll() is not None for process in night.begun):
        night.start("producer")

    def is_finished() -> bool:
        for entry in night.venue.failed_processing.iterdir():
            put_back(night.venue, entry.name, datetime.now(UTC))
        return sum(night.tonight().values()) >= NOTES and not any(night.venue.jobs.iterdir())

    wait_until(is_finished, 60)


def check(night: Night) -> None:
    archived = sorted(path.read_text() for path in night.venue.archived_transcripts.glob("*/*.txt"))
    assert archived == sorted(f"note {number}" for number in range(NOTES))
    songs = Playlist(night.venue.playlist).waiting()
    assert sorted(card.lyrics.text() for card in songs) == archived
    assert sorted(card.id for card in songs) == sorted(p.name for p in night.venue.archived_transcripts.iterdir())
    assert night.tonight() == Counter(card.table for card in songs)
    night.end()
    wait_until(lambda: not night.left(), 5)
