"""A server that answers what a script says and keeps the raw requests: for what a mock of good manners never does.

``with Scripted(a_reply({"text": "ciao"})) as server``: the replies come in order, the last one for ever.
"""

import json
import re
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Reply:
    """``cut``: the connection ends in the middle of the body. ``mute``: no answer ever comes.

    ``drip_s``: every byte of the body comes so long after the one before.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    mute: bool = False
    drip_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came; the names of headers are in small letters."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    def fields(self) -> dict[str, list[str]]:
        """Return the text fields of a multipart form."""
        found: dict[str, list[str]] = {}
        for name, value in re.findall(rb'form-data; name="([^"]+)"\r\n\r\n(.*?)\r\n--', self.body, re.DOTALL):
            found.setdefault(name.decode(), []).append(value.decode())
        return found


def a_reply(content: object, status: int = 200, *, cut: bool = False) -> Reply:
    """Return a JSON answer."""
    return Reply(status, json.dumps(content).encode(), {"Content-Type": "application/json"}, cut)


def a_chat(content: object, **message: object) -> Reply:
    """Return a chat completion that says ``content`` (what is no text goes as JSON)."""
    text = content if isinstance(content, str | None) else json.dumps(content)
    finish = message.pop("finish_reason", "stop")
    said = {"role": "assistant", "content": text, **message}
    return a_reply({"id": "x", "object": "chat.completion", "choices": [{"message": said, "finish_reason": finish}]})


class Scripted:
    """The server, on a free port of loopback. ``requests`` is what it received, in order."""

    def __init__(self, *replies: Reply) -> None:
        self.requests: list[Request] = []
        self._replies = list(replies)
        self._over = threading.Event()
        script = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                script._answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The base URL, with ``/v1``."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0)) or _chunks(handler)
        self.requests.append(
            Request(handler.path, {name.lower(): value for name, value in handler.headers.items()}, body)
        )
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        if reply.mute:
            self._over.wait()
            return
        handler.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": f"{len(reply.body)}"}.items():
            handler.send_header(name, value)
        handler.end_headers()
        self._write(handler, reply)
        handler.close_connection = True

    def _write(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        body = reply.body[: len(reply.body) // 2] if reply.cut else reply.body
        pieces = [body[at : at + 1] for at in range(len(body))] if reply.drip_s else [body]
        with suppress(OSError):  # the client has gone
            for piece in pieces:
                handler.wfile.write(piece)
                self._over.wait(reply.drip_s)


def _chunks(handler: BaseHTTPRequestHandler) -> bytes:
    """Read a body that is sent in chunks."""
    body = b""
    if handler.headers.get("Transfer-Encoding") == "chunked":
        while size := int(handler.rfile.readline(), 16):
            body += handler.rfile.read(size)
            handler.rfile.readline()
    return body
