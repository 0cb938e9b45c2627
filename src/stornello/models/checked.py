"""Is this file the very one that the manifest names?"""

import os
from hashlib import file_digest
from pathlib import Path

from stornello.models.source import ModelFile


def size_of(path: Path) -> int:
    """Return the file's bytes, or -1 when there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return -1


def same_bytes(file: ModelFile, path: Path) -> bool:
    """Read ``path`` and tell whether it is ``file`` to the byte."""
    if size_of(path) != file.size:
        return False
    with path.open("rb") as content:
        return file_digest(content, "sha256").hexdigest() == file.sha256


def sync(path: Path) -> None:
    """Make a file's bytes, or a folder's entries, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
