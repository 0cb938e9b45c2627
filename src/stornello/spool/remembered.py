"""A small file that is asked for many times a second: read again only when it has changed."""

import os
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """What ``parse`` makes of the file at ``path``, ``b""`` when there is none.

    The file that was read last is kept open: while it is, no other file can bear its inode number, so that a file put
    in its place, of the same size and within one tick of the clock, is told from it. Edits in place change size or
    mtime.
    """

    def __init__(self, path: Path, parse: Callable[[bytes], T]) -> None:
        self.path = path
        self._parse = parse
        self._file: weakref.finalize[[int], Remembered[T]] | None = None
        self._is: tuple[int, ...] | None = None
        self._value = parse(b"")

    def get(self) -> T:
        """Return what the file says now. Raises OSError, but for a file that is missing."""
        try:
            if self._file is None or _identity(os.stat(self.path)) != self._is:  # noqa: PTH116 - pathlib's costs twice as much
                self._read()
        except FileNotFoundError:
            self._let_go()
            self._value = self._parse(b"")
        return self._value

    def learn(self, value: T, size: int) -> None:
        """Take ``value`` for what the file says, which we have just written, ``size`` bytes of it, under its lock."""
        self._open()
        if self._is and self._is[2] == size:
            self._value = value
        else:
            self._let_go()

    def _read(self) -> None:
        try:
            with open(self._open(), "rb", closefd=False) as file:
                self._value = self._parse(file.read())
        except BaseException:
            self._let_go()
            raise

    def _open(self) -> int:
        self._let_go()
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC  # who waits for a pipe waits for ever
        file = os.open(self.path, flags)
        self._file = weakref.finalize(self, os.close, file)
        self._is = _identity(os.fstat(file))
        return file

    def _let_go(self) -> None:
        if self._file is not None:
            self._file()
        self._file = self._is = None


def _identity(facts: os.stat_result) -> tuple[int, ...]:
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns
