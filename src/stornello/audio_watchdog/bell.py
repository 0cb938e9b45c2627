"""A file system event wakes the watchdog early. Only a courtesy: the scan at every poll stays the truth."""

import logging
import threading
from pathlib import Path

import watchfiles

log = logging.getLogger(__name__)


def ring(folder: Path, bell: threading.Event, stop: threading.Event) -> threading.Thread:
    """Set ``bell`` soon after anything changes below ``folder``, and at ``stop``; return the thread that does it."""

    def listen() -> None:
        try:
            for _ in watchfiles.watch(folder, stop_event=stop, debounce=100, step=20, raise_interrupt=False):
                bell.set()
        except (OSError, RuntimeError) as error:
            log.warning("no file system events, polling alone", extra={"error": type(error).__name__})
        bell.set()  # a service that is told to stop need not sleep on

    thread = threading.Thread(target=listen, name="bell", daemon=True)
    thread.start()
    return thread
