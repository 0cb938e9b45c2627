"""Engines that break the contract, each in one way: a check that catches none of them checks nothing."""

import http.client
import json
import os
import urllib.error
import urllib.request
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stornello.domain.errors import AnswerUnusable, OutcomeUnknown, ProviderRefused, ProviderUnreachable
from stornello.domain.plain import Plain
from stornello.domain.songs import Lyrics, Section
from stornello.seams import Hearing, RequestId, SongOrder, Story, Take

KEY = "sk-this-must-never-be-seen"
_NOWHERE = "http://songs.invalid/"
_SAID = Plain("No.", "No.")


def refused(text: str = "No.") -> ProviderRefused:
    return ProviderRefused("no", Plain(text, text), _SAID)


@dataclass
class Studio:
    """Keeps the contract, with what a test puts in its place."""

    fault: str = ""
    name: str = "ours"
    is_paid: bool = False

    def request(self, order: SongOrder) -> RequestId:
        match self.fault:
            case "no id":
                return RequestId("")
            case "bad id":
                return 5  # type: ignore[return-value]  # wrong on purpose
            case "raw":
                raise KeyError(order.lyrics.title)
            case "key in id":
                return RequestId(f"task {KEY}")
            case "memory":
                return RequestId(f"pid {os.getpid()}")
        return RequestId(json.dumps({"seed": order.seed}))

    def collect(self, request: RequestId, into: Path) -> Take | None:
        if self.fault == "raw on unknown":
            json.loads(request)["seed"]
        elif self.fault == "memory" and request != f"pid {os.getpid()}":
            raise refused()
        elif not request.startswith(('{"seed"', "task", "pid")) and self.fault != "always a song":
            raise refused(f"{KEY}" if self.fault == "leaks the key" else "No.")
        return self._take(into)

    def _take(self, into: Path) -> Take | None:
        where = into.parent if self.fault == "outside" else into
        if self.fault == "never":
            return None
        if self.fault == "no take":
            return into  # type: ignore[return-value]  # wrong on purpose
        level = 0 if self.fault == "silent" else 9000
        seconds = 3 if self.fault == "another each time" and (into.parent / "first" / "take.wav").exists() else 1
        audio = _tone(where / "take.wav", level, seconds)
        if self.fault == "no sound":
            audio.write_bytes(b"<html>")
        if self.fault == "gone":
            audio.unlink()
        return Take(audio, "" if self.fault == "nameless" else "ours")


def _tone(path: Path, level: int, seconds: int) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"".join(int(level * (n % 40 < 20)).to_bytes(2, "little") for n in range(8000 * seconds)))
    return path


@dataclass
class RemoteStudio(Studio):
    """Asks a server by urllib for its id."""

    def request(self, order: SongOrder) -> RequestId:
        tries = 3 if self.fault == "retries" else 1
        for attempt in range(tries):
            try:
                return self._ask(order)
            except ProviderUnreachable:
                if attempt == tries - 1:
                    raise
        raise AssertionError

    def _ask(self, order: SongOrder) -> RequestId:
        body = order.lyrics.title.encode()
        try:
            with urllib.request.urlopen(_NOWHERE, body, timeout=5) as answer:  # noqa: S310 - http, ours
                return RequestId(json.load(answer)["id"])
        except urllib.error.URLError as error:
            if self.fault == "raw network":
                raise
            self._blame(order, error)
            kind = OutcomeUnknown if self.fault == "never sure" else ProviderUnreachable
            raise kind("away", _SAID, _SAID) from None
        except (OSError, ValueError, http.client.HTTPException):
            if self.fault == "raw after sending":
                raise
            kind = ProviderUnreachable if self.fault == "pays twice" else OutcomeUnknown
            raise kind("lost", _SAID, _SAID) from None

    def _blame(self, order: SongOrder, error: OSError) -> None:
        match self.fault:
            case "leaks words":
                raise ProviderUnreachable("away", Plain(order.lyrics.title, "No."), _SAID) from None
            case "leaks the key behind":
                raise ProviderUnreachable("away", _SAID, _SAID) from OSError(f"Bearer {KEY}")
            case "refuses":
                raise refused() from None
        del error

    def collect(self, request: RequestId, into: Path) -> Take | None:
        del request
        return self._take(into)


@dataclass
class Ordered:
    """Stands for the process that orders and dies: gives the id that the engine in this process would give."""

    def __call__(self, build: Callable[[], Any], order: SongOrder) -> RequestId:
        del build, order
        return RequestId("task 1")


@dataclass
class Pen:
    """A lyricist that keeps the contract but for ``fault``."""

    fault: str = ""
    name: str = "ours"
    is_paid: bool = False

    def summarise(self, story: Story) -> str:
        if self.fault == "empty summary":
            return " "
        said = " ".join(note.text for note in story.told).strip()
        if not said:
            if self.fault == "raw on empty":
                raise IndexError
            raise refused()
        if self.fault == "leaks words" and len(story.told) == 1:
            raise refused(said)
        return said[:100]

    def write(self, story: Story, summary: str, *, gently: bool = False) -> Lyrics:
        if self.fault == "no gently" and gently:
            raise TypeError
        if self.fault == "raw on emoji":
            summary.encode("ascii", "strict" if "🎉" in summary else "ignore")
        lines = ("la la la", "we sing tonight")
        language = "it" if self.fault == "italian only" else story.language
        lyrics = Lyrics("A song", language, ("pop",), (Section("verse", lines),))
        return self._spoilt(lyrics, summary)

    def _spoilt(self, lyrics: Lyrics, summary: str) -> Lyrics:
        verse = {
            "label": ("Verse 1: la la",),
            "markdown": ("**la** la",),
            "bracket": ("[Chorus]",),
            "blank line": ("la", " "),
            "two in one": ("la\nla",),
            "no lines": (),
            "echo": (summary[-60:],),
        }.get(self.fault)
        if verse is not None:
            return replace(lyrics, sections=(Section("verse", verse),))
        if self.fault == "list":
            return replace(lyrics, style=5)  # type: ignore[arg-type]  # wrong on purpose
        if self.fault == "untitled":
            return replace(lyrics, title="")
        return "la la" if self.fault == "text" else lyrics  # type: ignore[return-value]  # wrong on purpose


@dataclass
class MoodyPen(Pen):
    """Writes lyrics when it is told what was wrong with its first try; with the fault ``stubborn`` not even then."""

    def write(self, story: Story, summary: str, *, gently: bool = False, complaint: str = "") -> Lyrics:
        if not complaint or self.fault == "stubborn":
            raise AnswerUnusable("unusable", _SAID, _SAID, reason="it is no song")
        return super().write(story, summary, gently=gently)


class DeafPen(Pen):
    """Complains of its answers and hears no complaint."""

    def write(self, story: Story, summary: str, *, gently: bool = False) -> Lyrics:
        del story, summary, gently
        raise AnswerUnusable("unusable", _SAID, _SAID, reason="it is no song")


@dataclass
class Ear:
    """A transcriber that keeps the contract but for ``fault``."""

    fault: str = ""
    name: str = "ours"
    is_paid: bool = False
    longest_s: float | None = None

    def hear(self, audio: Path, languages: Sequence[str]) -> Hearing:
        del languages
        if self.fault == "raw on no sound":
            wave.open(str(audio), "rb").close()
        try:
            with wave.open(str(audio), "rb") as file:
                frames = file.readframes(file.getnframes())
        except wave.Error:
            raise refused() from None
        text = "ciao a tutti dalla nostra tavola" if any(frames) or self.fault == "dreams" else ""
        match self.fault:
            case "deaf":
                text = ""
            case "text":
                return text  # type: ignore[return-value]  # wrong on purpose
            case "no language":
                return Hearing(text, "Italian", 1.0)
            case "wrong types":
                return Hearing(text, "it", "1.0")  # type: ignore[arg-type]  # wrong on purpose
        return Hearing(text, "it", 1.0)
