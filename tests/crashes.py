"""Crash at the n-th change of the disk: the process is as dead as by kill -9, and the test goes on in a new one.

Python tells audit hooks of every change before it makes it; a hook that raises prevents it. Once "dead", nothing can be
changed any more, so that no ``finally`` tidies up what a real crash would leave.
Source: the n-th-failure tests of SQLite ("How SQLite Is Tested", crash testing).
"""

import errno
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_CHANGES = frozenset(
    {"os.rename", "os.link", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "shutil.rmtree", "sqlite3.connect"}
)


class Crash(BaseException):
    """The process is dead."""


class _Reaper:
    """Counts changes of the thread that asked, and lets it die before the one that was chosen."""

    def __init__(self) -> None:
        self.thread: int | None = None
        self.seen = 0
        self.dies_at = 0
        self.end: type[BaseException] = Crash

    def __call__(self, event: str, details: tuple[object, ...]) -> None:
        if self.thread != threading.get_ident() or not _is_change(event, details):
            return
        self.seen += 1
        if self.dies_at and self.seen >= self.dies_at:
            raise self.end(errno.ENOSPC, "No space left on device")


def _is_change(event: str, details: tuple[object, ...]) -> bool:
    if event != "open":
        return event in _CHANGES
    flags = details[2]
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


_reaper = _Reaper()
sys.addaudithook(_reaper)


@contextmanager
def dying_at(change: int, end: type[BaseException] = Crash) -> Iterator[None]:
    """Let the block die before its ``change``-th change of the disk (1 is the first); 0 only counts.

    With ``end`` OSError it lives: the disk is full from then on.
    """
    _reaper.seen, _reaper.dies_at, _reaper.thread, _reaper.end = 0, change, threading.get_ident(), end
    try:
        yield
    finally:
        _reaper.thread = None


def changes_seen() -> int:
    """Return how many changes the last block made, or would have made."""
    return _reaper.seen
