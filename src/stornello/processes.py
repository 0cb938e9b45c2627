"""Child processes that cannot outstay their welcome: bounded in time and means, ended as a group, gone with us."""

import contextlib
import ctypes
import errno
import os
import resource
import selectors
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stornello.domain.clock import SystemClock

PARENT = "STORNELLO_PARENT"
"""Environment variable that tells one of our own children whose death it must not survive."""

NICENESS = 10
"""Of everything but the player and its DJ: a tenth of their share while both want the processor.

Linux shares the processor among sessions before it looks at niceness (sched(7), autogroup). So what we start has a
process group of its own, never a session: nice children of another session would take half of it from the player.
"""

_NICE = ("nice", "-n", str(NICENESS))
_PR_SET_PDEATHSIG = 1
_BLOCK = 1 << 16
_KEPT = 1 << 20
"""Bytes that are kept of what a program says, the last ones: it may complain of every frame of a damaged file."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use at most: seconds of a processor, bytes of address space, bytes of any file it writes."""

    cpu_s: int
    memory_bytes: int
    file_bytes: int

    def prefix(self) -> tuple[str, ...]:
        """Return the prefix that has the kernel hold a program to these (Linux; elsewhere its time alone is bounded).

        At ``cpu_s`` the program is asked to end, two seconds later it is killed. Source: prlimit(1), setrlimit(2).
        """
        if not shutil.which("prlimit"):
            return ()
        cpu_s = _allowed(resource.RLIMIT_CPU, self.cpu_s + 2)
        memory, file = _allowed(resource.RLIMIT_AS, self.memory_bytes), _allowed(resource.RLIMIT_FSIZE, self.file_bytes)
        cpu = f"--cpu={min(self.cpu_s, cpu_s)}:{cpu_s}"
        return ("prlimit", cpu, f"--as={memory}", f"--fsize={file}", "--core=0", "--")


def _allowed(kind: int, wanted: int) -> int:
    """Return ``wanted``, or the hard limit that we live under ourselves: nobody but root may go beyond it."""
    hard = resource.getrlimit(kind)[1]
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)


def run(
    arguments: Sequence[str], timeout_s: float, limits: Limits | None = None, *, gives_way: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end in a group of its own and return what it said. It does not outlive the calling thread.

    ``gives_way``: it has the processor while what the room hears does not want it. Of what it said on each of its
    outputs the last megabyte is returned.

    Raises:
        subprocess.TimeoutExpired: it took longer than ``timeout_s``; its whole group has been killed.
        FileNotFoundError: there is no such program.
    """
    if not shutil.which(arguments[0]):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), arguments[0])
    child = subprocess.Popen(
        [*dies_with_us(), *(_NICE if gives_way else ()), *(limits.prefix() if limits else ()), *arguments],
        env=environment_of_stranger(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        process_group=0,
    )
    with child:
        try:
            out, err = _outputs(child, arguments, timeout_s)
        except BaseException:
            kill_group(child.pid)
            raise
    return subprocess.CompletedProcess(arguments, child.returncode, out, err)


def _outputs(child: subprocess.Popen[bytes], arguments: Sequence[str], timeout_s: float) -> tuple[str, str]:
    """Wait for the child's end and return what it said on its two outputs, in bounded memory."""
    until = SystemClock().monotonic() + timeout_s
    kept = {pipe: bytearray() for pipe in (child.stdout, child.stderr) if pipe}
    with selectors.DefaultSelector() as open_pipes:
        for pipe, said in kept.items():
            open_pipes.register(pipe, selectors.EVENT_READ, said)
        while open_pipes.get_map():
            left_s = until - SystemClock().monotonic()
            if left_s <= 0:
                raise subprocess.TimeoutExpired(arguments, timeout_s)
            for one, _ in open_pipes.select(left_s):
                if not (block := os.read(one.fd, _BLOCK)):
                    open_pipes.unregister(one.fileobj)
                one.data.extend(block)
                del one.data[:-_KEPT]
    child.wait(max(0.0, until - SystemClock().monotonic()))
    out, err = (said.decode(errors="replace") for said in kept.values())
    return out, err


def dies_with_us() -> tuple[str, ...]:
    """Return the prefix that has the kernel end a program when the thread that starts it ends, however (Linux).

    Source: prctl(2), PR_SET_PDEATHSIG; it survives the exec of setpriv(1) and holds for the program alone, not for
    what that starts.
    """
    return ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()


def kill_group(leader: int, how: signal.Signals = signal.SIGKILL) -> None:
    """Send ``how`` to the process group that ``leader`` leads; nothing happens when it is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, how)


def environment_of_child() -> dict[str, str]:
    """Return the environment for one of our own children, so that :func:`end_with_parent` knows its parent."""
    return dict(os.environ) | {PARENT: str(os.getpid())}


def environment_of_stranger() -> dict[str, str]:
    """Return the environment for a program that is none of ours, such as ffmpeg or mpv: no key is its business."""
    return {name: value for name, value in os.environ.items() if not name.upper().endswith("_API_KEY")}


@contextlib.contextmanager
def naming_the_parent() -> Iterator[None]:
    """Let children that inherit our environment as it is, such as multiprocessing's, know their parent."""
    os.environ[PARENT] = str(os.getpid())
    try:
        yield
    finally:
        del os.environ[PARENT]


def end_with_parent(how: signal.Signals = signal.SIGTERM) -> bool:
    """Ask the kernel to send us ``how`` when our parent dies (Linux; elsewhere the locks alone protect the work).

    Does nothing, and returns False, unless the parent is one of ours, which named itself by
    :func:`environment_of_child`. Source: prctl(2), PR_SET_PDEATHSIG.
    """
    parent = os.environ.pop(PARENT, "")
    if parent and sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(how))
        if os.getppid() != int(parent):  # it died before the kernel knew
            os.kill(os.getpid(), how)
    return bool(parent)
