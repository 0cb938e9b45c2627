"""The takes as they are delivered: rendered when first asked for, kept, and spoilt as the scenario says."""

import threading
from dataclasses import replace

from stornello.fake_kie import melody
from stornello.fake_kie.desk import Task
from stornello.fake_kie.faults import Fault, Reply, spoil

_INSTEAD = {
    "html": Reply(b"<html><body>Not here any more.</body></html>", 200, "text/html"),
    "404": Reply(b"not found", 404, "text/plain"),
}


class Takes:
    """The audio of all tasks; safe to use from many threads."""

    def __init__(self) -> None:
        self._oven = threading.Lock()
        self._kept: dict[tuple[str, int, float], bytes] = {}

    def deliver(self, task: Task, whose: Task, number: int, slow_s: float) -> Reply:
        """Return take ``number`` of ``task``, which is in truth one of ``whose``."""
        trouble = task.row.audio[number - 1]
        if trouble in _INSTEAD:
            return _INSTEAD[trouble]
        if trouble == "reset":
            return replace(_sound(b""), ending="reset")
        if trouble == "empty" or (trouble == "late" and task.downloads[number] == 1):
            return _sound(b"")
        seconds = whose.seconds / 10 if trouble == "short" else whose.seconds
        reply = _sound(self._rendered(whose, 1 if trouble == "twin" else number, seconds))
        if trouble == "slow":
            return spoil(reply, Fault("slow"), slow_s)
        return replace(reply, ending="short") if trouble == "truncated" else reply

    def _rendered(self, task: Task, number: int, seconds: float) -> bytes:
        key = (task.id, number, seconds)
        with self._oven:
            if key not in self._kept:
                self._kept[key] = melody.take(f"{task.id}-{number}", seconds)
            return self._kept[key]


def _sound(sound: bytes) -> Reply:
    return Reply(sound, 200, "audio/mpeg" if melody.extension() == "mp3" else "audio/wav")
