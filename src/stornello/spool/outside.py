"""Files that anybody may have made: opened without following a link or waiting for a pipe, read within bounds."""

import codecs
import errno
import hashlib
import io
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

MOST_TEXT_BYTES: Final = 65_536
"""Of a text, from its beginning: ten thousand words, more than an hour of talk."""

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""What editors of other systems put before a text."""


def open_file(path: Path) -> io.BufferedReader:
    """Open the regular file ``path`` for reading, whatever has taken its name since it was listed.

    Raises:
        OSError: it is gone, or may not be read, or is no regular file: a link, a pipe, a socket, a device, a folder.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return os.fdopen(handle, "rb")
    os.close(handle)
    raise OSError(errno.EINVAL, "not a regular file", str(path))


def state(path: Path) -> tuple[int, ...]:
    """Return which file ``path`` is and how much was written into it when: another answer means another content.

    The file is opened, since that makes a network share ask its server.

    Raises:
        OSError: see :func:`open_file`.
    """
    with open_file(path) as file:
        facts = os.fstat(file.fileno())
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns


def sha256(path: Path) -> str:
    """Return the sum of what ``path`` holds, in hex. Raises OSError, see :func:`open_file`."""
    with open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_file(path: Path) -> bool:
    """Return whether ``path`` is a regular file itself, not a link to one."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def text(path: Path) -> str:
    """Return the first 64 kB of the text in ``path``; nothing where it is none.

    It is in UTF-8, or as its byte order mark tells; what cannot be either is taken for Windows' Western code page.

    A NUL makes it none: programs, pictures and sparse files have them, texts do not.

    Raises:
        OSError: see :func:`open_file`.
    """
    with open_file(path) as file:
        data = file.read(MOST_TEXT_BYTES)
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), "utf-8")
    told = _decoded(data, encoding).strip()
    return "" if "\0" in told else told


def _decoded(data: bytes, encoding: str) -> str:
    with suppress(UnicodeDecodeError):  # its last character may be cut at the bound
        return codecs.getincrementaldecoder(encoding)().decode(data, final=len(data) < MOST_TEXT_BYTES)
    with suppress(UnicodeDecodeError):
        western = data.decode("cp1252")
        if not any(char < " " and not char.isspace() for char in western):
            return western
    return data.decode(encoding, errors="replace")


def is_longer(path: Path) -> bool:
    """Return whether :func:`text` leaves something of ``path`` out."""
    return path.lstat().st_size > MOST_TEXT_BYTES
