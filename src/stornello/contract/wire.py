"""A network that fails as networks do, for every Python engine: the sockets of this process lead nowhere.

What is asked goes to a listener of ours, which reads it and answers as badly as it is told. Nothing leaves the machine,
so nothing can be charged. While a wire is cut, no other thread of the process should use the network.
"""

import contextlib
import errno
import os
import re
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Cut = Literal["refused", "nameless", "late", "reset", "silence", "half"]
"""No server, no name, no connection in time; reset, silence or half an answer after the question."""

AFTER_SENDING: frozenset[Cut] = frozenset({"reset", "silence", "half"})

_TLS = 0x16
_HALF = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"data": {"'
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_RESET = struct.pack("ii", 1, 0)
_LINE_S = 10.0


@dataclass
class Wire:
    """What was seen of one cut. ``was_asked``: a whole HTTP head arrived, so the question may have been carried out."""

    how: Cut
    attempts: int = 0
    was_asked: bool = False
    led: set[int] = field(default_factory=set)


@contextlib.contextmanager
def cut(how: Cut) -> Iterator[Wire]:
    """Let every connection of this process fail in this way."""
    wire = Wire(how)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stop, wake = os.pipe()
        thread = threading.Thread(target=_listen, args=(listener, wire, stop), daemon=True)
        thread.start()
        try:
            with _Detour(wire, listener.getsockname()).taken():
                yield wire
        finally:
            os.close(wake)
            thread.join()
            os.close(stop)


class _Detour:
    """Stands in the place of the sockets' own functions and leads to ``to``."""

    def __init__(self, wire: Wire, to: tuple[str, int]) -> None:
        self._wire, self._to = wire, to
        own = socket.socket
        self._connect, self._recv, self._recv_into = own.connect, own.recv, own.recv_into

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        ours: dict[str, Callable[..., Any]] = {
            "connect": lambda sock, address: self.connect(sock, address),  # noqa: PLW0108 - a method of the socket class gets the socket
            "connect_ex": lambda sock, address: self.connect_ex(sock, address),  # noqa: PLW0108 - as above
            "recv": lambda sock, *args: self._recv(self._answering(sock), *args),
            "recv_into": lambda sock, *args: self._recv_into(self._answering(sock), *args),
        }
        real = {name: vars(socket.socket).get(name) for name in ours}
        lookup = socket.getaddrinfo
        try:
            for name, function in ours.items():
                setattr(socket.socket, name, function)
            socket.getaddrinfo = self.look_up
            yield
        finally:
            _restore(real)
            socket.getaddrinfo = lookup

    def connect(self, sock: socket.socket, address: Any) -> None:  # noqa: ANN401 - as the library has it
        if sock.family not in {socket.AF_INET, socket.AF_INET6}:
            self._connect(sock, address)
            return
        self._wire.attempts += 1
        if self._wire.how == "refused":
            raise ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))
        if self._wire.how == "late":
            raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        self._connect(sock, self._to)
        self._wire.led.add(sock.fileno())

    def connect_ex(self, sock: socket.socket, address: Any) -> int:  # noqa: ANN401 - as above
        try:
            self.connect(sock, address)
        except OSError as error:
            return error.errno or errno.EIO
        return 0

    def look_up(self, *_: object, **__: object) -> list[Any]:
        """Find our listener whatever is looked up."""
        if self._wire.how == "nameless":
            self._wire.attempts += 1
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", self._to)]

    def _answering(self, sock: socket.socket) -> socket.socket:
        """Be out of time at once where silence is wanted: the engine's own patience is not what is tested."""
        if self._wire.how == "silence" and sock.fileno() in self._wire.led:
            raise TimeoutError("timed out")
        return sock


def _restore(real: dict[str, Any]) -> None:
    for name, function in real.items():
        if function is None:
            delattr(socket.socket, name)  # what it inherits shows again
        else:
            setattr(socket.socket, name, function)


def _listen(listener: socket.socket, wire: Wire, stop: int) -> None:
    lines = []
    waiting: list[Any] = [listener, stop]
    while listener in select.select(waiting, [], [])[0]:
        line, _ = listener.accept()
        lines.append(line)
        with contextlib.suppress(OSError):
            _serve(line, wire)
    for line in lines:
        line.close()


def _serve(line: socket.socket, wire: Wire) -> None:
    """Read the whole question, then do as the cut says. Of TLS no more than the greeting is to be had without a key."""
    line.settimeout(_LINE_S)
    question = line.recv(1 << 16)
    while question and not _is_whole(question) and (more := line.recv(1 << 16)):
        question += more
    wire.was_asked |= b"\r\n\r\n" in question and question[0] != _TLS
    if wire.how == "silence" and wire.was_asked:
        return
    if wire.how == "half" and wire.was_asked:
        line.sendall(_HALF)
        line.shutdown(socket.SHUT_WR)
        return
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    line.close()


def _is_whole(question: bytes) -> bool:
    """Return whether nothing more is to come: a cut while it is being sent would be another fault."""
    head, end, body = question.partition(b"\r\n\r\n")
    if question[0] == _TLS or not end:
        return question[0] == _TLS
    if b"chunked" in head.lower():
        return body.endswith(b"0\r\n\r\n")
    length = _LENGTH.search(head)
    return len(body) >= int(length[1]) if length else True
