"""Builds Producer."""

import sys
from collections.abc import Sequence
from pathlib import Path

from stornello.domain.clock import SystemClock
from stornello.domain.fairness import POLICIES
from stornello.producer.manager import Producer
from stornello.producer.pool import Pool
from stornello.settings import Settings
from stornello.spool import conditions
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue
from stornello.wiring.engines import require_engines


def build(venue: Venue, settings: Settings) -> Producer:
    """Build Producer with its pool."""
    require_engines(settings)

    def command(folder: Path) -> Sequence[str]:
        return [sys.executable, "-u", "-m", "stornello", "generate-song", str(folder), "--folder", str(venue.root)]

    journal = Journal(venue.journal)
    journal.check()
    return Producer(
        venue,
        Pool(settings.max_workers, command, settings.job_deadline_seconds, venue.logs),
        journal,
        SystemClock(),
        lambda: conditions.may_begin(venue, settings.free_space_floor_mb),
        max_queue_size=settings.max_queue_size,
        max_notes=settings.max_notes_per_song,
        night_begins=settings.night_begins,
        poll_s=settings.poll_seconds,
        stable_s=settings.stable_seconds,
        policy=POLICIES[settings.fairness],
    )
