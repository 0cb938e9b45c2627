"""The child process that makes one song, followed line by line."""

import logging
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from stornello.processes import environment_of_child, kill_group

log = logging.getLogger(__name__)

MILESTONE = "MILESTONE:"
_LONGEST_LINE = 2000


def follow(command: Sequence[str], output: Path, deadline_s: float, on_milestone: Callable[[str], None]) -> int | None:
    """Run ``command`` in a session of its own, its output appended to ``output`` as it comes; return its exit code.

    ``on_milestone`` gets the text behind each ``MILESTONE:``, live. A negative code is the signal that ended the child;
    None means that the deadline passed. However it ends, its whole process group ends with it.
    """
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment_of_child(),
        start_new_session=True,
    )
    late = threading.Event()

    def give_up() -> None:
        late.set()
        kill_group(child.pid)

    timer = threading.Timer(deadline_s, give_up)
    timer.start()
    try:
        with output.open("ab", buffering=0) as log_file:
            _stream(child, log_file.write, on_milestone)
        code = child.wait()
    finally:
        timer.cancel()
        kill_group(child.pid)
    return None if late.is_set() else code


def _stream(
    child: subprocess.Popen[bytes], keep: Callable[[bytes], object], on_milestone: Callable[[str], None]
) -> None:
    assert child.stdout is not None  # noqa: S101 - asked for above
    while line := child.stdout.readline(_LONGEST_LINE):
        keep(line)
        text = line.decode(errors="replace").strip()
        if text.startswith(MILESTONE):
            on_milestone(text.removeprefix(MILESTONE).strip())
