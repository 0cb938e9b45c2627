"""The child process that makes one song, followed line by line."""

import contextlib
import os
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from stornello.processes import environment_of_child, kill_group

MILESTONE = "MILESTONE:"
_LONGEST_LINE = 2000

_LAST_WORDS_S = 2.0
"""How long the pipe may stay open after the group's end: a process that left the group may hold it for ever."""


def follow(command: Sequence[str], output: Path, deadline_s: float, on_milestone: Callable[[str], None]) -> int | None:
    """Run ``command`` in a group of its own, its output appended to ``output`` as it comes; return its exit code.

    ``on_milestone`` gets the text behind each ``MILESTONE:``, live. A negative code is the signal that ended the child;
    None means that the deadline passed. However it ends, its whole process group ends with it.
    """
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment_of_child(),
        process_group=0,
    )
    reader = threading.Thread(target=_stream, args=(child, output, on_milestone), name="reader", daemon=True)
    reader.start()
    try:
        return child.wait(deadline_s)
    except subprocess.TimeoutExpired:
        return None
    finally:
        kill_group(child.pid)
        child.wait()
        reader.join(_LAST_WORDS_S)


def _stream(child: subprocess.Popen[bytes], output: Path, on_milestone: Callable[[str], None]) -> None:
    """Read to the end whatever happens to the log: a child whose pipe is full would stand still."""
    assert child.stdout is not None  # noqa: S101 - asked for above
    with child.stdout as pipe, _opened(output) as log_file:
        while line := pipe.readline(_LONGEST_LINE):
            text = line.decode(errors="replace").strip()
            with contextlib.suppress(OSError):
                log_file.write(line)
                if text.startswith(MILESTONE):
                    on_milestone(text.removeprefix(MILESTONE).strip())


def _opened(output: Path) -> IO[bytes]:
    """Open the log, or what swallows everything where the disk makes none."""
    try:
        return output.open("ab", buffering=0)
    except OSError:
        return Path(os.devnull).open("ab", buffering=0)
