"""mpv's JSON IPC over a UNIX socket: requests with ids, an event stream, a time-out on everything.

Source: https://mpv.io/manual/stable/#json-ipc
"""

import itertools
import json
import os
import queue
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from stornello.domain.errors import PlayerLost
from stornello.domain.plain import Plain

TIMEOUT_S = 1.0
"""A stopped mpv never answers: longer than this and it counts as lost. With four busy loops it takes 0.02 s."""

LEAVES_WITHIN_S = 0.5
"""mpv ends a few hundredths of a second after ``quit``."""

Event = dict[str, Any]


class CommandRefusedError(Exception):
    """mpv understood the command and said no; the text is mpv's own word."""


def lost(why: str) -> PlayerLost:
    """Return the error that says the player is gone."""
    return PlayerLost(
        "player-lost",
        Plain(f"Il lettore audio (mpv) non risponde: {why}.", f"The audio player (mpv) does not answer: {why}."),
        Plain("Viene riavviato da solo.", "It is restarted by itself."),
    )


class Ipc:
    """A connection to the mpv that listens at ``path``; ``on_event`` is called from the reading thread."""

    def __init__(self, path: Path, on_event: Callable[[Event], None]) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise
        self._peer = _listener(self._socket)
        # Only sending may time out: the reading thread waits for events as long as it takes.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(TIMEOUT_S), 0))
        self._on_event = on_event
        self._ids = itertools.count(1)
        self._waiting: dict[int, queue.SimpleQueue[Event]] = {}
        self._sending = threading.Lock()
        self._closed = False
        self._hangs = False
        self._gone = threading.Event()
        threading.Thread(target=self._read, name=f"mpv-{path.stem}", daemon=True).start()

    def ask(self, *command: object) -> Any:  # noqa: ANN401 - whatever JSON mpv answers
        """Send a command and return its data.

        Raises:
            CommandRefusedError: mpv said no.
            PlayerLost: no answer within TIMEOUT_S, or the connection is gone.
        """
        request = next(self._ids)
        answer = self._waiting[request] = queue.SimpleQueue()
        try:
            self._send({"command": command, "request_id": request})
            reply = answer.get(timeout=TIMEOUT_S)
        except queue.Empty:
            self._hangs = True
            raise lost("no answer in time") from None
        finally:
            self._waiting.pop(request, None)
        if reply["error"] != "success":
            raise CommandRefusedError(reply["error"])
        return reply.get("data")

    def close(self) -> None:
        """End the connection; whoever waits for an answer is told."""
        self._closed = True
        with suppress(OSError):  # mpv may have closed it first
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def end_peer(self) -> None:
        """End the mpv at the other end: it is told to quit, and killed when it does not, or has not answered before."""
        with suppress(PlayerLost):
            self._send({"command": ["quit"]})
        if self._gone.wait(0 if self._hangs else LEAVES_WITHIN_S) or self._peer is None:
            return
        # The line is open, so that its listener lives: nobody else can bear its number.
        with suppress(ProcessLookupError, PermissionError):
            os.kill(self._peer, signal.SIGKILL)
        self._gone.wait(LEAVES_WITHIN_S)

    def _send(self, message: dict[str, object]) -> None:
        if self._closed:
            raise lost("the connection is closed")
        try:
            with self._sending:
                self._socket.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            raise lost("the connection is gone") from None

    def _read(self) -> None:
        try:
            with self._socket.makefile("rb") as lines:
                for line in lines:
                    self._deliver(json.loads(line))
        except (OSError, ValueError):
            pass  # the same as an end: below
        self._closed = True
        self._gone.set()
        for answer in list(self._waiting.values()):
            answer.put({"error": "closed"})

    def _deliver(self, message: Event) -> None:
        if "event" in message:
            self._on_event(message)
        elif answer := self._waiting.get(message.get("request_id", 0)):
            answer.put(message)


def _listener(line: socket.socket) -> int | None:
    """Return the process id of whoever listens at the other end, None where the system does not tell.

    Source: unix(7), SO_PEERCRED; on macOS unix(4), LOCAL_PEERPID.
    """
    if sys.platform == "linux":
        pid: int = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
        return pid
    if sys.platform == "darwin":
        return line.getsockopt(0, 2)
    return None
