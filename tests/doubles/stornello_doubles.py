"""Instant engines behind the seams, installed as a third party's package would be (entry points beside this file).

With this folder on PYTHONPATH, ``transcriber = "instant"`` and the like work in every process of a venue. The
environment asks for faults: see DIE_ONCE and BUG.
"""

import hashlib
import json
import os
import signal
import time
import wave
from collections.abc import Sequence
from pathlib import Path

from stornello.domain.songs import Lyrics, Section, SungLine
from stornello.seams import Hearing, RequestId, SongOrder, Story, Take

DIE_ONCE = "DOUBLES_DIE_ONCE"
"""A folder: the first studio of each process that finds no file of its order there leaves one and kills itself."""

BUG = "DOUBLES_BUG"
"""Set: the lyricist has a bug, whose error holds what guests said."""

CALLS = "DOUBLES_CALLS"
"""A file: gets a line for each call of lyricist and studio, from whichever process."""

COOK_S = "DOUBLES_COOK_SECONDS"
"""How long the studio cooks, in seconds."""


THINK_S = "DOUBLES_THINK_SECONDS"
"""How long the lyricist takes for the lyrics, in seconds."""


class InstantTranscriber:
    """Hears at once. The words are made from the sound's own bytes: different recordings say different things."""

    name = "instant"
    is_paid = False
    longest_s = None

    def __init__(self, settings: object) -> None:
        del settings

    def hear(self, audio: Path, languages: Sequence[str]) -> Hearing:
        mark = hashlib.sha256(audio.read_bytes()).hexdigest()[:12]
        return Hearing(f"we were all here together tonight and the mark was {mark}", languages[0], 3.0)


class InstantLyricist:
    """Sings the told words as they are."""

    name = "instant"
    is_paid = False

    def __init__(self, settings: object) -> None:
        del settings

    def summarise(self, story: Story, *, complaint: str = "") -> str:
        del complaint
        _note_call("summarise")
        said = " / ".join(note.text for note in story.told)
        if BUG in os.environ:
            raise ValueError(said)
        return said

    def write(self, story: Story, summary: str, *, gently: bool = False, complaint: str = "") -> Lyrics:
        del summary, gently, complaint
        _note_call("write")
        time.sleep(float(os.environ.get(THINK_S, "0")))
        lines = tuple(note.text for note in story.told)
        return Lyrics(f"Table {story.table}", story.language, ("plain",), (Section("verse", lines),))


class InstantStudio:
    """Delivers one second of a quiet tone per order, another one for other words."""

    name = "instant"
    is_paid = False

    def __init__(self, settings: object) -> None:
        del settings

    def request(self, order: SongOrder) -> RequestId:
        _note_call("request")
        return RequestId(json.dumps(order.lyrics.to_json()))

    def collect(self, request: RequestId, into: Path) -> Take:
        _note_call("collect")
        _die_once(request)
        time.sleep(float(os.environ.get(COOK_S, "0")))
        lyrics = Lyrics.from_json(json.loads(request))
        audio = into / "take.wav"
        with wave.open(str(audio), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            mark = hashlib.sha256(request.encode()).digest()[:8]
            file.writeframes(mark + b"".join(int(2000 * (n % 40 < 20)).to_bytes(2, "little") for n in range(8000)))
        return Take(audio, "instant", (SungLine(0.0, lyrics.sections[0].lines[0]),))


def _note_call(name: str) -> None:
    if CALLS in os.environ:
        with Path(os.environ[CALLS]).open("a") as file:
            file.write(f"{name}\n")


def _die_once(request: str) -> None:
    folder = os.environ.get(DIE_ONCE)
    if folder:
        mark = Path(folder) / hashlib.sha256(request.encode()).hexdigest()
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
