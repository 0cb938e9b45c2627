"""The control socket, ``control.sock`` in the venue's run folder: what keys and other programs ask of the DJ.

JSON lines, one request a line, one answer a line::

    {"command": "pause"}                      hold the room, or let it go on
    {"command": "pause", "on": true}          hold it
    {"command": "next"}                       pass to the next song
    {"command": "seek", "seconds": -10}       move within the song
    {"command": "volume", "to": 70}           or {"command": "volume", "by": -5}
    {"command": "quit"}                       end the service

The answer is ``{"ok": true}`` once the DJ has it, or ``{"ok": false, "error": "..."}`` for what it does not understand.
Whoever may enter the folder (mode 0700) may command; there is no other key.
"""

import json
import logging
import queue
import socket
import socketserver
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from stornello.domain.errors import PlayerLost
from stornello.domain.plain import Plain
from stornello.riproduzione import sockets

log = logging.getLogger(__name__)

COMMANDS = frozenset({"pause", "next", "seek", "volume", "quit"})
_NUMBERS = ("seconds", "to", "by")
_LONGEST_LINE = 4096
_PATIENCE_S = 2.0

Request = dict[str, Any]


def path(run: Path) -> Path:
    """Return where the control socket of this venue is."""
    return sockets.folder(run) / "control.sock"


def ask(run: Path, command: str, **details: object) -> None:
    """Have the DJ of this venue do something; returns once it has the command.

    Raises:
        PlayerLost: no DJ answers, or it does not understand.
    """
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(_PATIENCE_S)
            line.connect(str(path(run)))
            line.sendall(json.dumps({"command": command, **details}).encode() + b"\n")
            with line.makefile() as answers:
                answer = json.loads(answers.readline(_LONGEST_LINE) or "{}")
    except (OSError, ValueError):
        answer = {"error": "no answer"}
    if not answer.get("ok"):
        raise PlayerLost(
            "dj-does-not-answer",
            Plain(
                f"Riproduzione non risponde ({answer.get('error')}).",
                f"Riproduzione does not answer ({answer.get('error')}).",
            ),
            Plain("Avviala con: stornello riproduzione", "Start it with: stornello riproduzione"),
        )


class ControlSocket:
    """Listens until closed; what was asked waits in :attr:`asked` for the DJ's own thread."""

    def __init__(self, run: Path) -> None:
        self.asked: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self._run = run
        self._server: _Server | None = None
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

    def mend(self) -> None:
        """Listen where nobody does: at the start, and when the socket was deleted; refused by a disk, try again."""
        if not self._is_open:
            return
        try:
            where = path(self._run)
            if self._server is None or not where.exists():
                self._close()
                where.unlink(missing_ok=True)
                self._server = self._listening(where)
            self._is_told = False
        except OSError as error:
            if not self._is_told:
                log.warning("no control socket, will try again", extra={"errno": error.errno})
            self._is_told = True

    def _listening(self, where: Path) -> "_Server":
        server = _Server(str(where), _Line)
        server.asked = self.asked
        threading.Thread(target=server.serve_forever, args=(0.1,), name="control", daemon=True).start()
        return server

    def _close(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False
    asked: queue.SimpleQueue[Request]


class _Line(socketserver.StreamRequestHandler):
    timeout = 60

    def handle(self) -> None:
        try:
            while line := self.rfile.readline(_LONGEST_LINE):
                self.wfile.write(json.dumps(self._answer(line)).encode() + b"\n")
        except OSError:
            log.debug("a control line broke off")

    def _answer(self, line: bytes) -> Request:
        try:
            request = understood(line)
        except ValueError as error:
            return {"ok": False, "error": str(error)}
        assert isinstance(self.server, _Server)  # noqa: S101 - for the type checker
        self.server.asked.put(request)
        return {"ok": True}


def understood(line: bytes) -> Request:
    """Return the request in ``line``. Raises ValueError, with what is wrong, for anything that is none."""
    try:
        request = json.loads(line)
    except ValueError:
        raise ValueError("not JSON") from None
    if not isinstance(request, dict) or request.get("command") not in COMMANDS:
        raise ValueError(f"commands are {', '.join(sorted(COMMANDS))}")
    for name in _NUMBERS:
        if name in request and not (type(request[name]) in {int, float} and abs(request[name]) < 1e6):  # noqa: PLR2004 - no second of any song
            raise ValueError(f"{name} must be a number")
    if not isinstance(request.get("on", True), bool | None):
        raise ValueError("on must be true or false")  # noqa: TRY004 - one kind of refusal
    needed = {"seek": {"seconds"}, "volume": {"to", "by"}}.get(request["command"])
    if needed and not needed & set(request):
        raise ValueError(f"{request['command']} needs {' or '.join(sorted(needed))}")
    return request
