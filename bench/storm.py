"""A whole night against a music service in a storm of all its faults; then the books must balance."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import house  # noqa: F401 - finds the tests' own rig
from night import Night
from remote_night import Books, books, drop, settings, songs_that_differ
from servers.aimock import Aimock
from servers.kie import fake_kie


def storm(jobs: int, seed: int = 1) -> dict[str, float]:
    """Carry ``jobs`` recordings through ``stornello up`` in a seeded storm; return how they ended and what it cost."""
    with (
        TemporaryDirectory(prefix="stornello-bench-") as folder,
        Aimock(songs_that_differ(3 * jobs)) as openai,
        fake_kie("--storm", str(seed), cook=1, seconds=6) as kie,
    ):
        night = Night(Path(folder) / "venue", settings(openai.url, kie.url, "kie,kie-flat", workers=4))
        night.run("init")
        drop(night.venue.from_tables, jobs, 30)
        began = time.monotonic()
        night.start("up")
        try:
            ended = _until_all_ended(night, jobs)
        finally:
            night.end()
        took_s = time.monotonic() - began
        charges, paid_twice = kie.charges, kie.paid_twice
    return {
        "storm_jobs": jobs,
        "storm_songs": ended.songs,
        "storm_failed": ended.failed.total(),
        "storm_held": ended.held.total(),
        "storm_lost": jobs - ended.ended,
        "storm_without_a_reason": ended.failed["?"] + ended.held["?"],
        "storm_s": took_s,
        "charges": charges,
        "paid_twice": paid_twice,
    }


def _until_all_ended(night: Night, jobs: int) -> Books:
    until = time.monotonic() + 60 + 6 * jobs
    while (ended := books(night.venue)).ended < jobs and time.monotonic() < until:
        time.sleep(0.5)
    return ended
