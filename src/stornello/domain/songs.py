"""Lyrics, songs and their cards."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self, get_args

from stornello.domain.names import JobId, SongId, TableId

_MOST = 1e9
"""No number of a song is as large as this."""

_LONGEST_NAME = 200
"""Bytes: with our own endings it stays below what file systems take."""

SectionKind = Literal["intro", "verse", "chorus", "bridge", "outro"]


@dataclass(frozen=True, slots=True)
class Section:
    """A verse, chorus or bridge: its lines in the order they are sung."""

    kind: SectionKind
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lyrics:
    """The words of one song. ``language`` is an ISO 639-1 code, ``style`` are free tags such as ``pop`` or ``warm``."""

    title: str
    language: str
    style: tuple[str, ...]
    sections: tuple[Section, ...]

    def text(self) -> str:
        """Return the lyrics as people read them: a blank line between sections."""
        return "\n\n".join("\n".join(section.lines) for section in self.sections)

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-able dict; :meth:`from_json` undoes it."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Build lyrics from :meth:`to_json`'s dict. Raises KeyError, TypeError or ValueError when it is none."""
        sections = tuple(_section(section) for section in _list(data["sections"]))
        return cls(_text(data["title"]), _text(data["language"]), _texts(data["style"]), sections)


@dataclass(frozen=True, slots=True)
class SungLine:
    """A line of the lyrics and when the room hears it begin, in seconds from the start of the file."""

    at_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Sound:
    """What one listening pass found in an audio file.

    ``cue_in_s`` and ``cue_out_s`` bound the audible part; levels are integrated LUFS (None: too quiet to tell) and
    true peak in dBTP (EBU R 128).
    """

    duration_s: float
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    cue_in_s: float
    cue_out_s: float

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Build it from its fields. Raises KeyError, TypeError or ValueError when these are none."""
        levels = (data["loudness_lufs"], data["true_peak_dbtp"])
        loudness, peak = (None if level is None else _number(level) for level in levels)
        return cls(_number(data["duration_s"]), loudness, peak, _number(data["cue_in_s"]), _number(data["cue_out_s"]))


@dataclass(frozen=True, slots=True)
class SongCard:
    """Everything the house knows of one finished song; lies beside the audio in songs/ as ``{id}.json``.

    ``audio`` is the file's name inside songs/. ``engines`` names who did what: speech, words, music. ``told_at`` is
    when the first of its voice notes arrived (ISO 8601, empty: not known). ``spare`` is another take's file in songs/,
    ``sha256`` that of the audio as the studio delivered it, before its tags; empty: none.
    """

    id: SongId
    job: JobId
    table: TableId
    guests: tuple[str, ...]
    title: str
    language: str
    lyrics: Lyrics
    summary: str
    audio: str
    sound: Sound
    engines: dict[str, str]
    created_at: str
    synced_lyrics: tuple[SungLine, ...] = field(default=())
    told_at: str = ""
    spare: str = ""
    sha256: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-able dict; :meth:`from_json` undoes it."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Build a card from :meth:`to_json`'s dict.

        Raises:
            KeyError, TypeError, ValueError: it is none, whatever is wrong with it: who plays a card may rely on it.
        """
        return cls(
            id=SongId(_name(data["id"])),
            job=JobId(_name(data["job"])),
            table=TableId(_whole(data["table"])),
            guests=_texts(data["guests"]),
            title=_text(data["title"]),
            language=_text(data["language"]),
            lyrics=Lyrics.from_json(data["lyrics"]),
            summary=_text(data["summary"]),
            audio=_name(data["audio"]),
            sound=Sound.from_json(data["sound"]),
            engines={_text(part): _text(engine) for part, engine in _object(data["engines"]).items()},
            created_at=_text(data["created_at"]),
            synced_lyrics=tuple(
                SungLine(_number(line["at_s"]), _text(line["text"])) for line in _list(data["synced_lyrics"])
            ),
            told_at=_text(data.get("told_at", "")),  # cards of earlier versions have none of these
            spare=_text(data.get("spare", "")) and _name(data["spare"]),
            sha256=_text(data.get("sha256", "")),
        )


def _section(data: dict[str, Any]) -> Section:
    if data["kind"] not in get_args(SectionKind):
        raise ValueError("no kind of section")
    return Section(data["kind"], _texts(data["lines"]))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    value.encode()  # half of a surrogate pair, which JSON can hold and no file can: UnicodeEncodeError, a ValueError
    return value


def _texts(value: object) -> tuple[str, ...]:
    return tuple(_text(one) for one in _list(value))


def _list(value: object) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise TypeError("no list")
    return value


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("no object")
    return value


def _name(value: object) -> str:
    """Return what may become a file's name, or a line in a list of names; none that leads out of its folder."""
    name = _text(value)
    if name in {"", ".", ".."} or "/" in name or not name.isprintable() or len(name.encode()) > _LONGEST_NAME:
        raise ValueError("no name")
    return name


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("no number")
    if not abs(value) < _MOST:  # also what JSON calls NaN
        raise ValueError("no number")
    return value


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("no whole number")
    return int(_number(value))
