"""A file system event wakes the watchdog early. Only a courtesy: the scan at every poll stays the truth."""

import logging
import os
import threading
from pathlib import Path
from typing import Final

import watchfiles

log = logging.getLogger(__name__)

LOOK_AGAIN_S: Final = 5.0
"""How often a folder is sought that went away, or that is watched under another name now."""


def ring(
    folder: Path, bell: threading.Event, stop: threading.Event, look_again_s: float = LOOK_AGAIN_S
) -> threading.Thread:
    """Set ``bell`` soon after anything changes below ``folder``, and at ``stop``; return the thread that does it.

    A folder that is deleted and comes back, or is replaced by another, is watched again.
    """

    def listen() -> None:
        told = False
        while not stop.is_set():
            try:
                _listen_here(folder, bell, stop, look_again_s)
                told = False
            except (OSError, RuntimeError) as error:
                if not told:
                    log.warning("no file system events, polling alone", extra={"error": type(error).__name__})
                told = True
                stop.wait(look_again_s)
        bell.set()  # a service that is told to stop need not sleep on

    thread = threading.Thread(target=listen, name="bell", daemon=True)
    thread.start()
    return thread


def _listen_here(folder: Path, bell: threading.Event, stop: threading.Event, look_again_s: float) -> None:
    """Ring until ``stop``, or until ``folder`` is another one. Raises OSError when there is none."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)  # while it is open no other folder bears its inode number
    try:
        changes = watchfiles.watch(
            folder,
            stop_event=stop,
            debounce=100,
            step=20,
            raise_interrupt=False,
            rust_timeout=int(look_again_s * 1000),
            yield_on_timeout=True,
        )
        for change in changes:
            if change:
                bell.set()
            if not os.path.samestat(os.fstat(held), folder.stat()):
                return
    finally:
        os.close(held)
