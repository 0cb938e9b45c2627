"""Lyrics, songs and their cards."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

from stornello.domain.names import JobId, SongId, TableId

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
        """Build lyrics from :meth:`to_json`'s dict."""
        sections = tuple(Section(s["kind"], tuple(s["lines"])) for s in data["sections"])
        return cls(data["title"], data["language"], tuple(data["style"]), sections)


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


@dataclass(frozen=True, slots=True)
class SongCard:
    """Everything the house knows of one finished song; lies beside the audio in songs/ as ``{id}.json``.

    ``audio`` is the file's name inside songs/. ``engines`` names who did what: speech, words, music.
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

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-able dict; :meth:`from_json` undoes it."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Build a card from :meth:`to_json`'s dict. Raises KeyError or TypeError when it is none."""
        return cls(
            id=SongId(data["id"]),
            job=JobId(data["job"]),
            table=TableId(data["table"]),
            guests=tuple(data["guests"]),
            title=data["title"],
            language=data["language"],
            lyrics=Lyrics.from_json(data["lyrics"]),
            summary=data["summary"],
            audio=data["audio"],
            sound=Sound(**data["sound"]),
            engines=dict(data["engines"]),
            created_at=data["created_at"],
            synced_lyrics=tuple(SungLine(**line) for line in data["synced_lyrics"]),
        )
