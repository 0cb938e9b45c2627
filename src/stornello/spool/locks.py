"""Kernel locks held for life: they end with their holder, however it ends.

A lock is on a file, not on its name: who deletes the file, or its folder, lets a second holder in by a new file of the
same name. So a holder looks from time to time whether the name still leads to its file, see :meth:`LifeLock.keep`.
"""

import contextlib
import fcntl
import json
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from stornello.domain.errors import VenueBusyError
from stornello.domain.plain import Plain
from stornello.spool import atomic
from stornello.spool.lives import life

log = logging.getLogger(__name__)

LOOK_AGAIN_S: Final = 2.0
"""How often a service looks whether its lock is still its own: two system calls."""


class LifeLock:
    """A lock on ``path`` that names its holder beside it (``path``.holder)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._holder = path.with_suffix(path.suffix + ".holder")
        self._handle: int | None = None

    def take(self) -> bool:
        """Try to hold the lock from now on; return whether we do. Raises OSError when there cannot be one."""
        handle = _open(self.path)
        is_ours = _lock(handle)
        if not (is_ours and _is_at(handle, self.path)):
            os.close(handle)
            return self.take() if is_ours else False  # deleted between two of these lines: there is a new one by now
        self._let_go()
        self._handle = handle
        told = json.dumps({"pid": os.getpid(), "life": life(os.getpid())})
        with contextlib.suppress(OSError):  # a full disk: it only tells dashboards and people
            atomic.write(self._holder, told.encode(), durable=False)
        return True

    def keep(self) -> bool:
        """Return whether nobody else holds the lock by now, taking it anew where its file has been deleted.

        While there can be no lock, because the whole folder or disk is away, nobody else can have one.
        """
        if self._handle is None or _is_at(self._handle, self.path):
            return self._handle is not None
        try:
            return self.take()
        except OSError:
            return True

    def release(self) -> None:
        """Let go. The process's end does the same."""
        with contextlib.suppress(OSError):
            atomic.remove(self._holder)
        self._let_go()

    def _let_go(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def is_free(self) -> bool:
        """Return whether nobody holds the lock at this moment."""
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return True
        try:
            return _lock(handle)
        finally:
            os.close(handle)

    def looks_held(self) -> bool:
        """Return whether the kernel knows a holder, or the last known one lives.

        A look for dashboards that never gets in a taker's way. The kernel knows better who took the lock on a
        read-only disk, which takes no note of it; the note, who took it in another container.
        """
        if _holder_of(self.path) is not None:
            return True
        pid = self._told().get("pid")
        if not isinstance(pid, int):
            return False
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass  # another user's, but alive
        return life(pid) in {"", self._told().get("life")}

    def holder(self) -> int | None:
        """Return the process id that has the lock, or took it last, if known."""
        if (known := _holder_of(self.path)) is not None:
            return known
        pid = self._told().get("pid")
        return pid if isinstance(pid, int) else None

    def _told(self) -> dict[str, object]:
        try:
            told = json.loads(self._holder.read_text())
        except (OSError, ValueError):
            return {}
        return told if isinstance(told, dict) else {}


def _holder_of(path: Path) -> int | None:
    """Return who holds a lock on the file, as the kernel lists it; None: nobody, or it cannot be told (not Linux).

    Source: proc(5), /proc/locks: kind, ADVISORY, WRITE, pid, device and inode as ``major:minor:inode``.
    """
    try:
        file, listed = path.stat(), Path("/proc/locks").read_text()
    except OSError:
        return None
    place = f"{os.major(file.st_dev):02x}:{os.minor(file.st_dev):02x}:{file.st_ino}"
    for line in listed.splitlines():
        match line.split():
            case [_, "FLOCK" | "POSIX", _, "WRITE", pid, at, *_] if at == place and pid.isdecimal():
                return int(pid)
    return None


def _open(path: Path) -> int:
    """Open the lock's file, only for reading where the disk is read-only and the file is there: that locks as well."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    except OSError:
        with contextlib.suppress(OSError):
            return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        raise


def _lock(handle: int) -> bool:
    """Lock the open file; return whether nobody else has. Raises OSError where the file system knows no locks.

    Source: flock(2): the lock belongs to the open file and ends with its last handle; handles are not inherited.
    """
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _is_at(handle: int, path: Path) -> bool:
    """Return whether ``path`` is the name of the open file; when it cannot be told, the disk being away, it is."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
    except OSError:
        return True


def hold(run: Path, service: str) -> LifeLock:
    """Hold ``service``'s place in this venue for the life of the process.

    Raises:
        VenueBusyError: another process has it, or nobody can have it now; the message says which.
    """
    lock = LifeLock(run / f"{service}.lock")
    try:
        if lock.take():
            return lock
    except OSError as error:
        raise _no_lock(run, error) from None
    raise _busy(service, lock.holder())


@contextlib.contextmanager
def kept(run: Path, service: str, stop: threading.Event, every_s: float = LOOK_AGAIN_S) -> Iterator[None]:
    """Hold ``service``'s place while the block runs; should another process get it, set ``stop``, and say so after.

    Raises:
        VenueBusyError: another process has it, from the beginning or by now.
    """
    lock, ended = hold(run, service), threading.Event()

    def look() -> None:
        while not ended.wait(every_s):
            if not lock.keep():
                log.error("another process has this venue's place, stopping", extra={"place": service})
                lost.set()
                stop.set()
                return

    lost = threading.Event()
    guard = threading.Thread(target=look, name="lock", daemon=True)
    guard.start()
    try:
        yield
    finally:
        ended.set()
        guard.join(LOOK_AGAIN_S)  # a share that hangs must not keep us
        if not lost.is_set():
            lock.release()
    if lost.is_set():
        raise _busy(service, lock.holder())


def _busy(service: str, pid: int | None) -> VenueBusyError:
    return VenueBusyError(
        "already-running",
        Plain(
            f"«{service}» è già in funzione in questo locale (processo {pid or '?'}).",
            f"'{service}' already runs in this venue (process {pid or '?'}).",
        ),
        Plain("Usa quello, oppure fermalo prima.", "Use that one, or stop it first."),
    )


def _no_lock(run: Path, error: OSError) -> VenueBusyError:
    return VenueBusyError(
        "no-lock",
        Plain(
            f"In {run} non si può tenere il proprio posto ({error.strerror}).",
            f"No place can be held in {run} ({error.strerror}).",
        ),
        Plain("Controlla il disco con: stornello doctor", "Look at the disk with: stornello doctor"),
    )
