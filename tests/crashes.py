"""Crash at the n-th operation on the disk, as by kill -9 or by a power cut; the test then goes on in a new process.

Every change of a venue goes through ``spool/atomic`` to one small disk, of which :func:`dying_at` counts the
operations. Once dead, every further one fails too, so that no ``finally`` tidies up what a real crash would leave.
Source: the n-th-failure tests of SQLite ("How SQLite Is Tested", crash testing).
"""

import errno
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, get_args

from forgetful import Forgetful
from stornello.spool import atomic
from stornello.spool.disk import Disk

How = Literal["before", "after", "dropped", "torn"]
"""How a life ends at its n-th operation: killed before it or after it; or by a power cut after it, which takes all that
was not synced, or half of the content that was not synced, under names that stay."""

HOWS: Final[tuple[How, ...]] = get_args(How)

OPERATIONS: Final = tuple(name for name in vars(Disk) if not name.startswith("_"))

_NEED_ROOM: Final = {"create", "append", "copy"}
_NEED_NONE: Final = {"unlink", "rmdir"}

MEMORY: Final = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path(tempfile.gettempdir())
"""Where nothing waits for a disk: what is synced, and what not, is known without one."""


class Crash(BaseException):
    """The process is dead."""


class Step(NamedTuple):
    """An operation, and whether a power cut after it would take names, or content.

    ``acts``: before the next one something happens that is not on this disk.
    """

    operation: str
    names: bool
    content: bool
    acts: bool = True


class Life(Disk):
    """Counts the operations of the thread that asked, and ends at the one that was chosen (0: never)."""

    def __init__(self, disk: Forgetful, dies_at: int, how: How, trouble: int = 0) -> None:
        self.disk = disk
        self.dies_at = dies_at
        self.how = how
        self.trouble = trouble
        self.steps: list[Step] = []
        self.is_dead = False
        self.outside: Callable[[], object] | None = None
        self.watch: Callable[[], object] = lambda: None
        self._seen_outside: object = None
        self._thread = threading.get_ident()

    @property
    def seen(self) -> int:
        """How many operations there were, or would have been."""
        return len(self.steps)

    def do(self, operation: str, *args: Any) -> None:  # noqa: ANN401 - whatever the operation takes
        """Do it, unless we die of it."""
        if self.is_dead:
            raise Crash
        if threading.get_ident() != self._thread:
            getattr(self.disk, operation)(*args)
            return
        self.look_outside()
        self.watch()
        self.steps.append(Step(operation, names=False, content=False))
        is_last = self.seen == self.dies_at
        if self.trouble and self.dies_at and self.seen >= self.dies_at:
            self._refuse(operation, *args)
        elif is_last and self.how == "before":
            self._die()
        try:
            getattr(self.disk, operation)(*args)
        finally:
            self.steps[-1] = Step(operation, bool(self.disk.unsynced_names), bool(self.disk.unsynced_files))
            self._seen_outside = self.outside() if self.outside else None
            if is_last and not self.trouble:
                self._die()

    def look_outside(self) -> None:
        """Note whether something has happened outside since the last operation."""
        if self.outside and self.steps:
            self.steps[-1] = self.steps[-1]._replace(acts=self.outside() != self._seen_outside)

    def _die(self) -> None:
        self.is_dead = True
        if self.how in {"dropped", "torn"}:
            self.disk.cut("dropped" if self.how == "dropped" else "torn")
        raise Crash

    def _refuse(self, operation: str, *args: Any) -> None:  # noqa: ANN401 - as above
        """Be a disk that is full, on which half of what is written still fits; or one that takes nothing at all."""
        if self.trouble == errno.ENOSPC and operation in _NEED_NONE:
            return
        if self.trouble == errno.ENOSPC and operation in _NEED_ROOM:
            _half(self.disk, operation, *args)
        raise OSError(self.trouble, os.strerror(self.trouble))


def _half(disk: Disk, operation: str, file: Path, data: bytes | Path) -> None:
    if isinstance(data, bytes):
        getattr(disk, operation)(file, data[: len(data) // 2])
    else:
        disk.create(data, file.read_bytes()[: file.stat().st_size // 2])


def _counted(operation: str) -> Callable[..., None]:
    def do(life: Life, *args: Any) -> None:  # noqa: ANN401 - as above
        life.do(operation, *args)

    return do


for _operation in OPERATIONS:
    setattr(Life, _operation, _counted(_operation))

_machine: Forgetful | None = None


@contextmanager
def a_machine() -> Iterator[Path]:
    """Let everything inside happen on a machine with a disk that forgets; yield a fresh folder on it."""
    global _machine  # noqa: PLW0603 - one machine at a time, as the seam is one
    folder = Path(tempfile.mkdtemp(prefix="stornello-", dir=MEMORY))
    (folder / "grave").mkdir()
    (folder / "room").mkdir()
    before, _machine = _machine, Forgetful(folder / "room", folder / "grave")
    try:
        with atomic.on(_machine):
            yield _machine.room
    finally:
        _machine.settle()
        _machine = before
        shutil.rmtree(folder)


def machine() -> Forgetful:
    """Return the disk of the machine that the test runs on; see the fixture ``ram``."""
    assert _machine, "use the fixture ram, or a_machine()"
    return _machine


def rooms() -> Iterator[Path]:
    """Yield new folders on the machine, each when all before it is safe on disk."""
    for number in count(1):
        machine().settle()
        yield machine().room / str(number)


@contextmanager
def dying_at(operation: int, how: How = "before") -> Iterator[Life]:
    """Let the block die at its ``operation``-th operation (1 is the first); 0 only counts.

    What earlier lives left unsynced, a power cut takes too.
    """
    life = Life(machine(), operation, how)
    with atomic.on(life):
        yield life
    if operation and life.is_dead:
        raise Crash  # whoever swallows it is dead all the same


@contextmanager
def living(life: Life) -> Iterator[None]:
    """Go on with ``life`` in the block, whose operations are counted where the last block left off."""
    with atomic.on(life):
        yield
    life.look_outside()
    if life.is_dead:
        raise Crash  # as above


@contextmanager
def refusing_from(operation: int, trouble: int = errno.ENOSPC) -> Iterator[Life]:
    """Let the disk be full, or whatever ``trouble`` is, from the ``operation``-th operation on; the process lives."""
    life = Life(machine(), operation, "before", trouble)
    with atomic.on(life):
        yield life


def deaths(act: Callable[[], object], how: How, outside: Callable[[], object] | None = None) -> list[int]:
    """Rehearse ``act`` and return at which operations to die ``how``; however it ends, it is whole.

    ``outside`` tells what of ``act`` can be seen from outside, such as the calls of an engine.
    """
    with dying_at(0) as life, suppress(Exception):
        life.outside = outside
        act()
    return points(life.steps, how)


def points(steps: list[Step], how: How) -> list[int]:
    """Return at which of ``steps`` (1 is the first) to die ``how``.

    Killed before each of them; after it where something happens outside before the next one, which is no other death
    otherwise. By a power cut once between two syncs, the last time something would be lost: it is lost together.
    """
    if how in {"before", "after"}:
        return [number for number, step in enumerate(steps, 1) if how == "before" or step.acts or number == len(steps)]
    last = [not after or after.operation.startswith("sync") for after in (*steps[1:], None)]
    lost = [step.names or step.content if how == "dropped" else step.content for step in steps]
    return [number for number, (is_last, is_lost) in enumerate(zip(last, lost, strict=True), 1) if is_last and is_lost]
