"""Where this venue's sockets live: its run folder, or a private one when that path is too long for a socket."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from stornello.domain.errors import SettingsError
from stornello.domain.plain import Plain

ROOM_FOR = 103 - len(b"/control.sock")
"""A socket's path may have 103 bytes on macOS, 107 on Linux: the shorter holds on both."""


def folder(run: Path) -> Path:
    """Return the folder for sockets, mode 0700; the same one for every process of the venue.

    Raises:
        SettingsError: the private folder is somebody else's.
    """
    run = run.absolute()
    return run if len(bytes(run)) <= ROOM_FOR else private(run)


def private(run: Path) -> Path:
    """Return the venue's private folder for sockets on the machine's own disk. Raises SettingsError as above."""
    run = run.absolute()
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    ours = base / f"stornello-{os.getuid()}-{hashlib.sha256(bytes(run)).hexdigest()[:12]}"
    ours.mkdir(mode=0o700, exist_ok=True)
    if _is_ours(ours):
        return ours
    raise SettingsError(
        "socket-folder-not-ours",
        Plain(f"La cartella {ours} non è solo nostra.", f"The folder {ours} is not ours alone."),
        Plain("Cancellala, o accorcia il percorso del locale.", "Delete it, or shorten the venue's path."),
    )


def _is_ours(private: Path) -> bool:
    found = private.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
