"""The HTTP side: a threading server of the standard library that can also break off in the middle."""

import contextlib
import os
import socket
import struct
import sys
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from socketserver import TCPServer
from urllib.parse import parse_qsl, urlsplit

from stornello.domain.plain import Plain
from stornello.fake_kie.faults import Reply
from stornello.fake_kie.routes import Request, Routes

Watcher = Callable[[str, str, Plain], None]
"""Told of every request: method, path, what happened."""


class Server(ThreadingHTTPServer):
    """Serves ``routes``, and tells ``watcher`` of every request."""

    request_queue_size = 128
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], routes: Routes, watcher: Watcher | None) -> None:
        self.routes = routes
        self.watcher = watcher
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without asking the DNS for our own name, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "fake-kie", self.server_address[1]

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """Remember who is on the line."""
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]  # ours are TCP, never a datagram's pair
        """Forget who has left."""
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: socket.socket, client_address: tuple[str, int]) -> None:  # type: ignore[override]  # the same
        """Say nothing of a client that goes away in mid-answer; anything else is our own mistake, and told."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def hang_up(self) -> None:
        """End the connections that clients keep alive: a server that is gone answers nobody."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "FakeKie/1"
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Log nothing here: the watcher is told instead, and URLs stay out of logs."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if parts.path.startswith("/_fake/") and not ip_address(self.client_address[0]).is_loopback:
            self._send(Reply(b"", 403))
            return
        bearer = self.headers.get("Authorization", "")
        asked = Request(
            self.command,
            parts.path,
            dict(parse_qsl(parts.query)),
            bearer.removeprefix("Bearer ").strip() if bearer.startswith("Bearer ") else "",
            body,
            f"http://{self.headers.get('Host', '')}",
        )
        reply = self.server.routes.reply(asked)
        if self.server.watcher and reply.note:
            self.server.watcher(asked.method, parts.path, reply.note)
        if reply.delay_s:
            self.server.stopping.wait(reply.delay_s)
        self._send(reply)

    def _send(self, reply: Reply) -> None:
        if reply.ending == "cut":
            self.close_connection = True
        elif reply.ending == "reset":
            self._reset()
        else:
            self.wfile.write(self._head(reply) + reply.body[: self._length(reply)])
            if reply.ending == "half":
                self._reset()
            self.close_connection = self.close_connection or reply.ending == "short"

    def _head(self, reply: Reply) -> bytes:
        rows = {"Content-Type": reply.content_type, "Content-Length": str(len(reply.body)), **dict(reply.headers)}
        first = f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}\r\n"
        return (first + "".join(f"{name}: {value}\r\n" for name, value in rows.items()) + "\r\n").encode("latin-1")

    def _length(self, reply: Reply) -> int:
        return len(reply.body) if reply.ending == "whole" else len(reply.body) // 2

    def _reset(self) -> None:
        """End the connection with RST instead of FIN. Source: socket(7), SO_LINGER with no time to linger."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())
