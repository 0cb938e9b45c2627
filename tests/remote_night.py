"""A night with remote engines: OpenAI's API by aimock, Kie's by fake-kie, and the books that must balance after it."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

from night import Night, a_noise, wait_until
from servers.aimock import Aimock, Fixture, says, some_song
from servers.kie import fake_kie
from stornello.spool.paths import Venue

OPENAI_KEY = "sk-test-0penA1-k3y-that-nobody-may-see"
KIE_KEY = "kie-test-k3y-that-nobody-may-see"


def settings(openai_url: str, kie_url: str, studio: str, workers: int = 16) -> dict[str, str]:
    """Return the environment of a night that is in a hurry, one song for each recording."""
    return {
        "OPENAI_BASE_URL": openai_url,
        "OPENAI_API_KEY": OPENAI_KEY,
        "KIE_BASE_URL": kie_url,
        "KIE_API_KEY": KIE_KEY,
        "STORNELLO_TRANSCRIBER": "openai",
        "STORNELLO_LYRICIST": "openai",
        "STORNELLO_STUDIO": studio,
        "MAX_WORKERS": str(workers),
        "MAX_QUEUE_SIZE": "1000",
        "STORNELLO_MAX_NOTES_PER_SONG": "1",
        "STORNELLO_HEARING_WORKERS": "4",
        "POLL_SECONDS": "0.2",
        "STABLE_SECONDS": "0.2",
        "STORNELLO_POLL_FIRST_SECONDS": "0.1",
        "STORNELLO_POLL_LONGEST_SECONDS": "0.5",
        "STORNELLO_REQUEST_TIMEOUT_SECONDS": "2.5",
        "STORNELLO_DOWNLOAD_SECONDS": "8",
        "STORNELLO_JOB_DEADLINE_SECONDS": "20",
        "STORNELLO_ENGINE_REST_SECONDS": "0.5",
        "STORNELLO_SOUND_OUTPUT": "null",
    }


def songs_that_differ(count: int) -> list[Fixture]:
    """Return fixtures by which no two songs have the same words: the same order twice would be paid twice."""
    return [says(_song(n), responseFormat="json_schema", sequenceIndex=n) for n in range(count)]


def _song(number: int) -> dict[str, object]:
    song = some_song(number)
    return song | {"title": f"Canzone {number}", "style": ["italian pop", f"idea {number}"]}


def drop(door: Path, recordings: int, tables: int) -> None:
    """Drop ``recordings``, no two alike, of ``tables`` in turn."""
    chance = Random(3)  # noqa: S311 - a seed
    for number in range(recordings):
        a_noise(door / f"{number % tables + 1}-guest{number}.wav", chance)


def check_a_storm_of_faults(night: Night, jobs: int, seed: int, seconds: float) -> None:
    """Make songs while the studio does all it can do wrong: each job comes to an end and nothing is paid twice."""
    with Aimock(songs_that_differ(4 * jobs)) as openai, fake_kie("--storm", str(seed), cook=0.5, seconds=6) as kie:
        night.settings |= settings(openai.url, kie.url, "kie,kie-flat", workers=4)
        assert night.run("init").returncode == 0
        drop(night.venue.from_tables, recordings=jobs, tables=6)
        night.start("up")
        wait_until(lambda: books(night.venue).ended == jobs and not books(night.venue).under_way, seconds, 0.5)
        ended = books(night.venue)
        assert (ended.ended, ended.failed["?"], ended.held["?"]) == (jobs, 0, 0)
        assert (kie.charges, kie.paid_twice) == (len(set(kie.accepted)), 0)


@dataclass(frozen=True)
class Books:
    """How a night has ended: every recording in one place, and what was paid for."""

    songs: int
    failed: Counter[str]
    held: Counter[str]
    short: int
    errors: Counter[str]
    under_way: int

    @property
    def ended(self) -> int:
        """How many recordings have come to an end."""
        return self.songs + self.failed.total() + self.held.total() + self.short + self.errors.total()


def books(venue: Venue) -> Books:
    """Count. An entry without a reason counts as ``?``."""
    return Books(
        songs=len(list(venue.songs.glob("*.json"))),
        failed=_codes(venue.failed_processing),
        held=_codes(venue.held),
        short=len(list(venue.short_transcriptions.iterdir())),
        errors=_codes(venue.transcription_errors),
        under_way=sum(len(list(folder.iterdir())) for folder in (venue.from_tables, venue.hearing, venue.jobs))
        + len(list(venue.work_in_progress.glob("*/*.txt"))),
    )


def _codes(folder: Path) -> Counter[str]:
    return Counter(_code(entry) for entry in folder.iterdir())


def _code(entry: Path) -> str:
    try:
        return str(json.loads((entry / "reason.json").read_text())["code"])
    except (OSError, ValueError, KeyError):
        return "?"
