"""An order by a process that does not live to collect it."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from stornello.contract.check import Broken, raw
from stornello.domain.errors import StornelloError
from stornello.seams import RequestId, SongOrder

_LONGEST_S = 300.0


def order_and_die(build: Callable[[], Any], order: SongOrder) -> RequestId:
    """Order the song in a new process, which is killed (SIGKILL) as soon as the id is known. Raises Broken."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_ask, args=(theirs, build, order), daemon=True)
    process.start()
    theirs.close()
    try:
        answer, why = ours.recv() if ours.poll(_LONGEST_S) else ("", None)
    except EOFError:
        answer, why = "", None
    finally:
        process.kill()
        process.join()
    if why:
        raise Broken(*why)
    if not answer:
        raise Broken("request() non dà un testo.", "request() returns no text.")
    return RequestId(answer)


def _ask(pipe: Connection, build: Callable[[], Any], order: SongOrder) -> None:
    try:
        answer = build().request(order)
        pipe.send((answer if isinstance(answer, str) else "", None))
    except StornelloError as error:
        pipe.send(("", (f"{error.what.it} {error.todo.it}", f"{error.what.en} {error.todo.en}")))
    except Exception as error:  # noqa: BLE001 - whatever the engine lets out is a finding
        why = raw(error, "request()").why
        pipe.send(("", (why.it, why.en)))
    os.kill(os.getpid(), signal.SIGKILL)
