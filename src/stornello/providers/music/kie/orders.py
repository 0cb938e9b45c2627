"""What a song is ordered with, in each dialect. Nothing is ever refused for its length: it is cut at a line or word."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stornello.domain.songs import Lyrics
from stornello.settings import Settings

_LANGUAGES = {
    "it": "italian",
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "de": "german",
    "pt": "portuguese",
    "nl": "dutch",
    "pl": "polish",
    "ro": "romanian",
    "sq": "albanian",
    "uk": "ukrainian",
}
CALLBACK = "https://stornello.invalid/callback"
"""Kie insists on an address and calls it with the finished song. We ask by ourselves, so nobody must be there: the
name can never be registered (RFC 2606). A real one would hand the guests' song to whoever owns it."""

_KEEP = 0.5
"""A cut at a line must keep this share of what fits; else words count."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most characters of each text. Source: docs.kie.ai."""

    lyrics: int = 5000
    style: int = 1000
    title: int = 80


_OLD = Limits(3000, 200, 80)


def limits_of(model: str) -> Limits:
    """Return the limits of a model."""
    return _OLD if model in {"V3_5", "V4"} else Limits()


def market(lyrics: Lyrics, settings: Settings) -> dict[str, Any]:
    """Return the body of createTask."""
    limits = limits_of(settings.kie_model)
    wish: dict[str, Any] = {
        "model": settings.kie_model,
        "custom_mode": True,
        "instrumental": False,
        "lyrics": words(lyrics, limits.lyrics),
        "style": style(lyrics, limits.style),
        "title": title(lyrics, limits.title),
        "duration": settings.song_seconds,
    }
    return {"model": "ai-music-api/generate", "input": {**wish, **_voice("vocal_gender", settings)}}


def flat(lyrics: Lyrics, settings: Settings) -> dict[str, Any]:
    """Return the body of generate."""
    limits = limits_of(settings.kie_flat_model)
    wish: dict[str, Any] = {
        "customMode": True,
        "instrumental": False,
        "model": settings.kie_flat_model,
        "prompt": words(lyrics, limits.lyrics),
        "style": style(lyrics, limits.style),
        "title": title(lyrics, limits.title),
        "callBackUrl": CALLBACK,
    }
    return {**wish, **_voice("vocalGender", settings)}


def _voice(name: str, settings: Settings) -> Mapping[str, str]:
    return {} if settings.vocal_gender == "any" else {name: settings.vocal_gender}


def words(lyrics: Lyrics, most: int) -> str:
    """Return the lyrics with a tag such as ``[Chorus]`` over each section; no tag stays with nothing under it."""
    sections = (f"[{section.kind.title()}]\n" + "\n".join(section.lines) for section in lyrics.sections)
    lines = cut("\n\n".join(sections), most, "\n", " ").split("\n")
    while lines and (not lines[-1].strip() or lines[-1].startswith("[")):
        lines.pop()
    return "\n".join(lines)


def style(lyrics: Lyrics, most: int) -> str:
    """Return the style tags, the language first: nothing else tells the studio how to pronounce."""
    language = _LANGUAGES.get(lyrics.language, "")
    tags = [" ".join(tag.split()) for tag in lyrics.style]
    return cut(", ".join(filter(None, dict.fromkeys([language, *tags]))), most, ", ", " ")


def title(lyrics: Lyrics, most: int) -> str:
    """Return the title on one line."""
    return cut(" ".join(lyrics.title.split()), most, " ")


def cut(text: str, most: int, *marks: str) -> str:
    """Return as much of ``text`` as fits, ended at the first of ``marks`` that keeps enough of it, else anywhere.

    ``most`` counts UTF-16 units, as Java and JavaScript do; what no file can hold becomes a ``?``.
    """
    units = text.encode("utf-16-le", errors="replace")
    whole, head = (piece.decode("utf-16-le", errors="ignore") for piece in (units, units[: 2 * most]))
    if head == whole:
        return whole
    for mark in marks:
        kept = head if whole[len(head) :].startswith(mark) else head.rpartition(mark)[0]
        if len(kept) >= _KEEP * len(head):
            return kept.rstrip()
    return head.rstrip()
