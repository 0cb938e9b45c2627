"""Riproduzione in a recorded room: songs made for the analysers, and what the room hears of them."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyloudnorm
import soundfile

import heard
from builders import a_card
from heard import Heard, Passage
from night import Night
from recorded_room import RATE, RecordedRoom, recorded_room
from recorded_room import Sound as Samples
from stornello.domain.errors import StornelloError
from stornello.domain.songs import Sound
from stornello.riproduzione import control
from stornello.spool import atomic
from stornello.spool.playlist import Playlist

FADE_S = 5.0
SETTINGS = {
    "STORNELLO_SOUND_OUTPUT": "pulse",
    "STORNELLO_CROSSFADE_SECONDS": str(FADE_S),
    "STORNELLO_VOLUME": "100",
    "STORNELLO_TARGET_LUFS": "-20",  # loud, and with no need of a limiter
}


@cache
def song_of(seed: int, seconds: float) -> Samples:
    """Return a song, always the same one for a seed."""
    return heard.a_song(seconds, seed)


def write(path: Path, song: Samples) -> None:
    """Write a song without loss, as 32-bit WAV: 16 bits would add noise that hides steps."""
    soundfile.write(path, song, RATE, subtype="FLOAT")


@dataclass
class RecordedNight:
    """A venue whose room is recorded. ``songs`` are those that have been put, by their ids."""

    room: RecordedRoom
    night: Night
    songs: dict[str, Samples] = field(default_factory=dict)

    def house_music(self, name: str, seconds: float, seed: int) -> None:
        """Give the house a piece of its own, which has been there for a while: what has just come is waited for."""
        self.songs[name] = song_of(seed, seconds)
        path = self.night.venue.house_music / f"{name}.wav"
        write(path, self.songs[name])
        os.utime(path, (time.time() - 3600,) * 2)

    def put(self, name: str, seconds: float, seed: int, gain: float = 1.0, kept: float = 1.0) -> None:
        """Put a song at the end of the queue, as the producer does.

        ``gain`` makes it louder, clipped at full scale, or softer; of its file only the share ``kept`` is there,
        0: something that is no sound.
        """
        song = self.songs[name] = song_of(seed, seconds)
        file = np.clip(song * np.float32(gain), -1, 1)
        loudness = pyloudnorm.Meter(RATE).integrated_loudness(file)
        card = a_card(name, title=name, sound=Sound(seconds, loudness, heard.peak_dbfs(file), 0.0, seconds))
        audio = self.night.venue.songs / card.audio
        if kept:
            write(audio, file[: round(len(file) * kept)])
        else:
            audio.write_bytes(b"this is no sound")
        atomic.write_json(self.night.venue.card(card.id), card.to_json())
        Playlist(self.night.venue.playlist).put(card)

    def queue(self) -> set[str]:
        """Return the songs that wait."""
        return {card.id for card in Playlist(self.night.venue.playlist).waiting()}

    def ask(self, command: str, **details: object) -> dict[str, object]:
        """Ask the DJ for something."""
        return control.ask(self.night.venue.run, command, **details)

    def plays(self, name: str, beyond_s: float = 0.0) -> bool:
        """Return whether the room hears this piece, and more than so many seconds of it."""
        try:
            status = self.ask("status")
        except StornelloError:
            return False
        return status["song"] in {name, f"house/{name}.wav"} and float(str(status["position_s"])) > beyond_s

    def waits_for(self, name: str, beyond_s: float = 0.0, within_s: float = 30.0) -> None:
        """Return when the room hears so much of this piece."""
        until(lambda: self.plays(name, beyond_s), within_s)

    def find(self, recording: Samples, name: str, probe_s: float) -> Heard:
        """Return when the song is heard, by the second that begins at ``probe_s``, which is to sound alone."""
        return heard.find(recording, self.songs[name], probe_s)

    def passage(self, recording: Samples, leaving: Heard, coming: Heard, length_s: float = FADE_S) -> Passage:
        """Analyse how one song became the next, with 0.6 s of calm on either side."""
        around = (coming.at_s - 0.6, coming.at_s + length_s + 0.9)
        return heard.passage(recording, leaving, coming, around, length_s)


def until(true: Callable[[], object], within_s: float) -> None:
    """Wait until something is true."""
    give_up = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < give_up, "it does not come to pass"
        time.sleep(0.02)


@contextmanager
def recorded_night(**settings: str) -> Iterator[RecordedNight]:
    """Make a venue in a recorded room. Riproduzione is for the block to start, ``night.start("riproduzione")``."""
    with recorded_room() as room, TemporaryDirectory(prefix="night-") as folder:
        night = Night(Path(folder) / "venue", SETTINGS | settings | room.environment)
        night.venue.open()
        try:
            yield RecordedNight(room, night)
        finally:
            night.end()
            night.sweep()
