"""Recordings through the whole pipeline, with engines that cost nothing, while somebody takes the songs."""

import os
import threading
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from house import INSTANT, open_venue, running, wait_for
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist

TABLES = 20
_CHANCE = Random(7)  # noqa: S311 - a seed

BUSY = INSTANT | {
    "STORNELLO_LANGUAGES": "en",
    "STORNELLO_STABLE_SECONDS": "0",
    "STORNELLO_HEARING_WORKERS": "2",
    "STORNELLO_MAX_WORKERS": "2",
    "STORNELLO_MAX_QUEUE_SIZE": "20",
    "STORNELLO_MAX_ARRIVALS_PER_HOUR": "0",
}


def recordings_a_second(count: int, notes_a_song: int, behind: int = 0) -> float:
    """Drop ``count`` recordings at once; return how many a second became part of a song that somebody took.

    ``behind`` recordings have come the whole way before: they lie in the archive.
    """
    settings = BUSY | {"STORNELLO_MAX_NOTES_PER_SONG": str(notes_a_song)}
    with open_venue() as venue:
        archive(venue, behind)
        drop(venue, count)
        with _taking(venue), running(venue, "watchdog", settings), running(venue, "producer", settings):
            wait_for(lambda: any(os.scandir(venue.hearing)))
            began = time.monotonic()
            wait_for(lambda: _is_done(venue), most_s=60 + count, every_s=0.25)
            took = time.monotonic() - began
        told = sum(len(list(folder.iterdir())) for folder in venue.archived_transcripts.iterdir())
        if told != behind + count:
            raise AssertionError(f"{told} of {behind + count}")
        return count / took


def drop(venue: Venue, count: int) -> None:
    """Put recordings at the door that are all different, a tenth of a second each."""
    for number in range(count):
        with wave.open(str(venue.from_tables / f"{number % TABLES + 1}-guest{number}.wav"), "wb") as file:
            file.setparams((1, 2, 16_000, 0, "NONE", ""))
            file.writeframes(_CHANCE.randbytes(3200))


def archive(venue: Venue, count: int) -> None:
    """Leave what ``count`` recordings leave behind: their sound, and their texts by the hundred."""
    sound = venue.root / "a.wav"
    sound.write_bytes(_CHANCE.randbytes(3200))
    for number in range(count):
        arrival = f"20200101T{number:012d}"
        (venue.archived_recordings / f"{arrival}_{number:016x}_{number % TABLES + 1}-guest.wav").hardlink_to(sound)
        folder = venue.archived_transcripts / f"{number % TABLES + 1}_000000_{number // 100:06x}"
        folder.mkdir(exist_ok=True)
        (folder / f"{arrival}_{number:016x}_Guest.txt").write_text("told long ago")
    sound.unlink()


@contextmanager
def _taking(venue: Venue) -> Iterator[None]:
    """Take every song as soon as it is there, as a room would that hears each for a moment."""
    stop = threading.Event()

    def take() -> None:
        queue = Playlist(venue.playlist)
        while not stop.wait(0.02):
            for card in queue.waiting():
                queue.take(card.id)

    thread = threading.Thread(target=take)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _is_done(venue: Venue) -> bool:
    under_way = (venue.from_tables, venue.hearing, venue.jobs)
    if any(any(os.scandir(folder)) for folder in under_way):
        return False
    return (
        not any(any(os.scandir(table)) for table in os.scandir(venue.work_in_progress))
        and not Playlist(venue.playlist).waiting()
    )
