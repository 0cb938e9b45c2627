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
        self._holder.write_text(json.dumps({"pid": os.getpid(), "life": _life(os.getpid())}))
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
            pass  # another user's, but alive
        return _life(pid) in {"", self._told().get("life")}

    def holder(self) -> int | None:
        """Return the process id that took the lock last, if known."""
        pid = self._told().get("pid")
        return pid if isinstance(pid, int) else None

    def _told(self) -> dict[str, object]:
        try:
            told = json.loads(self._holder.read_text())
        except (OSError, ValueError):
            return {}
        return told if isinstance(told, dict) else {}


def _life(pid: int) -> str:
    """Return what tells this process from others that get its number: boot and start; empty where nothing tells.

    Source: proc(5): starttime, the 22nd field of /proc/pid/stat, counts clock ticks since the boot.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return f"{boot} {after_name[19]}"


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
