"""A folder is read again only when it has changed: for who looks twice a second at what may lie there in thousands.

Source: the racy rule of git's index: an mtime that was young when the folder was read may hide a later change.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Generic, TypeVar

_Found = TypeVar("_Found")

_YOUNG_NS: Final = 2_000_000_000


def is_settled(mtime_ns: int) -> bool:
    """Return whether a change from now on will show another mtime than ``mtime_ns``."""
    return time.time_ns() - mtime_ns > _YOUNG_NS


class Glance(Generic[_Found]):
    """What ``read`` finds in ``folder``: it must depend on which names are there alone."""

    def __init__(self, folder: Path, read: Callable[[Path], _Found]) -> None:
        self.folder = folder
        self._read = read
        self._known: tuple[int, _Found] | None = None

    def get(self) -> _Found:
        """Return it, at the cost of one stat while nothing changes. A missing folder is read each time."""
        try:
            mtime_ns = self.folder.stat().st_mtime_ns
        except OSError:
            self._known = None
            return self._read(self.folder)
        if self._known and self._known[0] == mtime_ns:
            return self._known[1]
        is_sure = is_settled(mtime_ns)
        found = self._read(self.folder)
        self._known = (mtime_ns, found) if is_sure else None
        return found
