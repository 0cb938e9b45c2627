"""The operations that change a venue, a system call or two each: the seam at which tests let a process die.

Source: the fault injection layer of SQLite ("How SQLite Is Tested", its VFS).
"""

import ctypes
import errno
import os
import shutil
import sys
from pathlib import Path
from typing import Final

from stornello.spool import outside

_AT_FDCWD: Final = -100
_RENAME_NOREPLACE: Final = 1
_COPIED_AT_ONCE: Final = 1 << 20


class Disk:
    """The machine's own file systems. Nothing here is durable before :meth:`sync` or :meth:`sync_folder`."""

    def create(self, file: Path, data: bytes) -> None:
        """Make the new file ``file`` with ``data`` in it. Raises FileExistsError."""
        with file.open("xb") as new:
            new.write(data)

    def append(self, file: Path, data: bytes) -> None:
        """Add ``data`` at the end of ``file``, which is made when it is missing."""
        with file.open("ab", buffering=0) as known:
            known.write(data)

    def copy(self, source: Path, target: Path) -> None:
        """Make the new file ``target`` with what the regular file ``source`` holds. Raises FileExistsError, OSError."""
        with outside.open_file(source) as old, target.open("xb") as new:
            shutil.copyfileobj(old, new, _COPIED_AT_ONCE)

    def sync(self, file: Path) -> None:
        """Make the content of ``file``, by whomever it was written, durable."""
        with file.open("rb") as handle:
            os.fsync(handle.fileno())

    def sync_folder(self, folder: Path) -> None:
        """Make the names in ``folder`` durable, where the file system can (some network shares cannot)."""
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
                raise
        finally:
            os.close(handle)

    def sync_all(self, folder: Path) -> None:
        """Make everything durable that was done to the file system of ``folder``, by whomever. Source: syncfs(2)."""
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            _syncfs(handle)
        finally:
            os.close(handle)

    def rename(self, source: Path, target: Path) -> None:
        """Give ``source`` the name ``target``, replacing a file, or an empty folder, of that name."""
        source.rename(target)

    def rename_new(self, source: Path, target: Path) -> None:
        """Give ``source`` the name ``target``, which nothing has. Raises FileExistsError.

        Source: renameat2(2), RENAME_NOREPLACE. Where the kernel has no such thing, we look first: each path has one
        writer, so that nobody comes between.
        """
        if not _rename_noreplace(source, target):
            if os.path.lexists(target):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
            source.rename(target)

    def link(self, source: Path, target: Path) -> None:
        """Give the file ``source`` the second name ``target``. Raises FileExistsError."""
        os.link(source, target, follow_symlinks=False)

    def unlink(self, file: Path) -> None:
        """Take away one of a file's names."""
        file.unlink()

    def mkdir(self, folder: Path, mode: int = 0o777) -> None:
        """Make the new folder ``folder``. Raises FileExistsError."""
        folder.mkdir(mode)

    def rmdir(self, folder: Path) -> None:
        """Remove the empty folder ``folder``."""
        folder.rmdir()


def _syncfs(handle: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "syncfs"):  # not Linux: a little more than was asked for
        os.sync()
    elif libc.syncfs(handle):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _rename_noreplace(source: Path, target: Path) -> bool:
    """Rename as the kernel does it whole; return False, and do nothing, where it cannot."""
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        return False
    names = os.fsencode(source), os.fsencode(target)
    if libc.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_NOREPLACE) == 0:
        return True
    code = ctypes.get_errno()
    if code in {errno.EINVAL, errno.ENOSYS}:
        return False
    raise OSError(code, os.strerror(code), str(source), None, str(target))
