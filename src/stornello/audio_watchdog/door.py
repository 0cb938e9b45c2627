"""The door: which files in FROM_TABLES are finished and can be taken in."""

import logging
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stornello.audio_watchdog.wav import Completeness, completeness
from stornello.media import EXTENSIONS
from stornello.spool.strays import is_passing

log = logging.getLogger(__name__)

_STREAMED_FACTOR = 5
"""A header that does not know its length yet: stability alone decides, over a window this much longer."""

_BROKEN_FACTOR = 30
"""A header that promises more than there is: after this much longer the recorder has died; hear what is left."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A regular file at the door. ``name`` is its path below FROM_TABLES, at most one folder deep, as valid text."""

    path: Path
    name: str
    size: int
    mtime_ns: int

    def is_as_seen(self) -> bool:
        """Return whether the file is still the one that was seen: it may have been some time ago."""
        try:
            facts = self.path.lstat()
        except OSError:
            return False
        return (facts.st_size, facts.st_mtime_ns) == (self.size, self.mtime_ns) and stat.S_ISREG(facts.st_mode)


@dataclass(slots=True)
class _Seen:
    """A file as it has been since then (monotonic), and what its header says of its length."""

    size: int
    mtime_ns: int
    since: float
    state: Completeness


class Door:
    """Remembers what each file looked like, to tell finished files from growing ones."""

    def __init__(self, folder: Path, stable_s: float) -> None:
        self.folder = folder
        self.stable_s = stable_s
        self._seen: dict[Path, _Seen] = {}
        self._unreadable: set[str] = set()

    def finished(self, now_s: float) -> list[Arrival]:
        """Scan once and return the finished files, oldest first. ``now_s`` is monotonic."""
        arrivals = list(self._scan(self.folder))
        there = {arrival.path for arrival in arrivals}
        self._seen = {path: seen for path, seen in self._seen.items() if path in there}
        ready = [arrival for arrival in arrivals if self._is_finished(arrival, now_s)]
        return sorted(ready, key=lambda arrival: (arrival.mtime_ns, arrival.name))

    def is_watching(self) -> bool:
        """Return whether files are at the door that are not finished yet."""
        return bool(self._seen)

    def _is_finished(self, arrival: Arrival, now_s: float) -> bool:
        seen = self._seen.get(arrival.path)
        if seen is None or (seen.size, seen.mtime_ns) != (arrival.size, arrival.mtime_ns):
            seen = self._seen[arrival.path] = _Seen(arrival.size, arrival.mtime_ns, now_s, _state(arrival))
        return now_s - seen.since >= self._window_s(seen.state)

    def _window_s(self, state: Completeness) -> float:
        """Return how long a file in this state must have been unchanged, in seconds."""
        if state is Completeness.GROWING:
            return (self.stable_s or 1.0) * _BROKEN_FACTOR
        return self.stable_s * (_STREAMED_FACTOR if state is Completeness.UNKNOWN else 1)

    def _scan(self, folder: Path, prefix: str = "") -> Iterator[Arrival]:
        """Yield the regular files of ``folder`` and of its folders one level down. Links and pipes are no files."""
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    yield from self._look(entry, prefix)
        except FileNotFoundError:
            return
        except OSError as error:  # a share that is away, a folder of somebody else's: the others go on
            self._tell_once(prefix or folder.name, error)
        else:
            self._unreadable.discard(prefix or folder.name)

    def _tell_once(self, name: str, error: OSError) -> None:
        if name not in self._unreadable:
            log.warning("cannot be read", extra={"arrival": name, "errno": error.errno})
        self._unreadable.add(name)

    def _look(self, entry: os.DirEntry[str], prefix: str) -> Iterator[Arrival]:
        if is_passing(entry.name):
            return
        name = os.fsencode(prefix + entry.name).decode(errors="replace")
        try:
            if entry.is_dir(follow_symlinks=False) and not prefix:
                yield from self._scan(Path(entry.path), f"{entry.name}/")
            elif entry.is_file(follow_symlinks=False):
                facts = entry.stat(follow_symlinks=False)
                yield Arrival(Path(entry.path), name, facts.st_size, facts.st_mtime_ns)
        except FileNotFoundError:
            return
        except OSError as error:  # one bad entry, as network shares have them: those after it go on
            self._tell_once(name, error)


def _state(arrival: Arrival) -> Completeness:
    """Return what can be told without decoding: a WAV by its header, an empty file is still to come."""
    suffix = arrival.path.suffix.lower()
    if not arrival.size:
        return Completeness.GROWING
    if suffix != ".wav":
        return Completeness.COMPLETE if suffix in EXTENSIONS else Completeness.UNKNOWN
    try:
        return completeness(arrival.path)
    except OSError:
        return Completeness.GROWING
