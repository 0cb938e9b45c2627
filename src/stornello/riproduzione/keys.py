"""Single keys from the terminal, without Enter; the terminal is given back as it was, whatever happens."""

import os
import select
import sys
import termios
import time
import tty
from typing import Any, Self, TextIO

NAMES = {
    " ": "pause",
    "n": "next",
    "N": "next",
    "\x1b[C": "forward",
    "\x1bOC": "forward",
    "\x1b[D": "back",
    "\x1bOD": "back",
    "+": "louder",
    "=": "louder",
    "-": "softer",
    "_": "softer",
    "m": "mute",
    "M": "mute",
    "P": "panic",
    "r": "resume",
    "R": "resume",
    "q": "quit",
    "Q": "quit",
}
"""Panic is the capital letter alone: no slip of a finger stops the guests' songs."""


_LOCAL_MODES = 3
"""The place of the flags in what tcgetattr returns."""


class Keys:
    """Reads keys while entered. Where ``stream`` is no terminal it only waits."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdin
        self._before: list[Any] | None = None
        self._unread = ""

    def __enter__(self) -> Self:
        if self._stream.isatty():
            self._before = termios.tcgetattr(self._stream)
            tty.setcbreak(self._stream)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            termios.tcsetattr(self._stream, termios.TCSADRAIN, self._before)

    def wait(self, seconds: float) -> str | None:
        """Return the next key's name within ``seconds``, or None."""
        if self._before is None:
            time.sleep(seconds)  # as the terminal does below: a person's time is the real one, not a Clock's
            return None
        if not self._unread:
            self._hold_on()
            ready, _, _ = select.select([self._stream], [], [], seconds)
            if ready:
                self._unread = os.read(self._stream.fileno(), 64).decode(errors="ignore")
        name, self._unread = first_key(self._unread)
        return name

    def _hold_on(self) -> None:
        """Ask for single keys again where a shell has put the terminal back (Ctrl-Z, fg)."""
        if termios.tcgetattr(self._stream)[_LOCAL_MODES] & termios.ICANON:
            tty.setcbreak(self._stream)


def first_key(typed: str) -> tuple[str | None, str]:
    """Return the name of the first key in ``typed``, None for one without meaning, and the rest."""
    for code, name in NAMES.items():
        if typed.startswith(code):
            return name, typed[len(code) :]
    return None, "" if typed.startswith("\x1b") else typed[1:]
