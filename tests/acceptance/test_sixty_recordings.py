"""60 recordings of 12 tables dropped at once, with engines that cost nothing: none lost, none doubled, in turn."""

import time
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from night import INSTANT, Night, a_noise, wait_until
from stornello.spool.playlist import Playlist

TABLES = 12
EACH = 5


@pytest.mark.timeout(360)
def test_sixty_recordings_become_sixty_songs_in_turn(night: Night) -> None:
    night.settings |= INSTANT | {
        "MAX_WORKERS": "2",
        "MAX_QUEUE_SIZE": "1000",
        "STORNELLO_MAX_NOTES_PER_SONG": "1",
        "STORNELLO_HEARING_WORKERS": "2",
        "POLL_SECONDS": "0.2",
        "STABLE_SECONDS": "0.2",
        "STORNELLO_SOUND_OUTPUT": "null",
    }
    assert night.run("init").returncode == 0
    drop(night.venue.from_tables)
    watchdog = night.start("watchdog")
    wait_until(lambda: have_all_material(night), 60)
    producer = night.start("producer")
    watch_turns(night)
    watchdog.terminate()
    producer.terminate()
    assert (watchdog.wait(5), producer.wait(5)) == (0, 0)
    check(night)


def drop(door: Path) -> None:
    chance = Random(2)  # noqa: S311 - a seed
    for number in range(TABLES * EACH):
        a_noise(door / f"{number % TABLES + 1}-guest{number}.wav", chance)


def have_all_material(night: Night) -> bool:
    """Turns can only be judged while every table has material."""
    return all(any((night.venue.work_in_progress / str(n + 1)).glob("*.txt")) for n in range(TABLES))


def watch_turns(night: Night) -> None:
    """Look at the counts all the time until the last song is counted."""
    until = time.monotonic() + 240  # on two free cores it takes 25
    made = 0
    while made < TABLES * EACH:
        assert time.monotonic() < until, f"only {made} songs"
        songs = night.tonight()
        each = [songs.get(table, 0) for table in range(1, TABLES + 1)]
        assert max(each) - min(each) <= 1, each
        made = sum(each)
        time.sleep(0.02)


def check(night: Night) -> None:
    venue = night.venue
    queue = Playlist(venue.playlist).waiting()
    turns = Counter(card.table for card in queue)
    assert turns == dict.fromkeys(range(1, TABLES + 1), EACH)
    for turn in range(EACH):
        assert len({card.table for card in queue[turn * TABLES : (turn + 1) * TABLES]}) == TABLES, "every round whole"
    marks = [card.lyrics.text().split()[-1] for card in queue]
    assert len(set(marks)) == TABLES * EACH, "every recording is in one song"
    assert len({card.id for card in queue}) == TABLES * EACH
    assert len(list(venue.songs.glob("*.wav"))) == TABLES * EACH
    for empty in (venue.from_tables, venue.hearing, venue.jobs, venue.failed_processing, venue.transcription_errors):
        assert not list(empty.iterdir()), empty
    assert len([p for p in venue.archived_recordings.iterdir() if p.is_file()]) == TABLES * EACH
    assert not list(venue.work_in_progress.glob("*/*.txt"))
