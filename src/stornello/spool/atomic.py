"""Every change of state on disk goes through here: a file changes whole or not at all, and nothing is overwritten.

Source: the write, fsync, rename, fsync-folder discipline of Postfix's queue and SQLite.
"""

import errno
import json
import os
import shutil
import uuid
from pathlib import Path
from typing import Any, BinaryIO

PART = ".part"
"""Ending of a file that is being written; what a crash leaves under it is of no use."""


def sync_folder(folder: Path) -> None:
    """Make renames and new names in ``folder`` durable, where the file system can (some network shares cannot)."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(handle)


def sync_file(file: Path) -> None:
    """Make what was written into ``file``, by whomever, durable."""
    with file.open("rb") as handle:
        os.fsync(handle.fileno())


def write(target: Path, data: bytes, *, durable: bool = True) -> None:
    """Replace ``target``'s content, whole or not at all; durably, unless a power cut may take it."""
    part = target.with_name(f".{target.name[:200]}.{uuid.uuid4().hex[:8]}{PART}")
    try:
        with part.open("xb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(target.parent)


def write_text(target: Path, text: str) -> None:
    """Replace ``target``'s text (UTF-8), whole or not at all, durably; what UTF-8 cannot hold becomes a ``?``."""
    write(target, text.encode(errors="replace"))


def write_json(target: Path, value: Any) -> None:  # noqa: ANN401 - whatever json.dumps takes
    """Replace ``target`` by ``value`` as readable JSON, whole or not at all, durably."""
    write_text(target, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def append_line(target: Path, line: str) -> None:
    """Add one line to ``target`` durably. A crash leaves the line, a torn last line, or nothing."""
    with target.open("ab+") as file:
        if file.tell() and not _ends_with_newline(file):
            file.write(b"\n")
        file.write(line.encode(errors="replace") + b"\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(target.parent)


def _ends_with_newline(file: BinaryIO) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def publish(source: Path, target: Path) -> None:
    """Give the file ``source`` the name ``target`` on the same device, durably, never replacing anything.

    A crash half way leaves both names on one file; the same call again finishes the move.

    Raises:
        FileExistsError: ``target`` is another file; nothing has changed.
    """
    try:
        os.link(source, target)
    except FileExistsError:
        if not target.samefile(source):
            raise
    sync_folder(target.parent)
    source.unlink()
    sync_folder(source.parent)


def bring(source: Path, target: Path) -> None:
    """Move the file ``source`` to the new name ``target`` durably: by one rename, or across devices by a copy.

    A crash half way through a copy leaves ``source``, and perhaps ``target`` too.

    Raises:
        OSError: ``source`` cannot be had; it is where it was.
    """
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(source, target)
    sync_folder(target.parent)
    sync_folder(source.parent)


def _copy(source: Path, target: Path) -> None:
    part = target.with_name(f".{target.name}{PART}")
    try:
        with source.open("rb") as old, part.open("wb") as new:
            shutil.copyfileobj(old, new, 1 << 20)
            os.fsync(new.fileno())
        part.rename(target)
        sync_folder(target.parent)
        source.unlink()
    except BaseException:
        part.unlink(missing_ok=True)
        target.unlink(missing_ok=True)
        raise


def move_folder(source: Path, target: Path) -> None:
    """Rename the folder ``source`` to ``target``, which must not exist or be empty; durable in both parents.

    Raises:
        OSError: ``target`` is a folder with something in it; nothing has changed.
    """
    source.rename(target)
    sync_folder(target.parent)
    if source.parent != target.parent:
        sync_folder(source.parent)
