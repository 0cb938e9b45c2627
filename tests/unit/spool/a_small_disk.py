"""A small file system that fills up, empties and goes, and what ``conditions`` tells of it: a line a state.

``unshare -rm python a_small_disk.py mounted PLACE`` mounts it; ``pretended`` answers as such a system would, where
nobody may mount.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

from stornello.spool import conditions, mounts
from stornello.spool.paths import Venue

SIZE_MB = 16


class Mounted:
    """The real thing."""

    def tmpfs(self, folder: Path) -> None:
        self._run("mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "none", folder)

    def bind(self, source: Path, folder: Path) -> None:
        self._run("mount", "--bind", source, folder)

    def read_only(self, folder: Path, *, again: bool = True) -> None:
        self._run("mount", "-o", f"remount,{'ro' if again else 'rw'}", folder)

    def unmount(self, folder: Path) -> None:
        self._run("umount", "-l", folder)

    def _run(self, *command: object) -> None:
        subprocess.run(list(map(str, command)), check=True)


@dataclass
class Pretended:
    """What the kernel would answer: each mount is a folder, the device it shows, and whether it can be written."""

    place: Path
    mounts: dict[Path, int] = field(default_factory=dict)
    closed: set[Path] = field(default_factory=set)

    def __post_init__(self) -> None:
        mounts._MOUNTS = str(self.place / "mountinfo")  # type: ignore[misc]  # what a kernel tells, told by us
        self._tell()
        stat, access = os.stat, os.access
        vars(os).update(
            stat=lambda path, **how: self._stat(stat(path, **how), Path(path)),
            access=lambda path, mode: access(path, mode) and self._mount(Path(path)) not in self.closed,
            statvfs=self._statvfs,
        )

    def tmpfs(self, folder: Path) -> None:
        self._mount_at(folder, 1000 + len(self.mounts))

    def bind(self, source: Path, folder: Path) -> None:
        self._mount_at(folder, self.mounts[self._mount(source)])

    def read_only(self, folder: Path, *, again: bool = True) -> None:
        (self.closed.add if again else self.closed.discard)(folder)

    def unmount(self, folder: Path) -> None:
        del self.mounts[folder]
        self.closed.discard(folder)
        self._tell()
        if not self.mounts:
            shutil.rmtree(folder)

    def _mount_at(self, folder: Path, device: int) -> None:
        self.mounts[folder] = device
        self._tell()

    def _tell(self) -> None:
        lines = (f"1 1 0:{device} / {folder} rw - tmpfs none rw\n" for folder, device in self.mounts.items())
        Path(mounts._MOUNTS).write_text("".join(lines))

    def _mount(self, path: Path) -> Path:
        return next((folder for folder in (path, *path.parents) if folder in self.mounts), self.place)

    def _stat(self, told: os.stat_result, path: Path) -> os.stat_result:
        device = self.mounts.get(self._mount(path), told.st_dev)
        return os.stat_result((*told[:2], device, *told[3:]))

    def _statvfs(self, path: Path) -> SimpleNamespace:
        used = sum(file.lstat().st_size for file in path.glob("songs/*"))  # where the story below puts what is large
        flag = os.ST_RDONLY if self._mount(path) in self.closed else 0
        free = max(0, SIZE_MB * 1_048_576 - used)
        return SimpleNamespace(f_bavail=free, f_frsize=1, f_files=0, f_favail=0, f_flag=flag)


def told(what: str, floor_mb: int = 8) -> None:
    found = conditions.look(venue, floor_mb)
    assert conditions.may_begin(venue, floor_mb) == (not any(one.stops for one in found))
    sys.stdout.write(":".join((what, *sorted(one.code for one in found))) + "\n")


how, place = sys.argv[1], Path(sys.argv[2])
disk = Mounted() if how == "mounted" else Pretended(place)
venue = Venue(place / "venue")
venue.root.mkdir()
disk.tmpfs(venue.root)
venue.open()
told("well")
much, more = venue.songs / "much", venue.songs / "more"
much.write_bytes(bytes(10_000_000))
told("low")
with contextlib.suppress(OSError):
    more.write_bytes(bytes(10_000_000))
told("full")
told("full-and-never-mind", 0)
much.unlink()
more.unlink()
told("emptied")
disk.read_only(venue.root)
told("read-only")
disk.read_only(venue.root, again=False)
disk.bind(venue.songs, venue.archived_recordings)
told("bound")
disk.unmount(venue.archived_recordings)
disk.bind(venue.songs, venue.from_tables)
told("door-elsewhere")
with (venue.from_tables / "5-giant.wav").open("wb") as giant:
    giant.truncate(10**12)
told("giant")
(venue.from_tables / "5-giant.wav").unlink()
disk.unmount(venue.from_tables)
disk.tmpfs(venue.songs)
told("songs-elsewhere")
disk.read_only(venue.songs)
told("songs-read-only")
disk.unmount(venue.songs)
disk.unmount(venue.root)
told("unmounted")
