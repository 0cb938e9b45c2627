"""The server behind the control socket: one thread for all lines, so that no crowd of askers takes the DJ's time.

Python gives each busy thread 5 ms in turn: a thread a line would let a flood of them starve the DJ, who has 50 ms.
"""

import asyncio
import json
import logging
import select
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

from stornello.domain.clock import Clock
from stornello.domain.errors import StornelloError
from stornello.riproduzione import commands, refusals
from stornello.riproduzione.asked import OBEYED_WITHIN_S, Asked
from stornello.spool.now_playing import NowPlaying

log = logging.getLogger(__name__)

MOST_LINES: Final = 32
"""Open at once; who comes later is told so and sent away. Each takes a file descriptor that decks may need."""

LONGEST_LINE: Final = 4096

_BACKLOG: Final = 100

IDLE_S: Final = 60.0
"""A line on which nothing is asked for so long is closed."""

READ_WITHIN_S: Final = 2.0
"""An asker that does not take its answers for so long is sent away."""

TURN_S: Final = 0.001
"""Each request waits so long for its turn, one after the other: at most a thousand a second, from however many."""


class Lines(threading.Thread):
    """Listens at ``where`` until closed; puts what is asked into ``asked``, answers ``status`` with ``said``.

    Raises:
        OSError: it cannot listen there.
    """

    def __init__(self, where: Path, asked: "SimpleQueue[Asked]", said: Callable[[], NowPlaying], clock: Clock) -> None:
        super().__init__(name="control", daemon=True)
        self._asked, self._said, self._clock = asked, said, clock
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.bind(str(where))
            self._socket.listen(_BACKLOG)  # here, not when the thread comes to it: who finds the socket is let in
        except OSError:
            self._socket.close()
            raise
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._turn = asyncio.Lock()
        self._open: set[asyncio.Task[None]] = set()

    def run(self) -> None:
        """Serve until closed."""
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._socket.close()
            self._loop.close()

    def close(self) -> None:
        """End it, and every line."""
        with suppress(RuntimeError):  # ended already
            self._loop.call_soon_threadsafe(self._end.set)
        self.join(timeout=READ_WITHIN_S)

    async def _serve(self) -> None:
        server = await asyncio.start_unix_server(self._line, sock=self._socket, limit=LONGEST_LINE, backlog=_BACKLOG)
        await self._end.wait()
        server.close()
        for line in self._open:
            line.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one asker until it goes."""
        me = asyncio.current_task()
        assert me  # noqa: S101 - for the type checker: a server calls this in a task
        try:
            if len(self._open) >= MOST_LINES:
                await _send(writer, refusals.as_answer(refusals.TOO_MANY))
                return
            self._open.add(me)
            while await self._answers(reader, writer):
                pass
        except (OSError, TimeoutError):
            log.debug("a control line broke off")
        finally:
            self._open.discard(me)
            _hang_up(writer)

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer the next request; False when that was the last one. Raises OSError, TimeoutError."""
        try:
            line = await asyncio.wait_for(reader.readline(), IDLE_S)
        except ValueError:  # so asyncio says that it is too long; where the next one begins nobody knows
            await _send(writer, refusals.as_answer(refusals.TOO_LONG))
            return False
        async with self._turn:
            await asyncio.sleep(TURN_S)
        if not line or _has_left(writer):
            return False
        await _send(writer, await self._answer(line))
        return True

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = commands.understood(line)
            if request["command"] == "status":
                return {"ok": True} | commands.facts(self._said(), self._clock)
            asked = Asked(request)
            self._asked.put(asked)
            return {"ok": True} | await asyncio.wait_for(asyncio.wrap_future(asked.reply), OBEYED_WITHIN_S)
        except StornelloError as error:
            return refusals.as_answer(error)
        except TimeoutError:
            return refusals.as_answer(refusals.TOO_SLOW)


async def _send(writer: asyncio.StreamWriter, answer: dict[str, Any]) -> None:
    writer.write(json.dumps(answer, ensure_ascii=False).encode(errors="replace") + b"\n")
    await asyncio.wait_for(writer.drain(), READ_WITHIN_S)


def _has_left(writer: asyncio.StreamWriter) -> bool:
    """Return whether the asker is gone, as one that did not wait for a stopped DJ: what it wished is long past."""
    if writer.is_closing():
        return True
    look = select.poll()
    look.register(writer.get_extra_info("socket").fileno(), 0)
    return any(event & select.POLLHUP for _, event in look.poll(0))


def _hang_up(writer: asyncio.StreamWriter) -> None:
    """Close the line; what its asker has not read is lost, or would be kept for as long as it does not."""
    if writer.transport.get_write_buffer_size():
        writer.transport.abort()
    else:
        writer.close()
