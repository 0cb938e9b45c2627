"""Whether two folders are on one device, so that a rename takes a file from one to the other."""

import os
from pathlib import Path
from typing import Final

_MOUNTS: Final = Path("/proc/self/mountinfo")


def are_apart(one: Path, other: Path) -> bool:
    """Return whether a rename between the two folders would cross devices; False where one of them is missing.

    Source: rename(2), EXDEV: not even between two mounts of one device, such as a container's bind mounts, which
    their device numbers do not tell.
    """
    try:
        if one.stat().st_dev != other.stat().st_dev:
            return True
    except OSError:
        return False
    return _mount_of(one.resolve()) != _mount_of(other.resolve())


def _mount_of(folder: Path) -> Path:
    """Return the mount that the folder is in; the root where nothing tells."""
    points = _points()
    return next((place for place in (folder, *folder.parents) if place in points), Path("/"))


def _points() -> frozenset[Path]:
    """Return where something is mounted.

    Source: proc(5), /proc/pid/mountinfo: the fifth field, blanks and the like as three octal digits after a backslash.
    """
    try:
        lines = _MOUNTS.read_bytes().splitlines()
    except OSError:
        return frozenset()
    return frozenset(Path(os.fsdecode(_plain(line.split()[4]))) for line in lines)


def _plain(field: bytes) -> bytes:
    for code in (b"\\040", b"\\011", b"\\012"):
        field = field.replace(code, bytes([int(code[1:], 8)]))
    return field.replace(b"\\134", b"\\")
