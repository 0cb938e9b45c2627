""".tmp_player/hearing/{arrival}/: a recording that came through the door, until its transcript is staged.

The folder's content alone says how far it is, so that a crash anywhere is picked up at the next start:

- ``audio.*`` and no ``transcript.txt``: not heard yet;
- ``transcript.txt``: heard; the audio may already be archived;
- neither: staged (or never arrived); only the empty folder is left.
"""

import contextlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from stornello.domain.names import MAX_TABLE, Origin, TableId, guest_in, origin_of
from stornello.spool import atomic
from stornello.spool.paths import Venue

FACTS = "recording.json"
_STAMP = "%Y%m%dT%H%M%S%f"
_STAMPED = re.compile(r"[12][0-9]{7}T[0-9]{12}(_|$)")
_STAMP_LENGTH = len("20261123T200000000000")
_MOST_DIGITS = 9

_LONGEST_SUFFIX = 9
"""Characters, with the dot; a longer ending is none that tells a format."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One claimed recording on disk. ``arrival`` sorts by time."""

    arrival: str
    folder: Path = field(repr=False)

    @property
    def audio(self) -> Path | None:
        """The sound as it came, or None once it is archived."""
        return next(self.folder.glob("audio*"), None)

    @property
    def speech(self) -> Path:
        """Scratch: the sound as the transcriber wants it."""
        return self.folder / "speech.wav"

    @property
    def transcript(self) -> Path:
        """What was heard."""
        return self.folder / "transcript.txt"

    @property
    def facts(self) -> dict[str, str]:
        """What is known of it: name, sha256, attempts, table. Missing or torn reads as nothing.

        Raises:
            OSError: it cannot be read now; what would then be written over it would forget it.
        """
        try:
            return {str(k): str(v) for k, v in json.loads((self.folder / FACTS).read_text(encoding="utf-8")).items()}
        except (*atomic.NOT_THERE, ValueError, AttributeError, RecursionError):
            return {}

    def learn(self, **facts: str) -> dict[str, str]:
        """Add ``facts`` on disk and return all of them."""
        known = self.facts | facts
        atomic.write_json(self.folder / FACTS, known)
        return known

    @property
    def attempts(self) -> int:
        """How many attempts to hear it were begun; what is no number, as a hand may have left it, counts as none."""
        told = self.facts.get("attempts", "")
        return int(told) if told.isdecimal() and len(told) <= _MOST_DIGITS else 0

    @property
    def has_changed(self) -> bool:
        """Whether the audio looks otherwise than when it was last begun to be heard."""
        audio, looked = self.audio, self.facts.get("looked")
        return bool(audio and looked) and look_of(audio) != looked

    @property
    def name(self) -> str:
        """The path below FROM_TABLES that it came under."""
        return self.facts.get("name", "")

    @property
    def origin(self) -> Origin | None:
        """Table and guest, by the name or as an operator put it right; None when nobody can tell."""
        told = self.facts.get("table", "")
        if told.isdecimal() and len(told) <= len(str(MAX_TABLE)) and 1 <= int(told) <= MAX_TABLE:
            return Origin(TableId(int(told)), guest_in(Path(self.name).stem))
        return origin_of(self.name)

    @property
    def is_asked_for(self) -> bool:
        """Whether an operator put it back to be heard, however many its table has sent."""
        return "asked_for" in self.facts

    @property
    def is_heard_in_part(self) -> bool:
        """Whether it was longer than what is heard of one."""
        return bool(self.facts.get("in_part"))


def look_of(audio: Path | None) -> str:
    """Return what changes of a file when somebody writes into it; empty when it is not there."""
    try:
        facts = audio.lstat() if audio else None
    except atomic.NOT_THERE:
        return ""
    return f"{facts.st_size}:{facts.st_mtime_ns}" if facts else ""


class Claims:
    """Gives every arrival a place of its own, in an order that never runs backwards.

    The order outlives restarts and clocks that are set: it goes on from the last arrival that has left a name on disk.
    """

    def __init__(self, venue: Venue) -> None:
        self.venue = venue
        self._last = last_arrival(venue)

    def claim(self, path: Path, name: str, now: datetime) -> Recording:
        """Take the file ``path`` out of FROM_TABLES by one rename; from another device (a network share) by a copy.

        Raises:
            OSError: it cannot be had and nothing is left of the try, or nobody knows what a share has done of it: then
                it is claimed all the same, and perhaps still at the door. What is there twice is heard once.
        """
        recording = self._new(now)
        suffix = path.suffix.lower() if path.suffix.isascii() and len(path.suffix) <= _LONGEST_SUFFIX else ""
        try:
            recording.learn(name=name)
            atomic.bring(path, recording.folder / f"audio{suffix}")
        except OSError:
            with contextlib.suppress(OSError):
                _let_go(recording)
            raise
        return recording

    def again(self, entry: Path, now: datetime, table: TableId | None = None) -> Recording:
        """Take a quarantined entry back in, as if it had just arrived; ``table`` puts right a name that told none."""
        facts = Recording("", entry).facts | ({"table": str(table)} if table else {})
        kept = {fact: value for fact, value in facts.items() if fact in {"name", "table"}}
        atomic.write_json(entry / FACTS, kept | {"asked_for": "yes"})
        recording = self._new(now)
        atomic.move_folder(entry, recording.folder)  # over the empty one that keeps its place
        return recording

    def _new(self, now: datetime) -> Recording:
        """Make the place of the next arrival; where another process has taken it, the one after."""
        while True:
            arrival = self._stamp(now)
            folder = self.venue.hearing / arrival
            with contextlib.suppress(FileExistsError):
                atomic.make_new_folder(folder)
                return Recording(arrival, folder)

    def _stamp(self, now: datetime) -> str:
        stamp = now.strftime(_STAMP)
        if stamp <= self._last:
            stamp = (datetime.strptime(self._last, _STAMP) + timedelta(microseconds=1)).strftime(_STAMP)  # noqa: DTZ007 - a name, not a time
        self._last = stamp
        return stamp


def _let_go(recording: Recording) -> None:
    """Remove a place to which nothing has come, for certain: an error while looking says nothing."""
    if not any(path.name.startswith("audio") for path in recording.folder.iterdir()):
        atomic.remove_tree(recording.folder)


def last_arrival(venue: Venue) -> str:
    """Return the latest arrival that a name in the venue tells; empty for none. Reads every name, for a start."""
    folders = [
        *(venue.hearing, venue.archived_recordings, venue.archived_recordings / "refused"),
        *(venue.short_transcriptions, venue.transcription_errors),
        *_below(venue.work_in_progress),
        *(folder / "transcripts" for of in (venue.jobs, venue.failed_processing, venue.held) for folder in _below(of)),
    ]
    names = (entry.name for folder in folders for entry in entries(folder))
    return max((name[:_STAMP_LENGTH] for name in names if _is_stamped(name)), default="")


def _is_stamped(name: str) -> bool:
    try:
        return _STAMPED.match(name) is not None and datetime.fromisoformat(name[:15]) is not None
    except ValueError:  # it only looks so
        return False


def recordings(venue: Venue) -> Iterator[Recording]:
    """Yield the claimed recordings, oldest first."""
    for folder in sorted(_below(venue.hearing)):
        yield Recording(folder.name, folder)


def known_shas(venue: Venue) -> dict[str, str]:
    """Return whose content is known: the sha256 of every recording heard or begun (16 hex digits) -> its arrival."""
    files = (entry.name for entry in entries(venue.archived_recordings) if entry.is_file())
    names = (name.split("_", 2) for name in sorted(files))
    heard = {parts[1]: parts[0] for parts in names if len(parts) == 3}  # noqa: PLR2004 - {arrival}_{sha}_{name}
    begun = {short_sha(recording): recording.arrival for recording in recordings(venue) if "sha256" in recording.facts}
    return begun | heard


def _below(folder: Path) -> list[Path]:
    return [Path(entry.path) for entry in entries(folder) if entry.is_dir(follow_symlinks=False)]


def entries(folder: Path) -> list["os.DirEntry[str]"]:
    """Return what lies in ``folder``; nothing when it is not there."""
    try:
        with os.scandir(folder) as found:
            return list(found)
    except (FileNotFoundError, NotADirectoryError):
        return []


def short_sha(recording: Recording) -> str:
    """Return the first 16 hex digits of the recording's sha256, zeros when it is not known."""
    return recording.facts.get("sha256", "0" * 16)[:16]
