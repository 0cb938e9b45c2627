"""An ACE-Step 1.5 server on loopback, as its documentation and its own tests describe it, with faults on demand.

``with AceStep() as server``: ``server.url`` is what ACESTEP_BASE_URL takes, ``server.received`` the bodies it got.
``server.fault`` holds for the next requests to the named path: see ``FAULTS``. Source: ACE-Step-1.5, docs/en/API.md.
"""

import io
import json
import math
import select
import socket
import struct
import threading
import wave
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Literal, Self
from urllib.parse import parse_qs, urlsplit

Fault = Literal[
    "queue-full",
    "500",
    "400",
    "502",
    "garbage",
    "no-object",
    "reset",
    "late-reset",
    "code-500",
    "code-odd",
    "silent",
    "drip",
    "drip-head",
    "empty",
]


@dataclass
class AceStep:
    """One server. ``key``: what it wants to see. ``cooks``: how many questions a song takes.

    ``end``: how songs end; ``status``: what is told instead of 0 while they cook. ``odd``: what is told
    of a song in place of the usual.
    """

    key: str = ""
    cooks: int = 1
    end: Literal["done", "failed", "no-file"] = "done"
    status: Any = 0
    odd: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    received: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    tasks: dict[str, int] = field(default_factory=dict)

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"kitchen": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def forget(self) -> None:
        """Lose all songs, as a restart does."""
        self.tasks.clear()

    def release(self, body: dict[str, Any]) -> dict[str, Any]:
        self.received.append(body)
        task = f"550e8400-e29b-41d4-a716-{len(self.received):012d}"
        self.tasks[task] = 0
        return {"task_id": task, "status": "queued", "queue_position": len(self.tasks)}

    def rows(self, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for task in body["task_id_list"]:
            if task not in self.tasks:
                yield {"task_id": task, "result": "[]", "status": 0}
                continue
            self.tasks[task] += 1
            status = self.status if self.tasks[task] <= self.cooks else {"failed": 2}.get(self.end, 1)
            yield {"task_id": task, "status": status, "result": json.dumps([self._made(task, status)])}

    def _made(self, task: str, status: object) -> dict[str, Any]:
        is_there = status == 1 and self.end == "done"
        return {
            "file": f"/v1/audio?path=%2Ftmp%2Fapi_audio%2F{task}.mp3" if is_there else "",
            "wave": "",
            "status": status,
            "create_time": 1700000000,
            "env": "development",
            "prompt": "pop",
            "lyrics": "la",
            "metas": {"bpm": 120, "duration": 2, "genres": "", "keyscale": "C Major", "timesignature": "4"},
            "dit_model": "acestep-v15-turbo",
            **self.odd,
        }


class _Handler(BaseHTTPRequestHandler):
    kitchen: ClassVar[AceStep]

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""

    def _answer(self, body: dict[str, Any]) -> None:
        path = urlsplit(self.path).path
        self.kitchen.asked.append((path, dict(self.headers.items())))
        fault = self.kitchen.faults.get(path)
        if self.kitchen.key and path != "/health" and self.headers["Authorization"] != f"Bearer {self.kitchen.key}":
            self._send(401, {"detail": "Invalid API key"})
        elif fault == "reset":
            self._cut()
        elif fault in _REFUSALS:
            status, told = _REFUSALS[fault]
            self._send(status, told, {"Retry-After": "7"} if status == 429 else {})
        elif fault == "silent":
            self.rfile.read(1)  # until the other side gives up
        elif fault in {"drip", "drip-head"}:
            self._drip(in_head=fault == "drip-head")
        else:
            self._serve(path, body, fault)

    def _serve(self, path: str, body: dict[str, Any], fault: Fault | None) -> None:
        match path:
            case "/health":
                self._wrapped({"status": "ok", "service": "ACE-Step API", "version": "1.0"})
            case "/release_task":
                told = self.kitchen.release(body)
                if fault == "late-reset":
                    self._cut()
                else:
                    self._wrapped(told)
            case "/query_result":
                self._wrapped(list(self.kitchen.rows(body)))
            case "/v1/audio":
                self._audio(parse_qs(urlsplit(self.path).query)["path"][0], fault)
            case _:
                self._send(404, {"detail": "Not Found"})

    def _audio(self, path: str, fault: Fault | None) -> None:
        if path.rpartition("/")[2].removesuffix(".mp3") not in self.kitchen.tasks:
            self._send(404, {"detail": f"Audio file not found: {path}"})
            return
        sound = b"" if fault == "empty" else a_song()
        self._head(200, {"Content-Type": "audio/mpeg", "Content-Length": str(len(sound))})
        if fault == "late-reset":
            self.wfile.write(sound[: len(sound) // 2])
            self._cut()
        else:
            self.wfile.write(sound)

    def _wrapped(self, data: object) -> None:
        self._send(200, {"data": data, "code": 200, "error": None, "timestamp": 1700000000000, "extra": None})

    def _send(self, status: int, told: object, more: dict[str, str] | None = None) -> None:
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        self._head(status, {"Content-Type": "application/json", "Content-Length": str(len(body)), **(more or {})})
        self.wfile.write(body)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _drip(self, *, in_head: bool) -> None:
        """Send a byte now and then, until the other side gives up."""
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n"
        self.wfile.write(head + (b"X-Drip: " if in_head else b"\r\n"))
        with suppress(OSError):
            while not select.select([self.connection], [], [], 0.02)[0]:
                self.wfile.write(b" ")
        self.close_connection = True

    def _cut(self) -> None:
        """End the connection with a reset."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()
        self.wfile = io.BytesIO()  # what is left to say goes nowhere


_REFUSALS: dict[str, tuple[int, object]] = {
    "queue-full": (429, {"detail": "Server busy: queue is full"}),
    "400": (400, {"detail": "Invalid JSON"}),
    "500": (500, {"detail": "CUDA out of memory while singing la la la"}),
    "502": (502, b"<html>Bad Gateway</html>"),
    "garbage": (200, b'{"data": {"task_id": "550e'),
    "no-object": (200, [1, 2]),
    "code-odd": (200, {"data": None, "code": []}),
    "code-500": (200, {"data": None, "code": 500, "error": "LLM init failed", "timestamp": 0}),
}


def a_song() -> bytes:
    """Return two seconds of a tone."""
    samples = b"".join(struct.pack("<h", round(8000 * math.sin(n * 440 * 2 * math.pi / 8000))) for n in range(16_000))
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(samples)
    return sound.getvalue()
