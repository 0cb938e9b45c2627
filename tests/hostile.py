"""A venue under siege: what lies around it is watched, and whatever comes in must have one end and a plain reason."""

import hashlib
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, settings

from fake_decks import HandClock
from stornello.audio_watchdog import AudioWatchdog
from stornello.audio_watchdog.door import Door
from stornello.audio_watchdog.ears import Ears, Rules
from stornello.spool import reasons
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue
from venues import ScriptedTranscriber, a_tone, a_venue, a_voice_note, files_below

MANY = int(os.environ.get("HOSTILE_EXAMPLES", "0"))
"""Examples of what chance finds, in `make torture`."""

BOUNDED = settings(
    max_examples=MANY or 8,
    derandomize=not MANY,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
"""A few examples, always the same; ``make torture`` asks for many, always others."""

BROKEN_S = 31.0
"""After so long what is not whole comes in as it is."""


@dataclass
class Siege:
    """A watchdog over a venue in ``folder``, with canaries around it."""

    folder: Path
    most_an_hour: int = 0
    most_mb: float = 10
    most_s: float = 60
    workers: int = 2
    transcriber: ScriptedTranscriber = field(default_factory=ScriptedTranscriber)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.venue: Venue = a_venue(self.folder)
        (self.folder / "canary").write_text("nobody comes here")
        (self.folder / "cage" / "5").mkdir(parents=True)
        a_voice_note(self.folder / "cage" / "5" / "secret.wav", hertz=999.0)
        self.clock = HandClock()
        rules = Rules(("it",), 20, 2, self.most_s, self.most_mb, self.most_an_hour)
        self.ears = Ears(self.venue, self.transcriber, rules, Journal(self.venue.journal), self.clock)
        self.watchdog = AudioWatchdog(
            self.venue, Door(self.venue.from_tables, 1.0), self.ears, self.clock, poll_s=60.0, workers=self.workers
        )
        self.around = self._around()

    def drop(self, name: bytes | str, content: bytes) -> Path:
        """Put a file of that name into FROM_TABLES."""
        path = Path(os.fsdecode(os.fsencode(self.venue.from_tables) + b"/" + os.fsencode(name)))
        path.write_bytes(content)
        return path

    def pass_by(self, seconds: float = BROKEN_S) -> None:
        """Let time pass, then one pass of the service and all that it gave to the ears."""
        self.clock.sleep(seconds)
        self.watchdog.tick()
        for attending in list(self.watchdog._in_hand.values()):
            attending.wait(600)  # who hashes four gigabytes on a busy machine takes a minute
            assert attending.ended, "the service stalls"

    def settle(self, passes: int = 300) -> None:
        """Pass after pass until all that came in has its end."""
        for _ in range(passes):
            self.pass_by()
            if not self.watchdog.door.is_watching() and not list(self.venue.hearing.iterdir()):
                break
        assert not list(self.venue.hearing.iterdir()), "something has no end"

    def hears_the_next(self) -> None:
        """A good recording gets through, after all that."""
        before = self.transcriber.calls
        self.drop("7-next.wav", a_sound(4321))
        self.settle()
        assert self.transcriber.calls == before + 1

    def ends(self) -> Counter[str]:
        """Return how many recordings have come to which end: ``song``, or the code of a reason."""
        set_aside = self.venue.short_transcriptions, self.venue.transcription_errors
        told = [reason for folder in set_aside for reason in reasons.read_all(folder)]
        assert len(told) == sum(len(list(folder.iterdir())) for folder in set_aside), "each has a reason"
        sentences = [sentence for one in told for plain in (one.what, one.todo) for sentence in (plain.it, plain.en)]
        assert all(len(sentence) > 10 for sentence in sentences)
        return Counter({"song": self.texts()}) + Counter(one.code for one in told)

    def texts(self) -> int:
        """Return how many texts are staged."""
        return len(files_below(self.venue.work_in_progress))

    def archived(self) -> Counter[str]:
        """Return the contents that are archived, and how often."""
        return Counter(sha(path.read_bytes()) for path in files_below(self.venue.archived_recordings))

    def is_intact(self) -> bool:
        """Return whether nothing around the venue has changed, and nothing in it leads out."""
        links = [path for path in self.venue.root.rglob("*") if path.is_symlink()]
        inside = [link for link in links if not link.is_relative_to(self.venue.transcription_errors)]
        return self._around() == self.around and all(link.parent == self.venue.from_tables for link in inside)

    def _around(self) -> dict[str, tuple[int, str]]:
        there = [path for path in self.folder.rglob("*") if not path.is_relative_to(self.venue.root)]
        return {str(path): (path.lstat().st_mtime_ns, content(path)) for path in there}


def a_sound(number: int) -> bytes:
    """Return a short WAV, one content a number, in the very format that engines want."""
    samples = number.to_bytes(4, "little") + a_tone(0.05, rate=16_000)
    return wav(samples)


def wav(samples: bytes, rate: int = 16_000) -> bytes:
    """Return 16-bit mono samples as a WAV file."""
    header = b"RIFF" + (36 + len(samples)).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    shape = b"\1\0\1\0" + rate.to_bytes(4, "little") + (2 * rate).to_bytes(4, "little") + b"\2\0\x10\0"
    return header + shape + b"data" + len(samples).to_bytes(4, "little") + samples


def sha(content: bytes) -> str:
    """Return the content's name."""
    return hashlib.sha256(content).hexdigest()


def content(path: Path) -> str:
    """Return what lies at ``path``."""
    return sha(path.read_bytes()) if path.is_file() and not path.is_symlink() else ""
