"""A disk that refuses everything while it is told to, and one that reports its n-th deed of a kind as an error."""

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from crashes import MEMORY, OPERATIONS
from stornello.spool.disk import Disk


class Refusing(Disk):
    """The machine's disk, which answers nothing but ``trouble`` (an errno) while that is set: to every thread."""

    def __init__(self) -> None:
        self.trouble = 0
        self.refused = 0

    def do(self, operation: str, *args: Any) -> None:  # noqa: ANN401 - whatever the operation takes
        """Do it, or refuse."""
        if self.trouble:
            self.refused += 1
            raise OSError(self.trouble, os.strerror(self.trouble))
        getattr(Disk, operation)(self, *args)


def _told(operation: str) -> Callable[..., None]:
    def do(disk: Refusing, *args: Any) -> None:  # noqa: ANN401 - as above
        disk.do(operation, *args)

    return do


for _operation in OPERATIONS:
    setattr(Refusing, _operation, _told(_operation))


RENAMES: Final = ("rename", "rename_new")
NAMES: Final = ("link", "unlink")


class Lying(Disk):
    """The machine's disk, whose ``at``-th rename (1 is the first) is done and yet reported as ``error``.

    So network file systems answer when the server has done what was asked, and its answer got lost: the client asks
    again, and the source is there no more. ``about`` names other operations to lie about; no rename leads out of the
    folder ``share``.
    """

    def __init__(self, at: int, error: int, about: tuple[str, ...] = RENAMES, share: Path | None = None) -> None:
        self.at = at
        self.error = error
        self.about = about
        self.share = share
        self.answers = 0

    @property
    def has_lied(self) -> bool:
        """Whether there was an ``at``-th rename."""
        return self.answers >= self.at

    def rename(self, source: Path, target: Path) -> None:
        if self.share and source.is_relative_to(self.share):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(source), None, str(target))
        super().rename(source, target)
        self._answer("rename")

    def rename_new(self, source: Path, target: Path) -> None:
        super().rename_new(source, target)
        self._answer("rename_new")

    def link(self, source: Path, target: Path) -> None:
        super().link(source, target)
        self._answer("link")

    def unlink(self, file: Path) -> None:
        super().unlink(file)
        self._answer("unlink")

    def _answer(self, done: str) -> None:
        self.answers += done in self.about
        if done in self.about and self.answers == self.at:
            raise OSError(self.error, os.strerror(self.error))


@contextmanager
def a_fast_folder() -> Iterator[Path]:
    """Yield a new folder where nothing waits for a disk."""
    folder = Path(tempfile.mkdtemp(prefix="stornello-", dir=MEMORY))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
