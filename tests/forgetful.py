"""A disk that forgets: what was not synced lives in memory only, until :meth:`Forgetful.cut` cuts the power.

It knows of every file how much of it was synced, and of every folder which changes of names were not, with the way
back. A power cut undoes these in reverse order, across processes: what one life left unsynced, the cut in a later one
still takes. Nothing is really synced, so it is cheap where the folder lies in memory.

- A created or appended file keeps, of its content, what its last ``sync`` saw; its name, only once its folder was
  synced. Some file systems do more (ext4 syncs a new file's name with it); none may do less.
- A rename, also one across folders, is one change, durable with the folder that got the name: so it is on every file
  system with a journal. One that replaced a file brings the old one back. (ext2 and FAT may leave both names or none.)
- What is written past the seam is left as it is. SQLite's journal has its own crash safety and decides nothing. The
  scratch of ffmpeg and of the decks is made anew by whoever needs it and never read after a crash. Logs decide nothing.
  Locks end with their process. Sound that an engine wrote itself may be there and may be gone: see :meth:`elsewhere`.

Source: "All File Systems Are Not Created Equal" (Pillai et al., OSDI 2014) for what may be lost; SQLite's crash tests
("How SQLite Is Tested") for the way.
"""

import errno
import os
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Literal, NamedTuple

from stornello.spool.disk import Disk

Loss = Literal["dropped", "torn"]
"""A power cut that takes all that was not synced; one that takes half of the content and leaves all names."""

_Inode = tuple[int, int]


class _Unsynced(NamedTuple):
    """A change of names in ``folder``, and how a power cut undoes it."""

    folder: _Inode
    undo: Callable[[], object]


class _Content(NamedTuple):
    """An open file of which only the first ``synced`` bytes are safe."""

    handle: int
    synced: int


class Forgetful(Disk):
    """A disk, of which ``room`` is the part to work in; ``grave``, on the same device, is for what goes.

    ``knows_links``: whether files may have second names; exFAT's may not. ``share``: the name of a folder that is on a
    network share: no rename leads out of it, and its server keeps what it was told, whatever our power does.
    ``ignores``: an operation that it only seems to do, which is to say one that somebody has forgotten.
    """

    def __init__(self, room: Path, grave: Path) -> None:
        self.room = room
        self.knows_links = True
        self.share = ""
        self.ignores: Literal["", "sync", "sync_folder"] = ""
        self._grave = grave
        self._names: list[_Unsynced] = []
        self._contents: dict[_Inode, _Content] = {}
        self._folders: dict[_Inode, int] = {}
        self._number = count()

    @property
    def unsynced_names(self) -> int:
        """How many changes of names a power cut would take."""
        return len(self._names)

    @property
    def unsynced_files(self) -> int:
        """How many files a power cut would cut short."""
        return len(self._contents)

    def cut(self, loss: Loss) -> None:
        """Cut the power and come back: what was not synced is gone, or torn."""
        if loss == "dropped":
            for change in reversed(self._names):
                change.undo()
        for content in self._contents.values():
            size = os.fstat(content.handle).st_size
            left = content.synced if loss == "dropped" else content.synced + (size - content.synced) // 2
            os.ftruncate(content.handle, min(left, size))
        self.settle()

    def settle(self) -> None:
        """Take everything there is as safe, as a disk does that has been left alone."""
        for handle in (*self._folders.values(), *(content.handle for content in self._contents.values())):
            os.close(handle)
        self._names, self._contents, self._folders = [], {}, {}

    def elsewhere(self, file: Path) -> None:
        """Take ``file`` as just made by a program that syncs nothing."""
        self._unsynced_from(file, 0)
        self._appeared(file)

    def create(self, file: Path, data: bytes) -> None:
        super().create(file, data)
        self.elsewhere(file)

    def append(self, file: Path, data: bytes) -> None:
        before = file.stat().st_size if file.exists() else None
        super().append(file, data)
        self._unsynced_from(file, before or 0)
        if before is None:
            self._appeared(file)

    def copy(self, source: Path, target: Path) -> None:
        super().copy(source, target)
        self.elsewhere(target)

    def sync(self, file: Path) -> None:
        inode = _inode(file)
        if self.ignores != "sync" and (content := self._contents.pop(inode, None)):
            os.close(content.handle)

    def sync_folder(self, folder: Path) -> None:
        inode = _inode(folder)
        if self.ignores != "sync_folder":
            self._names = [change for change in self._names if change.folder != inode]

    def sync_all(self, folder: Path) -> None:
        _inode(folder)
        if not self.ignores:
            self.settle()

    def rename(self, source: Path, target: Path) -> None:
        self._refuse_between_devices(source, target)
        if os.path.lexists(target) and source.exists() and source.samefile(target):
            super().rename(source, target)  # which does nothing: two names of one file
            return
        replaced = self._put_by(source, target)
        super().rename(source, target)
        self._moved(source, target, replaced)

    def rename_new(self, source: Path, target: Path) -> None:
        self._refuse_between_devices(source, target)
        super().rename_new(source, target)
        self._moved(source, target, None)

    def link(self, source: Path, target: Path) -> None:
        if not self.knows_links:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM), str(source), None, str(target))
        self._refuse_between_devices(source, target)
        super().link(source, target)
        self._appeared(target)

    def unlink(self, file: Path) -> None:
        if file.is_dir() and not file.is_symlink():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(file))
        if self._is_shared(file):
            super().unlink(file)
        else:
            self._disappear(file)

    def mkdir(self, folder: Path, mode: int = 0o777) -> None:
        super().mkdir(folder, mode)
        self._appeared(folder)

    def rmdir(self, folder: Path) -> None:
        if any(folder.iterdir()):
            raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), str(folder))
        self._disappear(folder)

    def _is_shared(self, path: Path) -> bool:
        return self.share in path.parts

    def _refuse_between_devices(self, source: Path, target: Path) -> None:
        if self._is_shared(source) != self._is_shared(target):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(source), None, str(target))

    def _unsynced_from(self, file: Path, size: int) -> None:
        """From byte ``size`` on, the file is in memory only."""
        inode = _inode(file)
        if inode not in self._contents:
            self._contents[inode] = _Content(os.open(file, os.O_RDWR), size)

    def _appeared(self, path: Path) -> None:
        inode, handle = self._folder_of(path)
        grave = self._new_grave()
        self._names.append(_Unsynced(inode, lambda: os.rename(path.name, grave, src_dir_fd=handle)))

    def _disappear(self, path: Path) -> None:
        inode, handle = self._folder_of(path)
        grave = self._new_grave()
        path.rename(grave)
        self._names.append(_Unsynced(inode, lambda: os.rename(grave, path.name, dst_dir_fd=handle)))

    def _put_by(self, source: Path, target: Path) -> Path | None:
        """Keep what a rename is about to replace, and return where; None when there is nothing, or it will fail."""
        if not os.path.lexists(target) or not os.path.lexists(source):
            return None
        grave = self._new_grave()
        if not target.is_dir():
            os.link(target, grave, follow_symlinks=False)
            return grave
        if source.is_dir() and not any(target.iterdir()):
            target.rename(grave)
            return grave
        return None

    def _moved(self, source: Path, target: Path, replaced: Path | None) -> None:
        inode, there = self._folder_of(target)
        _, here = self._folder_of(source)

        def undo() -> None:
            os.rename(target.name, source.name, src_dir_fd=there, dst_dir_fd=here)
            if replaced:
                os.rename(replaced, target.name, dst_dir_fd=there)

        self._names.append(_Unsynced(inode, undo))

    def _folder_of(self, path: Path) -> tuple[_Inode, int]:
        """Return the folder of ``path`` as it stays known however it is renamed."""
        inode = _inode(path.parent)
        if inode not in self._folders:
            self._folders[inode] = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        return inode, self._folders[inode]

    def _new_grave(self) -> Path:
        return self._grave / str(next(self._number))


def _inode(path: Path) -> _Inode:
    found = path.stat()
    return found.st_dev, found.st_ino
