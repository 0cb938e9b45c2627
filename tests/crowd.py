"""Recordings of several tables dropped at once, with engines that cost nothing: none lost, none doubled, in turn."""

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

from night import INSTANT, Night, a_noise, wait_until
from stornello.spool.playlist import Playlist


@dataclass(frozen=True)
class Crowd:
    """So many tables with so many recordings each."""

    tables: int
    each: int

    @property
    def recordings(self) -> int:
        return self.tables * self.each


def check_that_all_become_songs_in_turn(night: Night, crowd: Crowd, seconds: float) -> None:
    """Drop the crowd's recordings, watch the turns until the last song, within ``seconds``, and count everything."""
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
    drop(night.venue.from_tables, crowd)
    watchdog = night.start("watchdog")
    wait_until(lambda: have_all_material(night, crowd), 60)
    producer = night.start("producer")
    watch_turns(night, crowd, seconds)
    watchdog.terminate()
    producer.terminate()
    assert (watchdog.wait(5), producer.wait(5)) == (0, 0)
    check(night, crowd)


def drop(door: Path, crowd: Crowd) -> None:
    chance = Random(2)  # noqa: S311 - a seed
    for number in range(crowd.recordings):
        a_noise(door / f"{number % crowd.tables + 1}-guest{number}.wav", chance)


def have_all_material(night: Night, crowd: Crowd) -> bool:
    """Turns can only be judged while every table has material."""
    return all(any((night.venue.work_in_progress / str(n + 1)).glob("*.txt")) for n in range(crowd.tables))


def watch_turns(night: Night, crowd: Crowd, seconds: float) -> None:
    """Look at the counts all the time until the last song is counted."""
    until = time.monotonic() + seconds
    made = 0
    while made < crowd.recordings:
        assert time.monotonic() < until, f"only {made} songs"
        songs = night.tonight()
        each = [songs.get(table, 0) for table in range(1, crowd.tables + 1)]
        assert max(each) - min(each) <= 1, each
        made = sum(each)
        time.sleep(0.02)


def check(night: Night, crowd: Crowd) -> None:
    venue = night.venue
    queue = Playlist(venue.playlist).waiting()
    turns = Counter(card.table for card in queue)
    assert turns == dict.fromkeys(range(1, crowd.tables + 1), crowd.each)
    for turn in range(crowd.each):
        assert len({card.table for card in queue[turn * crowd.tables : (turn + 1) * crowd.tables]}) == crowd.tables, (
            "every round whole"
        )
    marks = [card.lyrics.text().split()[-1] for card in queue]
    assert len(set(marks)) == crowd.recordings, "every recording is in one song"
    assert len({card.id for card in queue}) == crowd.recordings
    assert len(list(venue.songs.glob("*.wav"))) == crowd.recordings
    for empty in (venue.from_tables, venue.hearing, venue.jobs, venue.failed_processing, venue.transcription_errors):
        assert not list(empty.iterdir()), empty
    assert len([p for p in venue.archived_recordings.iterdir() if p.is_file()]) == crowd.recordings
    assert not list(venue.work_in_progress.glob("*/*.txt"))
