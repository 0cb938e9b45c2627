"""playlist.queue: finished songs waiting for the room, first in first out, JSON lines, under a file lock.

A song is put once and taken once, whatever crashes and whoever edits: ``playlist.taken`` beside the queue remembers the
last songs taken, a line each, and is written before the queue is. A song that stands in both was taken. Who asks for a
song again has it written into the queue first, where it counts for nothing until ``playlist.taken`` forgets it: broken
off there, it waits once or not at all.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from filelock import FileLock

from stornello.domain.names import SongId
from stornello.domain.songs import SongCard
from stornello.spool import atomic
from stornello.spool.remembered import Remembered

log = logging.getLogger(__name__)

LOCK_POLL_S: Final = 0.005
"""How often a waiting filelock looks again: its default of 50 ms would be the whole cost of a put (measured)."""

REMEMBERED: Final = 500
"""Songs taken that are remembered, at least and up to twice as many; far more than a crash can leave unrepeated."""


@dataclass(frozen=True, slots=True)
class _Queue:
    """The queue's lines: those of songs, in order, each song once, and those that are of none."""

    songs: dict[SongId, tuple[bytes, SongCard]] = field(default_factory=dict)
    damaged: tuple[str, ...] = ()

    @classmethod
    def of(cls, data: bytes) -> "_Queue":
        songs: dict[SongId, tuple[bytes, SongCard]] = {}
        damaged = []
        for line in _lines(data):
            if card := _card(line):
                songs.setdefault(card.id, (_as_line(line), card))
            else:
                damaged.append(line)
        return cls(songs, tuple(damaged))


class Playlist:
    """The queue at ``path``. Every method may be called from any process of the venue; an object, by one thread.

    ``patience_s``: who has the lock for longer, such as a stopped process, makes whoever changes the queue raise
    OSError (TimeoutError), nothing changed; by default they wait.
    """

    def __init__(self, path: Path, patience_s: float = -1) -> None:
        self.path = path
        self.taken_path = path.with_name("playlist.taken")
        self.bad_path = path.with_name("playlist.bad")
        self._lock = FileLock(f"{path}.lock", patience_s, poll_interval=LOCK_POLL_S)
        self._queue = Remembered(path, _Queue.of)
        self._is_named = False
        self._taken = Remembered(self.taken_path, lambda data: dict.fromkeys(_lines(data)))

    def put(self, card: SongCard) -> bool:
        """Append ``card``; return False, and change nothing, when its song was put before."""
        with self._lock:
            queue, taken = self._queue.get(), self._taken.get()
            if card.id in queue.songs or card.id in taken:
                return False
            self._write(queue, queue.songs | {card.id: _known(card)})
            return True

    def take(self, song: SongId) -> bool:
        """Remove ``song`` from the queue because the room begins to hear it; False when it was not there."""
        with self._lock:
            queue = self._queue.get()
            if song not in queue.songs:
                return False
            self._remember(song)
            self._write(queue, queue.songs)
            return True

    def remove(self, song: SongId) -> bool:
        """Let ``song`` leave the queue unheard: no put brings it back, only :meth:`again`; False: it was not there."""
        return self.take(song)

    def again(self, card: SongCard) -> bool:
        """Append ``card``, whose song may have been put, taken or removed before; False when it waits already."""
        with self._lock:
            queue, taken = self._queue.get(), self._taken.get()
            if card.id in queue.songs and card.id not in taken:
                return False
            rest = {song: known for song, known in queue.songs.items() if song != card.id}
            self._write(queue, rest | {card.id: _known(card)}, coming=card.id)
            if card.id in taken:
                self._tell_taken([song for song in taken if song != card.id])
            return True

    def move(self, song: SongId, place: int) -> int:
        """Move ``song`` to ``place``, 1 for the next; return where it came to be, 0 when it does not wait."""
        with self._lock:
            queue, taken = self._queue.get(), self._taken.get()
            waiting = [one for one in queue.songs if one not in taken]
            if song not in waiting:
                return 0
            waiting.remove(song)
            waiting.insert(max(place, 1) - 1, song)
            self._write(queue, {one: queue.songs[one] for one in waiting})
            return waiting.index(song) + 1

    def waiting(self) -> list[SongCard]:
        """Return the queue in order. It costs a glance while nothing changes; no lock: the files change whole."""
        songs = self._queue.get().songs
        taken = self._known_taken() if songs else {}
        return [card for song, (_, card) in songs.items() if song not in taken]

    look = waiting

    def length(self) -> int:
        """Return how many songs wait, at the cost of a glance."""
        songs, taken = self._queue.get().songs, self._known_taken()
        return sum(song not in taken for song in songs)

    def damaged(self) -> int:
        """Return how many lines were, or will be, set aside into playlist.bad because they tell of no song."""
        try:
            aside = set(_lines(self.bad_path.read_bytes()))
        except FileNotFoundError:
            aside = set()
        return len(aside.union(self._queue.get().damaged))

    def _write(self, queue: _Queue, songs: dict[SongId, tuple[bytes, SongCard]], coming: SongId | None = None) -> None:
        """Replace the queue by those of ``songs`` that were not taken, or are ``coming`` again.

        What is damaged in ``queue`` is kept aside.
        """
        self._set_aside(queue.damaged)
        gone = (songs.keys() & self._taken.get().keys()) - {coming}
        rest = {song: known for song, known in songs.items() if song not in gone} if gone else songs
        data = b"".join([line for line, _ in rest.values()])
        atomic.write(self.path, data)
        self._queue.learn(_Queue(rest), len(data))

    def _set_aside(self, damaged: tuple[str, ...]) -> None:
        if not damaged:
            return
        known = set(_lines(self.bad_path.read_bytes())) if self.bad_path.exists() else set()
        for line in dict.fromkeys(damaged):
            if line not in known:
                atomic.append_line(self.bad_path, line)
        log.warning("damaged lines in the playlist", extra={"lines": len(damaged)})

    def _known_taken(self) -> dict[str, None]:
        """Return the songs taken, as far as the disk tells: that it does not stops neither music nor looks."""
        try:
            return self._taken.get()
        except OSError:
            return {}

    def _remember(self, song: SongId) -> None:
        taken = self._taken.get()
        if song in taken:  # a take that is repeated
            return
        if len(taken) < 2 * REMEMBERED:
            atomic.append_line(self.taken_path, song, is_named=self._is_named and bool(taken))
            self._is_named = True
        else:
            self._tell_taken([*taken, song][-REMEMBERED:])

    def _tell_taken(self, songs: Sequence[str]) -> None:
        atomic.write_text(self.taken_path, "".join(f"{song}\n" for song in songs))


def _known(card: SongCard) -> tuple[bytes, SongCard]:
    """Return the card's line, and the card as its readers will know it."""
    line = _as_line(json.dumps(card.to_json(), ensure_ascii=False))
    return line, SongCard.from_json(json.loads(line))


def _card(line: str) -> SongCard | None:
    try:
        return SongCard.from_json(json.loads(line))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _as_line(text: str) -> bytes:
    return text.encode(errors="replace") + b"\n"


def _lines(data: bytes) -> list[str]:
    """Return the lines that are not empty, without the mark that some editors put first.

    Not by splitlines: JSON strings may hold U+2028 and its like as they are.
    """
    return [line for line in data.decode("utf-8-sig", errors="replace").split("\n") if line.strip()]
