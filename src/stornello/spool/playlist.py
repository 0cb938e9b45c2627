"""playlist.queue: finished songs waiting for the room, first in first out, JSON lines, under a file lock.

A song is put once and taken once, whatever crashes: ``playlist.taken`` beside the queue remembers the last songs taken,
and is written before the queue is, so that a put repeated after a crash finds its song in one of the two.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock

from stornello.domain.names import SongId
from stornello.domain.songs import SongCard
from stornello.spool import atomic

LOCK_POLL_S = 0.005
"""How often a waiting filelock looks again: its default of 50 ms would be the whole cost of a put (measured)."""

REMEMBERED = 500
"""Songs taken that are remembered, far more than can be between a put and its repetition."""


class Playlist:
    """The queue at ``path``. Every method may be called from any process of the venue."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.taken_path = path.with_name("playlist.taken")
        self._lock = FileLock(f"{path}.lock", poll_interval=LOCK_POLL_S)

    def put(self, card: SongCard) -> bool:
        """Append ``card``; return False, and change nothing, when its song was put before."""
        with self._lock:
            cards = self._read()
            if card.id in {c.id for c in cards} or card.id in self._taken():
                return False
            self._write([*cards, card])
            return True

    def take(self, song: SongId) -> bool:
        """Remove ``song`` from the queue because the room begins to hear it; False when it was not there."""
        with self._lock:
            cards = self._read()
            rest = [card for card in cards if card.id != song]
            if len(rest) == len(cards):
                return False
            self._remember(song)
            self._write(rest)
            return True

    def waiting(self) -> list[SongCard]:
        """Return the queue in order."""
        with self._lock:
            return self._read()

    def look(self) -> list[SongCard]:
        """Return the queue in order for those who only show it: no lock, no trace on disk. The file changes whole."""
        return [card for _, card in self._entries() if card]

    def _read(self) -> list[SongCard]:
        """Return the cards; lines that are none go to playlist.bad, so that a damaged line costs itself only."""
        entries = list(self._entries())
        for line, card in entries:
            if not card:
                self._set_aside(line)
        return [card for _, card in entries if card]

    def _entries(self) -> Iterator[tuple[str, SongCard | None]]:
        """Yield each line and its card, None for a line that is none."""
        try:
            lines = _lines(self.path)
        except FileNotFoundError:
            return
        for line in lines:
            try:
                yield line, SongCard.from_json(json.loads(line))
            except (ValueError, KeyError, TypeError):
                yield line, None

    def _set_aside(self, line: str) -> None:
        bad = self.path.with_name("playlist.bad")
        if not bad.exists() or line not in _lines(bad):
            atomic.append_line(bad, line)

    def _write(self, cards: list[SongCard]) -> None:
        atomic.write_text(self.path, "".join(json.dumps(card.to_json(), ensure_ascii=False) + "\n" for card in cards))

    def _taken(self) -> list[str]:
        try:
            return _lines(self.taken_path)
        except FileNotFoundError:
            return []

    def _remember(self, song: SongId) -> None:
        others = [taken for taken in self._taken() if taken != song]  # a take that is repeated pushes nobody out
        atomic.write_text(self.taken_path, "\n".join([*others, song][-REMEMBERED:]) + "\n")


def _lines(path: Path) -> list[str]:
    """Return the lines that are not empty. Not by splitlines: JSON strings may hold U+2028 and its like as they are."""
    return [line for line in path.read_text(encoding="utf-8", errors="replace").split("\n") if line.strip()]
