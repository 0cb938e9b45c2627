"""The door: which files in FROM_TABLES are finished and can be taken in."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stornello.audio_watchdog.wav import Completeness, completeness
from stornello.media import EXTENSIONS

_UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".filepart", "~")
"""How programs name files that they will rename when they are done."""

_STREAMED_FACTOR = 5
"""A header that does not know its length yet: stability alone decides, over a window this much longer."""

_BROKEN_FACTOR = 30
"""A header that promises more than there is: after this much longer the recorder has died; hear what is left."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A regular file at the door. ``name`` is its path below FROM_TABLES, at most one folder deep."""

    path: Path
    name: str
    size: int
    mtime_ns: int


@dataclass(slots=True)
class _Seen:
    size: int
    mtime_ns: int
    since: float


class Door:
    """Remembers what each file looked like, to tell finished files from growing ones."""

    def __init__(self, folder: Path, stable_s: float) -> None:
        self.folder = folder
        self.stable_s = stable_s
        self._seen: dict[str, _Seen] = {}

    def finished(self, now_s: float) -> list[Arrival]:
        """Scan once and return the finished files, oldest first. ``now_s`` is monotonic."""
        arrivals = list(_scan(self.folder))
        names = {arrival.name for arrival in arrivals}
        self._seen = {name: seen for name, seen in self._seen.items() if name in names}
        ready = [arrival for arrival in arrivals if self._is_finished(arrival, now_s)]
        return sorted(ready, key=lambda arrival: (arrival.mtime_ns, arrival.name))

    def is_watching(self) -> bool:
        """Return whether files are at the door that are not finished yet."""
        return bool(self._seen)

    def _is_finished(self, arrival: Arrival, now_s: float) -> bool:
        seen = self._seen.get(arrival.name)
        if seen is None or (seen.size, seen.mtime_ns) != (arrival.size, arrival.mtime_ns):
            self._seen[arrival.name] = _Seen(arrival.size, arrival.mtime_ns, now_s)
            return self.stable_s == 0 and self._window_s(arrival) == 0
        return now_s - seen.since >= self._window_s(arrival)

    def _window_s(self, arrival: Arrival) -> float:
        """Return how long this file must have been unchanged, in seconds."""
        suffix = arrival.path.suffix.lower()
        if suffix not in EXTENSIONS:
            return self.stable_s * _STREAMED_FACTOR
        if suffix != ".wav":
            return self.stable_s
        try:
            state = completeness(arrival.path)
        except OSError:
            return self.stable_s * _BROKEN_FACTOR
        factor = {
            Completeness.COMPLETE: 1,
            Completeness.UNKNOWN: _STREAMED_FACTOR,
            Completeness.GROWING: _BROKEN_FACTOR,
        }[state]
        return self.stable_s * factor


def _scan(folder: Path, prefix: str = "") -> Iterator[Arrival]:
    """Yield the regular files of ``folder`` and of its folders one level down. Links and pipes are no files."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                yield from _look(entry, prefix)
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        return


def _look(entry: os.DirEntry[str], prefix: str) -> Iterator[Arrival]:
    if entry.name.startswith(".") or entry.name.lower().endswith(_UNFINISHED):
        return
    try:
        if entry.is_dir(follow_symlinks=False) and not prefix:
            yield from _scan(Path(entry.path), f"{entry.name}/")
        elif entry.is_file(follow_symlinks=False):
            facts = entry.stat(follow_symlinks=False)
            yield Arrival(Path(entry.path), prefix + entry.name, facts.st_size, facts.st_mtime_ns)
    except FileNotFoundError:
        return
