"""Venues, voice notes and ears for tests: ``a_voice_note(venue.from_tables / "5-anna.wav")``."""

import math
import struct
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from fake_decks import HandClock
from stornello.audio_watchdog.ears import Ears, Rules
from stornello.domain.errors import ProviderUnreachable
from stornello.domain.names import TableId
from stornello.domain.plain import Plain
from stornello.seams import Hearing
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue
from stornello.spool.recordings import Claims, Recording
from stornello.spool.staging import staged_name

EIGHT = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
RATE = 8000
STORY = "Anna è arrivata tardi e ha portato il vino"
"""Long enough for a song."""


def a_venue(folder: Path) -> Venue:
    """Return an open venue in ``folder``."""
    venue = Venue(folder / "venue")
    venue.open()
    return venue


@cache
def a_tone(seconds: float, amplitude: float = 0.25, hertz: float = 440.0, rate: int = RATE) -> bytes:
    """Return 16-bit mono samples of a sine (amplitude 1 is full scale; 0 is silence)."""
    step = 2 * math.pi * hertz / rate
    values = (round(32767 * amplitude * math.sin(step * n)) for n in range(round(seconds * rate)))
    return b"".join(struct.pack("<h", value) for value in values)


def write_wav(path: Path, samples: bytes, rate: int = RATE) -> Path:
    """Write 16-bit mono ``samples`` as a finished WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(samples)
    return path


def a_voice_note(path: Path, seconds: float = 0.1, hertz: float = 440.0) -> Path:
    """Write a short sound; another pitch makes another content."""
    path.parent.mkdir(exist_ok=True)
    return write_wav(path, a_tone(seconds, hertz=hertz))


def a_staged_text(venue: Venue, table: int, text: str = STORY, guest: str = "Anna", minute: int = 0) -> Path:
    """Stage a transcript as the watchdog does."""
    folder = venue.staged(TableId(table))
    folder.mkdir(parents=True, exist_ok=True)
    stamp = EIGHT.replace(minute=minute).strftime("%Y%m%dT%H%M%S%f")
    path = folder / staged_name(stamp, f"{minute:016x}", guest)
    path.write_text(text, encoding="utf-8")
    return path


def unreachable() -> ProviderUnreachable:
    """Return a passing error of an engine."""
    return ProviderUnreachable("away", Plain("Via.", "Away."), Plain("Aspetta.", "Wait."))


@dataclass
class ScriptedTranscriber:
    """Hears what the script says, one entry a call (an error is raised), then ``STORY`` for ever."""

    script: list[str | BaseException] = field(default_factory=list)
    before: Callable[[], None] = lambda: None
    name: str = "scripted"
    calls: int = 0

    def hear(self, audio: Path, languages: Sequence[str], table: TableId, about: str) -> Hearing:
        assert (audio.is_file(), bool(table), bool(about)) == (True, True, True)
        self.calls += 1
        self.before()
        said = self.script.pop(0) if self.script else STORY
        if isinstance(said, BaseException):
            raise said
        return Hearing(said, languages[0], 3.0)


def some_ears(
    venue: Venue, transcriber: ScriptedTranscriber | None = None, retry: int = 2, most_mb: float = 10
) -> Ears:
    """Return the ears of a freshly started watchdog."""
    rules = Rules(("it", "en"), min_chars=20, retry=retry, most_s=60, most_mb=most_mb)
    return Ears(venue, transcriber or ScriptedTranscriber(), rules, Journal(venue.journal), HandClock())


def a_claimed_note(venue: Venue, name: str = "5-anna.wav", hertz: float = 440.0, minute: int = 0) -> Recording:
    """Drop a voice note and claim it."""
    path = a_voice_note(venue.from_tables / name, hertz=hertz)
    return Claims(venue).claim(path, name, EIGHT.replace(minute=minute))


def files_below(folder: Path) -> list[Path]:
    """Return the regular files anywhere below ``folder``."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
