"""The DJ's end of the control socket: what is asked, by whichever way, waits in one line for the DJ's own thread."""

import logging
import queue
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Self

from stornello.domain.clock import Clock, SystemClock
from stornello.riproduzione.asked import Asked, Facts, Request
from stornello.riproduzione.control import path
from stornello.riproduzione.control_lines import Lines
from stornello.spool.now_playing import NowPlaying

log = logging.getLogger(__name__)


class ControlSocket:
    """Listens until closed; what is asked waits for the DJ's own thread, see :meth:`asked_within`.

    ``said`` is what the DJ said last: ``status`` is answered with it, without the DJ.
    """

    def __init__(self, run: Path, clock: Clock | None = None) -> None:
        self.said = NowPlaying(at=0.0)
        self._clock = clock or SystemClock()
        self._asked: queue.SimpleQueue[Asked] = queue.SimpleQueue()
        self._run = run
        self._lines: Lines | None = None
        self._is_open = False
        self._is_told = False

    def __enter__(self) -> Self:
        self._is_open = True
        self.mend()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_open = False
        self._close()
        with suppress(OSError):
            path(self._run).unlink(missing_ok=True)

    def put(self, request: Request) -> Future[Facts]:
        """Ask from within this process (another thread's, as MPRIS'); the answer comes with the future."""
        asked = Asked(request)
        self._asked.put(asked)
        return asked.reply

    def asked_within(self, seconds: float) -> Asked | None:
        """Wait until something is asked, at most so long; return it, for the DJ to answer."""
        try:
            return self._asked.get(timeout=max(0.0, seconds)) if seconds > 0 else self._asked.get_nowait()
        except queue.Empty:
            return None

    def mend(self) -> None:
        """Listen where nobody does: at the start, and when the socket was deleted; refused by a disk, try again."""
        if not self._is_open:
            return
        try:
            where = path(self._run)
            if self._lines is None or not self._lines.is_alive() or not where.exists():
                self._close()
                where.unlink(missing_ok=True)
                self._lines = Lines(where, self._asked, lambda: self.said, self._clock)
                self._lines.start()
            self._is_told = False
        except OSError as error:
            if not self._is_told:
                log.warning("no control socket, will try again", extra={"errno": error.errno})
            self._is_told = True

    def _close(self) -> None:
        if self._lines:
            self._lines.close()
            self._lines = None
