"""Every change of state on disk goes through here: a file changes whole or not at all, and nothing is overwritten.

Source: the write, fsync, rename, fsync-folder discipline of Postfix's queue and SQLite.
"""

import errno
import json
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from stornello.spool import lives, outside
from stornello.spool.disk import Disk

PART: Final = ".part"
"""Ending of a file that is being written; what a crash leaves under it is of no use, see litter."""

NOT_THERE: Final = (FileNotFoundError, NotADirectoryError, IsADirectoryError)
"""A file that is not there; any other error says that nobody knows, and is no leave to write another in its place."""

_NO_LINKS: Final = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
"""What file systems answer that know no hard links, such as exFAT; EPERM also about another user's file."""

_FORBIDDEN: Final = {errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY}
"""What a server answers that has not removed a file and will not; any other error may be told of what was done."""

_disk = Disk()


@contextmanager
def on(disk: Disk) -> Iterator[None]:
    """Let every change inside go through ``disk``: how tests let the process die at any of them. One at a time."""
    global _disk  # noqa: PLW0603 - the disk is one for the whole process, as the real one is
    before, _disk = _disk, disk
    try:
        yield
    finally:
        _disk = before


def sync_file(file: Path) -> None:
    """Make what was written into ``file``, by whomever, durable."""
    _disk.sync(file)


def settle(folder: Path) -> None:
    """Make durable what a process that was killed had done below ``folder``, before anything is built upon it.

    Otherwise a power cut soon after may take that away from under what came later: not every file system keeps the
    order. A disk that refuses has refused before, too: nothing is worse than it was.
    """
    with suppress(OSError):
        _disk.sync_all(folder)


def write(target: Path, data: bytes, *, durable: bool = True) -> None:
    """Replace ``target``'s content, whole or not at all; durably, unless a power cut may take it."""
    part = _part_of(target)
    try:
        _disk.create(part, data)
        if durable:
            _disk.sync(part)
        _disk.rename(part, target)
    except BaseException:
        _tidy(part)
        raise
    if durable:
        _disk.sync_folder(target.parent)


def _part_of(target: Path) -> Path:
    """Return the name under which ``target`` is written: one that tells by whom, so that litter is known as such."""
    return target.with_name(f".{target.name[:180]}.{lives.mark()}.{uuid.uuid4().hex[:8]}{PART}")


def write_text(target: Path, text: str) -> None:
    """Replace ``target``'s text (UTF-8), whole or not at all, durably; what UTF-8 cannot hold becomes a ``?``."""
    write(target, text.encode(errors="replace"))


def write_json(target: Path, value: Any) -> None:  # noqa: ANN401 - whatever json.dumps takes
    """Replace ``target`` by ``value`` as readable JSON, whole or not at all, durably."""
    write_text(target, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def append_line(target: Path, line: str, *, is_named: bool = False) -> None:
    """Add one line to ``target`` durably. A crash leaves the line, a torn last line, or nothing.

    ``is_named`` spares the folder's sync, a wait for the disk: the caller made the file's name durable before.
    """
    data = line.encode(errors="replace") + b"\n"
    _disk.append(target, b"\n" + data if _is_torn(target) else data)
    _disk.sync(target)
    if not is_named:
        _disk.sync_folder(target.parent)


def _is_torn(file: Path) -> bool:
    try:
        with file.open("rb") as known:
            if not known.seek(0, os.SEEK_END):
                return False
            known.seek(-1, os.SEEK_END)
            return known.read(1) != b"\n"
    except FileNotFoundError:
        return False


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make ``folder``, and the folders above it that are missing, durably. Nothing happens when it is there."""
    if folder.is_dir():
        return
    if folder.parent != folder:
        make_folder(folder.parent)
    with suppress(FileExistsError):
        _disk.mkdir(folder, mode)
    _disk.sync_folder(folder.parent)


def make_new_folder(folder: Path) -> None:
    """Make ``folder`` durably, for whoever comes first. Raises FileExistsError when it is there."""
    _disk.mkdir(folder)
    _disk.sync_folder(folder.parent)


def publish(source: Path, target: Path) -> None:
    """Give the file ``source`` the name ``target`` on the same device, durably, never replacing anything.

    A crash half way leaves both names on one file; the same call again finishes the move. Where there are no hard
    links it is one rename.

    Raises:
        FileExistsError: ``target`` is another file; nothing has changed.
    """
    try:
        _disk.link(source, target)
    except FileExistsError:
        if not target.samefile(source):
            raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _disk.rename_new(source, target)
        _sync_both(source, target)
        return
    _disk.sync_folder(target.parent)
    _disk.unlink(source)
    _disk.sync_folder(source.parent)


def name_again(file: Path, name: Path) -> None:
    """Give ``file`` the second name ``name``, durably; where there are no hard links, a copy of it. Safe to repeat."""
    with suppress(FileExistsError):  # by this same call, before a crash
        try:
            _disk.link(file, name)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            place(file, name)
    _disk.sync_folder(name.parent)


def move(source: Path, target: Path) -> None:
    """Rename the file ``source`` to ``target``, replacing what has that name; durable in both folders."""
    _disk.rename(source, target)
    _sync_both(source, target)


def move_new(source: Path, target: Path) -> None:
    """Rename the file ``source`` to ``target`` durably, never replacing anything. Raises FileExistsError."""
    _disk.rename_new(source, target)
    _sync_both(source, target)


def move_all(sources: list[Path], folder: Path) -> None:
    """Rename the files ``sources``, of one folder, into ``folder``; durable in both. One that is gone is left out."""
    for source in sources:
        with suppress(FileNotFoundError):
            _disk.rename(source, folder / source.name)
    if sources:
        _sync_both(sources[0], folder / sources[0].name)


def place(
    source: Path,
    target: Path,
    finish: Callable[[Path], object] = lambda _: None,
    check: Callable[[Path], object] = lambda _: None,
) -> None:
    """Replace ``target`` by a copy of the file ``source``, whole or not at all, durably.

    ``finish`` may change the copy; ``check`` may raise once it is safe on disk, before it gets its name.
    """
    part = _part_of(target)
    try:
        _disk.copy(source, part)
        finish(part)
        _disk.sync(part)
        check(part)
        _disk.rename(part, target)
    except BaseException:
        _tidy(part)
        raise
    _disk.sync_folder(target.parent)


def bring(source: Path, target: Path) -> None:
    """Move the file ``source`` to ``target``, replacing what has that name, durably: by one rename, or by a copy.

    Across devices it is copied, the copy compared, and only then ``source`` removed. A crash half way leaves either or
    both; so does an error of which nobody can tell whether ``source`` is gone.

    Raises:
        OSError: it could not be moved, or has changed meanwhile: whole it is where it was, or at ``target``, or both.
    """
    try:
        _disk.rename(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(source, target)
    else:
        _sync_both(source, target)


def _copy(source: Path, target: Path) -> None:
    before = outside.state(source)
    place(source, target, check=lambda part: _refuse_other(source, part))
    with suppress(FileNotFoundError):  # the server has removed it and its answer got lost: asked again, it has none
        if outside.state(source) != before:  # it is being written again
            _tidy(target)
            raise OSError(errno.EBUSY, "changed while it was copied", str(source))
        _remove_copied(source, target)


def _refuse_other(source: Path, copy: Path) -> None:
    if outside.sha256(source) != outside.sha256(copy):
        raise OSError(errno.EBUSY, "the copy is another", str(source))


def _remove_copied(source: Path, target: Path) -> None:
    """Remove ``source``; where that is forbidden, ``target`` instead, for it would be brought again for ever."""
    try:
        _disk.unlink(source)
    except OSError as error:
        if error.errno in _FORBIDDEN and outside.state(source):
            _tidy(target)
        raise


def _tidy(file: Path) -> None:
    """Remove what an error left half way; that it cannot be removed is not to hide the error."""
    with suppress(OSError):
        _disk.unlink(file)


def remove(file: Path) -> None:
    """Take the file's name away, if it has it; a power cut may bring it back."""
    with suppress(FileNotFoundError):
        _disk.unlink(file)


def remove_folder(folder: Path) -> None:
    """Remove ``folder``, which must be empty. Raises OSError when something is in it, or it is not there."""
    _disk.rmdir(folder)


def remove_tree(folder: Path) -> None:
    """Remove ``folder`` with everything below it, if it is there. A crash leaves some of it; links are not followed."""
    with suppress(FileNotFoundError):
        for entry in list(os.scandir(folder)):
            if entry.is_dir(follow_symlinks=False):
                remove_tree(Path(entry.path))
            else:
                remove(Path(entry.path))
        _disk.rmdir(folder)


def move_folder(source: Path, target: Path) -> None:
    """Rename the folder ``source`` to ``target``, which must not exist or be empty; durable in both parents.

    Raises:
        OSError: ``target`` is a folder with something in it; nothing has changed.
    """
    _disk.rename(source, target)
    _sync_both(source, target)


def _sync_both(source: Path, target: Path) -> None:
    """Make a rename durable: the new name first, so that a power cut rather leaves both than none."""
    _disk.sync_folder(target.parent)
    if source.parent != target.parent:
        _disk.sync_folder(source.parent)
