"""Running a registry's own client: in a scratch folder, in its own session, ended when it stalls."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from stornello.domain.plain import Plain
from stornello.models.progress import bytes_below
from stornello.models.source import SourceSilent
from stornello.processes import environment_of_stranger

STALLED_S = 45.0
"""A client that has not written a byte for so long is not going to."""


def run(command: Sequence[str], scratch: Path, stalled_s: float = STALLED_S) -> None:
    """Run ``command`` in ``scratch``.

    Raises:
        SourceSilent: it is not installed, failed (then with its own words) or wrote nothing for ``stalled_s``.
    """
    words = scratch / "words"
    environment = {
        **environment_of_stranger(),
        "TMPDIR": str(scratch),
    }  # where pip keeps what it is downloading: seen to grow
    try:
        with words.open("wb") as out:
            client = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment, cwd=scratch, process_group=0
            )
    except FileNotFoundError as error:
        raise SourceSilent(Plain(f"{command[0]} non c'è", f"{command[0]} is not installed")) from error
    try:
        code = _exit_code(client, scratch, stalled_s)
    finally:
        _end(client)
    if code:
        said = _gist(words.read_text(errors="replace"))
        raise SourceSilent(Plain(f"non si scarica ({said})", f"cannot be downloaded ({said})"))


def _exit_code(client: subprocess.Popen[bytes], scratch: Path, stalled_s: float) -> int:
    seen, since = -1, time.monotonic()
    while time.monotonic() - since < stalled_s:
        try:
            return client.wait(timeout=min(0.5, stalled_s))
        except subprocess.TimeoutExpired:
            grown = bytes_below(scratch)
        if grown != seen:
            seen, since = grown, time.monotonic()
    raise SourceSilent(Plain("non risponde", "does not answer"))


def _end(client: subprocess.Popen[bytes]) -> None:
    """End the client's whole group, if it still runs (a stall, Ctrl-C)."""
    if client.poll() is None:
        os.killpg(client.pid, signal.SIGKILL)
        client.wait()


def _gist(words: str) -> str:
    """Return the client's first complaint: npm and pip both explain at length afterwards."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    complaints = [line for line in lines if line.lower().startswith(("error", "npm error", "npm err!"))]
    return (complaints or lines or ["?"])[0][:160]
