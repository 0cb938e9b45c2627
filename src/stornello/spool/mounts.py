"""Whether folders are on one device, so that a rename takes a file from one to the other."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_MOUNTS: Final = "/proc/self/mountinfo"


def are_apart(one: Path, other: Path) -> bool:
    """Return whether a rename between the two folders would cross devices; False where one of them is missing."""
    return bool(apart([one], other))


def apart(folders: Iterable[Path], home: Path) -> list[Path]:
    """Return which of ``folders`` a rename from ``home`` would not reach; those that are missing are left out.

    Source: rename(2), EXDEV: not even between two mounts of one device, such as a container's bind mounts, which
    their device numbers do not tell.
    """
    known = [(folder, device) for folder in folders if (device := _device(folder)) is not None]
    here = _device(home)
    if here is None:
        return []
    points = _points()
    at_home = _mount_of(home, points)
    return [folder for folder, device in known if device != here or _mount_of(folder, points) != at_home]


def _device(folder: Path) -> int | None:
    try:
        return os.stat(folder).st_dev  # noqa: PTH116 - a third of the time, at every pass of a service
    except OSError:
        return None


def _mount_of(folder: Path, points: frozenset[str]) -> str:
    """Return the mount that the folder is in; empty where nothing tells."""
    place = os.path.realpath(folder) if points else ""
    while place and place not in points:
        place = place.rpartition("/")[0]
    return place


def _points() -> frozenset[str]:
    """Return where something is mounted, but for the root.

    Source: proc(5), /proc/pid/mountinfo: the fifth field, blanks and the like as three octal digits after a backslash.
    """
    try:
        with open(_MOUNTS, "rb") as file:  # noqa: PTH123 - as above
            lines = file.read().splitlines()
    except OSError:
        return frozenset()
    return frozenset(os.fsdecode(_plain(line.split(b" ", 5)[4])) for line in lines) - {"/"}


def _plain(field: bytes) -> bytes:
    if b"\\" not in field:
        return field
    for code in (b"\\040", b"\\011", b"\\012"):
        field = field.replace(code, bytes([int(code[1:], 8)]))
    return field.replace(b"\\134", b"\\")
