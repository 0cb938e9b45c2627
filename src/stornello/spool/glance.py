"""A folder is read again only when it has changed: for who looks again and again at what may lie there in thousands.

A folder's mtime tells that something in it changed, but two changes may bear one mtime, as git found for its index; and
a network share may count in whole seconds, by a clock of its own. So a folder is read again until it was read so long
after its mtime was first seen that no later change can bear the same one. No clock of ours is compared with a file's.
Source: git's "racy git" problem (Documentation/technical/racy-git.txt).
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, TypeVar

from stornello.domain.clock import Clock, SystemClock

_Found = TypeVar("_Found")

COARSEST_S: Final = 2.5
"""The coarsest mtimes are those of FAT, two seconds."""


@dataclass(slots=True)
class Seen:
    """A folder as it was last read; ``seen_at`` is when its mtime was first seen (monotonic)."""

    path: Path
    mtime_ns: int | None = None
    seen_at: float = 0.0
    is_sure: bool = False

    def must_be_read(self, now_s: Callable[[], float]) -> bool:
        """Return whether a change of it may be unknown to us. Raises OSError when it cannot be looked at."""
        mtime_ns = os.stat(self.path).st_mtime_ns  # noqa: PTH116 - a third of the time, ten thousand times
        now = now_s()
        if mtime_ns != self.mtime_ns:
            self.mtime_ns, self.seen_at, self.is_sure = mtime_ns, now, False
        if self.is_sure:
            return False
        self.is_sure = now - self.seen_at >= COARSEST_S
        return True

    def forget(self) -> None:
        """Have it read at the next look, whatever its mtime is then."""
        self.mtime_ns = None


class Glance(Generic[_Found]):
    """What ``read`` finds in ``folder``: it must depend on which names are there alone.

    ``clock`` is only asked for durations.
    """

    def __init__(self, folder: Path, read: Callable[[Path], _Found], clock: Clock | None = None) -> None:
        self.folder = folder
        self._read = read
        self._now_s = (clock or SystemClock()).monotonic
        self._seen = Seen(folder)
        self._found: tuple[_Found] | None = None

    def get(self) -> _Found:
        """Return it, at the cost of one stat while nothing changes. A missing folder is read each time."""
        if self._must_be_read() or self._found is None:
            self._found = None  # until it could be read
            self._found = (self._read(self.folder),)
        return self._found[0]

    def _must_be_read(self) -> bool:
        try:
            return self._seen.must_be_read(self._now_s)
        except OSError:
            self._seen.forget()
            return True
