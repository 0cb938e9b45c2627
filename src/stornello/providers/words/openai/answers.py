"""What a model wrote, read leniently and kept strictly: lyrics that can be sung as they are, or the reason why not.

A model may have thought aloud, wrapped its JSON in a fence or in prose, or done what a guest told it to do.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, cast, get_args

from stornello.domain.songs import Lyrics, Section, SectionKind
from stornello.providers.words.cleaning import plain, shortened, singable

MOST_ANSWER: Final = 60_000
"""Characters; no song is as long."""

MOST_SECTIONS, MOST_LINES = 12, 12
LONGEST_TITLE, LONGEST_SUMMARY = 80, 1_500
_MOST_TAGS, _LONGEST_TAG = 6, 40
_SHORTEST_SUMMARY: Final = 10
_MOST_STARTS: Final = 40
_TELLING: Final = 8
"""So many words in a row that are also in the rules are no coincidence."""

_OTHER_NAMES: Final = {"refrain": "chorus", "hook": "chorus", "ritornello": "chorus", "ponte": "bridge"}


class Unusable(Exception):  # noqa: N818 - what it says is what it is
    """An answer that is no answer. ``reason`` is told to the model; it holds nothing of the answer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def summary_in(answer: str, rules: str) -> str:
    """Return the summary, one paragraph of plain text. Raises Unusable when there is none."""
    lines = (said for line in _without_thoughts(answer).splitlines() for said in singable(line))
    summary = shortened(" ".join(lines), LONGEST_SUMMARY)
    if len(summary) < _SHORTEST_SUMMARY:
        raise Unusable("it holds no sentence")
    _refuse_echo([summary], rules)
    return summary


def lyrics_in(answer: str, rules: str, language: str, languages: Sequence[str]) -> Lyrics:
    """Return the lyrics, in one of ``languages``, else in ``language``. Raises Unusable when there are none."""
    song = _song_in(answer)
    sections = _sections(song.get("sections"))
    _refuse_echo([line for section in sections for line in section.lines], rules)
    sung = next((one for one in languages if one == song.get("language")), language)
    return Lyrics(_title(song.get("title")), sung, _style(song), sections)


def _song_in(answer: str) -> dict[str, Any]:
    """Return the first JSON object that has sections."""
    if len(answer) > MOST_ANSWER:
        raise Unusable("it is far too long")
    found = next((one for one in _objects(_without_thoughts(answer)) if "sections" in one), None)
    if found is None:
        raise Unusable('it holds no JSON object with "sections"')
    return found


def _without_thoughts(answer: str) -> str:
    """Return what stands after the model's thoughts; of thoughts without an end, what stands before them."""
    return re.split(r"(?i)</think(?:ing)?>", answer[:MOST_ANSWER])[-1].split("<think")[0]


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects in ``text``, whatever stands around them; what looks like too many is given up."""
    decoder, at = json.JSONDecoder(strict=False), text.find("{")
    for _ in range(_MOST_STARTS):
        if at < 0:
            return
        try:
            found, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at = text.find("{", at + 1)
        else:
            yield found
            at = text.find("{", end)


def _sections(told: object) -> tuple[Section, ...]:
    if not isinstance(told, list):
        raise Unusable('"sections" is no list')
    sections = tuple(section for one in told[:MOST_SECTIONS] if (section := _section(one)).lines)
    if not {"verse", "chorus"} <= {section.kind for section in sections}:
        raise Unusable("it needs a verse and a chorus with lines to sing")
    return sections


def _section(told: object) -> Section:
    match told:
        case {"kind": str(kind), "lines": list(lines)}:
            texts = [line for line in lines if isinstance(line, str)]
        case {"kind": str(kind), "lines": str(text)}:
            texts = [text]
        case _:
            raise Unusable('a section lacks its "kind" or its "lines"')
    sung = [words for text in texts for line in text.splitlines()[:MOST_LINES] for words in singable(line)]
    return Section(_kind(kind), tuple(sung[:MOST_LINES]))


def _kind(told: str) -> SectionKind:
    """Return the kind that ``told`` means; what is unknown is sung as a verse."""
    name = re.sub(r"[^a-z]", "", told.lower())
    name = _OTHER_NAMES.get(name, name)
    return cast("SectionKind", name) if name in get_args(SectionKind) else "verse"


def _title(told: object) -> str:
    lines = singable(told[:1_000]) if isinstance(told, str) else []
    if not lines:
        raise Unusable("the title is missing")
    return shortened(lines[0], LONGEST_TITLE)


def _style(song: dict[str, Any]) -> tuple[str, ...]:
    told = song.get("style")
    tags = told.split(",") if isinstance(told, str) else told if isinstance(told, list) else []
    clean = [shortened(plain(re.sub(r"[^\w\s&'-]", " ", tag)), _LONGEST_TAG) for tag in tags if isinstance(tag, str)]
    return tuple(dict.fromkeys(tag for tag in clean if tag))[:_MOST_TAGS] or ("pop",)


def _refuse_echo(texts: Sequence[str], rules: str) -> None:
    """Refuse an answer in which the rules are sung: somebody has talked the model into telling them."""
    if not _runs(" ".join(texts)).isdisjoint(_runs(rules)):
        raise Unusable("it repeats the rules")


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[at : at + _TELLING]) for at in range(len(words) - _TELLING + 1)}
