"""Kernel locks held for life: they end with their holder, however it ends."""

import json
import os
from pathlib import Path

from filelock import FileLock, Timeout

from stornello.domain.errors import VenueBusyError
from stornello.domain.plain import Plain


class LifeLock:
    """A lock on ``path`` that names its holder beside it (``path``.holder)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._holder = path.with_suffix(path.suffix + ".holder")
        self._lock = FileLock(path)

    def take(self) -> bool:
        """Try to hold the lock from now on; return whether we do."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        self._holder.write_text(json.dumps({"pid": os.getpid()}))
        return True

    def release(self) -> None:
        """Let go. The process's end does the same."""
        self._holder.unlink(missing_ok=True)
        self._lock.release()

    def is_free(self) -> bool:
        """Return whether nobody holds the lock at this moment."""
        try:
            with FileLock(self.path).acquire(timeout=0):
                return True
        except Timeout:
            return False

    def looks_held(self) -> bool:
        """Return whether the last known holder lives: a look for dashboards that never gets in a taker's way."""
        pid = self.holder()
        if pid is None:
            return False
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True

    def holder(self) -> int | None:
        """Return the process id that took the lock last, if known."""
        try:
            return int(json.loads(self._holder.read_text())["pid"])
        except (OSError, ValueError, KeyError, TypeError):
            return None


def hold(run: Path, service: str) -> LifeLock:
    """Hold ``service``'s place in this venue for the life of the process.

    Raises:
        VenueBusyError: another process has it; the message names it.
    """
    lock = LifeLock(run / f"{service}.lock")
    if lock.take():
        return lock
    pid = lock.holder() or "?"
    raise VenueBusyError(
        "already-running",
        Plain(
            f"«{service}» è già in funzione in questo locale (processo {pid}).",
            f"'{service}' already runs in this venue (process {pid}).",
        ),
        Plain("Usa quello, oppure fermalo prima.", "Use that one, or stop it first."),
    )
