"""Which process is which: numbers are given again, a number with its boot, namespace and start is not."""

import os
from functools import lru_cache
from pathlib import Path

_START = 19
"""Where the start stands behind the name in /proc/pid/stat, whose 22nd field it is; the state is the first there.

Source: proc(5): starttime counts clock ticks since the boot.
"""

_BOOT = 8
"""Digits of the boot's name that are enough to tell one from the others."""


def life(pid: int) -> str:
    """Return what tells this process from others that get its number: boot and start; empty where nothing tells."""
    try:
        return f"{_boot()} {_after_name(pid)[_START]}"
    except OSError:
        return ""


def mark() -> str:
    """Return a word that names this process for good, for the names of files that are of use to it alone."""
    return _mark_of(os.getpid())


@lru_cache(maxsize=1)
def _mark_of(pid: int) -> str:
    boot, _, start = life(pid).partition(" ")
    return f"{pid}-{start or 0}-{boot[:_BOOT] or 0}{_namespace()}"


def is_over(marked: str) -> bool:
    """Return whether the process that gave this :func:`mark` has ended, for certain; a zombie has.

    Of one in another container, whose numbers say nothing here, that is certain only after the next boot.
    """
    pid, start, word = marked.split("-")
    boot, namespace = word[:_BOOT], word[_BOOT:]
    if namespace and namespace != _namespace() and boot == _boot()[:_BOOT]:
        return False
    try:
        now_boot, _, now_start = life(int(pid)).partition(" ")
        is_zombie = bool(now_start) and _after_name(int(pid))[0] == "Z"
    except OSError:
        return True
    if now_start:
        return is_zombie or (now_start, now_boot[:_BOOT]) != (start, boot)
    return not _is_there(int(pid))


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _namespace() -> str:
    """Return which processes ours is numbered among, as hex digits; empty where that cannot be told.

    Source: pid_namespaces(7).
    """
    try:
        return f"{Path('/proc/self/ns/pid').stat().st_ino:x}"
    except OSError:
        return ""


def _after_name(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # another user's
    return True
