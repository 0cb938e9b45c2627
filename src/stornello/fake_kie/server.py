"""The fake Kie as a server: standard library only, on loopback unless told otherwise."""

import contextlib
import os
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from socketserver import TCPServer
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from stornello.domain.clock import Clock, SystemClock
from stornello.domain.plain import Plain
from stornello.fake_kie.desk import Desk, Task
from stornello.fake_kie.faults import Reply
from stornello.fake_kie.routes import Request, Routes, Rules

Watcher = Callable[[str, str, Plain], None]
"""Told of every request: method, path, what happened."""


class FakeKie:
    """A running Kie; ``with FakeKie() as kie: ... kie.url``.

    Args:
        port: 0 takes a free one.
        scenario: what every submit gets, when :meth:`next` has queued nothing.
        cook_s: how long a song takes. 0: it is done at the first poll.
        seconds: how long the takes are when the order does not say.
        seed: makes a storm repeatable.
        storm: a random scenario for each submit, half of them ok.
        credits: on the account; a song takes 12, and without them code 402 is answered.
        slow_s: how late the slow scenarios are.
        key: the only API key that opens; empty: any but ``wrong``.
        rate_limit: refuse more than 20 submits in 10 s, as Kie does.
        sunoapi: use the code table of sunoapi.org.
        host: 127.0.0.1 unless the network is trusted.
        clock: only tests turn another.
        watcher: told of every request.
    """

    def __init__(  # noqa: PLR0913 - each an independent knob, all by name
        self,
        port: int = 0,
        scenario: str = "ok",
        cook_s: float = 0.0,
        seconds: float = 30.0,
        seed: int = 0,
        *,
        storm: bool = False,
        credits: float = 1000.0,  # noqa: A002 - Kie's word
        slow_s: float = 3.0,
        key: str = "",
        rate_limit: bool = True,
        sunoapi: bool = False,
        host: str = "127.0.0.1",
        clock: Clock | None = None,
        watcher: Watcher | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        rules = Rules(credits=credits, slow_s=slow_s, key=key, rate_limit=rate_limit, sunoapi=sunoapi)
        self.routes = Routes(
            lambda: Desk(self._clock, scenario, storm=storm, seed=seed, cook_s=cook_s, seconds=seconds), rules
        )
        self._server = _Server((host, port), self.routes, watcher)

    @property
    def url(self) -> str:
        """The base URL for clients on this machine."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def charges(self) -> int:
        """How many submits were accepted; each is charged."""
        return self.routes.desk.charges

    @property
    def paid_twice(self) -> int:
        """How many accepted submits ordered a song again that Kie had not declared failed."""
        return self.routes.desk.paid_twice

    @property
    def accepted(self) -> list[str]:
        """The task ids in order."""
        return list(self.routes.desk.tasks)

    @property
    def tasks(self) -> dict[str, Task]:
        """The accepted orders by id."""
        return dict(self.routes.desk.tasks)

    @property
    def requests(self) -> Counter[str]:
        """How often each path was asked for; every audio file counts as ``/audio``."""
        return Counter(self.routes.requests)

    @property
    def scenarios(self) -> list[str]:
        """What each submit got, in order."""
        return list(self.routes.desk.drawn)

    def next(self, *scenarios: str) -> None:
        """Queue scenarios for the next submits.

        Raises:
            ValueError: there is no such scenario.
        """
        self.routes.announce(*scenarios)

    def reset(self) -> None:
        """Forget everything, as if just started."""
        self.routes.reset()

    def start(self) -> None:
        """Serve from a thread of its own."""
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="fake-kie", daemon=True).start()

    def stop(self) -> None:
        """End every connection and leave the port."""
        self._server.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._server.hang_up()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
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
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that goes away in mid-answer is its own business."""

    def hang_up(self) -> None:
        """End the connections that clients keep alive: a server that is gone answers nobody."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "FakeKie/1"
    disable_nagle_algorithm = True
    server: _Server

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
