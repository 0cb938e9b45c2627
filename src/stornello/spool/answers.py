""".tmp_player/answers/{key}.json: what paid engines have answered, by what they were asked.

An answer that is on disk is never paid for again, whoever asks: another recording with the same sound, a second
attempt, a start after a crash. Kept here too is whose each request is that a paid studio has taken (``orders.own``):
the same id is never taken for two songs.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from stornello.spool import atomic

ROOM: Final = 65_536
"""Bytes: no transcript of one call is as long."""


def key_of(*parts: str | bytes) -> str:
    """Return the key of a question: the sha256 of all its parts, in order."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode(errors="replace") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8))
        digest.update(data)
    return digest.hexdigest()


def read(folder: Path, key: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return the answer to ``key``, or None when there is none, or a damaged one.

    Raises:
        OSError: nobody knows whether there is one: the question is better not asked now.
    """
    try:
        return json.loads((folder / f"{key}.json").read_text(encoding="utf-8"))
    except (*atomic.NOT_THERE, ValueError, RecursionError):
        return None


@contextmanager
def room(folder: Path, key: str) -> Iterator[None]:
    """Hold :data:`ROOM` bytes for the answer to ``key``, that the disk may fill up while it is waited for.

    Raises:
        OSError: it could not be kept: the question is better not asked.
    """
    held = _room(folder, key)
    try:
        atomic.write(held, bytes(ROOM))
        yield
    finally:
        with suppress(OSError):  # must not cost what was answered; the next question uses the same room
            atomic.remove(held)


def save(folder: Path, key: str, answer: Any) -> None:  # noqa: ANN401 - as above
    """Keep ``answer`` durably, in the room that was held for it, if any."""
    atomic.remove(_room(folder, key))
    atomic.write_json(folder / f"{key}.json", answer)


def _room(folder: Path, key: str) -> Path:
    return folder / f"{key}.room"
