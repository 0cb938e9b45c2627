"""Instant engines behind the seams, installed as a third party's package would be (entry points beside this file).

With this folder on PYTHONPATH, ``transcriber = "instant"`` and the like work in every process of a venue. The
environment asks for faults: see DIE_ONCE and BUG. In a storm the ear is ``stormy``, whose words tell what is to become
of a recording, and the studio ``counting``, which is paid and keeps books.
"""

import ctypes
import hashlib
import json
import os
import secrets
import signal
import time
import wave
from collections.abc import Sequence
from pathlib import Path

from stornello.domain.errors import GenerationFailed, ProviderRefused
from stornello.domain.plain import Plain
from stornello.domain.songs import Lyrics, Section, SungLine
from stornello.seams import Hearing, RequestId, SongOrder, Story, Take

DIE_ONCE = "DOUBLES_DIE_ONCE"
"""A folder: the first studio of each process that finds no file of its order there leaves one and kills itself."""

BUG = "DOUBLES_BUG"
"""Set: the lyricist has a bug, whose error holds what guests said."""

OUTLIVES = "DOUBLES_OUTLIVES"
"""Set: a child that makes a song takes back its wish to end with its parent, as where no kernel fulfils it."""

CALLS = "DOUBLES_CALLS"
"""A file: gets a line for each call of lyricist and studio, from whichever process."""

COOK_S = "DOUBLES_COOK_SECONDS"
"""How long the studio cooks, in seconds."""


THINK_S = "DOUBLES_THINK_SECONDS"
"""How long the lyricist takes for the lyrics, in seconds."""


ACCOUNT = "DOUBLES_ACCOUNT"
"""The counting studio's account: a folder with one file for each song that was ordered."""

MENDED = "mended"
"""As long as nobody puts this file into the account, deaf recordings are refused and flaky songs fail."""

KINDS = ("sung", "free", "flaky", "refused", "deaf", "short")
"""What a recording may be: it becomes a song, one that costs nothing; a song that fails, for now or for good; is not
heard, for now; or holds too little."""

FRAMES, STEP = 1600, 160
"""A recording of the n-th kind is FRAMES + n * STEP frames long, at 16 kHz."""

ANSWERED_S, COOKED_S = 0.05, 0.3
"""The studio takes an order half way through its answer, and cooks so long."""

_AGAIN = Plain("stornello retry NOME", "stornello retry NAME")
_NEVER = Plain("Niente.", "Nothing.")


_PR_SET_PDEATHSIG = 1


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
        if BUG in os.environ:
            raise ValueError(" / ".join(note.text for note in story.told))
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
        if OUTLIVES in os.environ:
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, 0)
        return RequestId(json.dumps(order.lyrics.to_json()))

    def collect(self, request: RequestId, into: Path) -> Take | None:
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


class StormyTranscriber:
    """Hears the kind by the length, and a mark that no other recording has."""

    name = "stormy"
    is_paid = False
    longest_s = None

    def __init__(self, settings: object) -> None:
        del settings

    def hear(self, audio: Path, languages: Sequence[str]) -> Hearing:
        with wave.open(str(audio), "rb") as sound:
            kind = KINDS[round((sound.getnframes() - FRAMES) / STEP)]
        if kind == "short":
            return Hearing("hm", languages[0], 0.1)
        if kind == "deaf" and not _is_mended():
            raise ProviderRefused("deaf", Plain("Non sento.", "I cannot hear."), _AGAIN)
        mark = hashlib.sha256(audio.read_bytes()).hexdigest()[:12]
        return Hearing(f"we were here, all {kind}, and the mark was {mark}", languages[0], 3.0)


class CountingStudio(InstantStudio):
    """Is paid for each order that it takes, and leaves free ones to others."""

    name = "counting"
    is_paid = True

    def request(self, order: SongOrder) -> RequestId:
        words = order.lyrics.text()
        time.sleep(ANSWERED_S / 2)
        if ", all free," in words:
            raise ProviderRefused("not-mine", Plain("Non la faccio.", "Not for me."), _AGAIN)
        task = secrets.token_hex(8)
        entry = {"words": words, "order": super().request(order), "fails": _fails(words)}
        part = _account() / f".{task}"
        part.write_text(json.dumps(entry))
        part.rename(_account() / task)
        time.sleep(ANSWERED_S / 2)
        return RequestId(task)

    def collect(self, request: RequestId, into: Path) -> Take | None:
        bill = _account() / request
        if time.time() - bill.stat().st_mtime < COOKED_S:
            return None
        entry = json.loads(bill.read_text())
        if entry["fails"]:
            raise GenerationFailed(
                entry["fails"], Plain("Non riesce.", "It fails."), _NEVER if entry["fails"] == "refused" else _AGAIN
            )
        return super().collect(entry["order"], into)


class ThriftyStudio(InstantStudio):
    """Costs nothing, and makes only what is free."""

    name = "thrifty"

    def request(self, order: SongOrder) -> RequestId:
        words = order.lyrics.text()
        if ", all refused," in words:
            raise ProviderRefused("refused", Plain("Mai.", "Never."), _NEVER)
        if ", all free," not in words:
            raise ProviderRefused("not-free", Plain("Non la faccio.", "Not for me."), _AGAIN)
        return super().request(order)


def _fails(words: str) -> str:
    if ", all refused," in words:
        return "refused"
    return "flaky" if ", all flaky," in words and not _is_mended() else ""


def _account() -> Path:
    return Path(os.environ[ACCOUNT])


def _is_mended() -> bool:
    return (_account() / MENDED).exists()
