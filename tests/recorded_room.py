"""A room without sound hardware: a PulseAudio of our own whose only device is recorded, sample by sample.

It runs as any user, also root, without a session bus. Two programs that play into it at once are mixed as a sound card
would mix them; the recording is that mix. Not what a sound card does: while nobody else plays, the first 0.02 to
0.04 s of a stream are missing from the recording (measured: the null sink takes back what its recorder already has).
A silent stream of short latency, which the room plays all the time, keeps that under 5 ms.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

RATE = 48_000

Sound = npt.NDArray[np.float32]
"""Stereo: a row a sample, full scale is 1."""

_NEEDS = ("pulseaudio", "parec", "pacat")
_FORMAT = ("--raw", "--format=float32le", f"--rate={RATE}", "--channels=2")
_SERVER = (
    *("pulseaudio", "-n", "-F", "/dev/null", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit"),
    *("--use-pid-file=no", "--realtime=no", "--high-priority=no", "--disable-shm=yes"),
)
_STARTS_WITHIN_S = 10.0


@dataclass(frozen=True)
class RecordedRoom:
    """``environment`` is what a program needs besides its own, so that its sound comes out here."""

    environment: dict[str, str]
    recording: Path

    def seconds(self) -> float:
        """Return how long the recording is by now."""
        return self.recording.stat().st_size / (RATE * 8)

    def heard(self, from_s: float = 0.0, to_s: float = float("inf")) -> Sound:
        """Return what the room has heard between two moments, up to 0.2 s ago."""
        first = round(from_s * RATE)
        last = self.recording.stat().st_size // 8
        if to_s < last / RATE:
            last = round(to_s * RATE)
        samples = np.fromfile(self.recording, "<f4", count=2 * max(0, last - first), offset=first * 8)
        return samples.reshape(-1, 2)

    def waits(self, seconds: float) -> None:
        """Return when ``seconds`` more have been recorded."""
        until = self.seconds() + seconds
        while self.seconds() < until:
            time.sleep(0.02)


@contextmanager
def recorded_room() -> Iterator[RecordedRoom]:
    """Open a room and record it until the block ends. Raises FileNotFoundError when PulseAudio is not installed."""
    for program in _NEEDS:
        if not shutil.which(program):
            raise FileNotFoundError(f"{program} is missing: apt-get install pulseaudio pulseaudio-utils")
    with TemporaryDirectory(prefix="room-") as private:  # mode 0700, and short enough for a socket
        folder = Path(private)
        names = ("HOME", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH", "PULSE_STATE_PATH")
        ours = {**dict.fromkeys(names, private), "PULSE_SERVER": f"unix:{private}/native"}
        environment = os.environ | ours
        modules = (
            f"module-native-protocol-unix socket={private}/native auth-anonymous=1",
            f"module-null-sink sink_name=rec format=float32le rate={RATE} channels=2",
        )
        server = (*_SERVER, *(part for module in modules for part in ("-L", module)))
        recorder = ("parec", "-d", "rec.monitor", *_FORMAT, "--latency-msec=200")
        silence = ("pacat", "-d", "rec", *_FORMAT, "--latency-msec=5", "/dev/zero")
        room = RecordedRoom(ours, folder / "room.f32")
        with _runs(server, environment), room.recording.open("wb") as file:
            _until(Path(private, "native").exists)
            with _runs(recorder, environment, file.fileno()), _runs(silence, environment):
                _until(lambda: room.seconds() > 0)  # it takes up to 2 s
                yield room


@contextmanager
def _runs(
    command: tuple[str, ...], environment: dict[str, str], out: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=environment, stdin=quiet, stdout=out, stderr=quiet)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _until(true: Callable[[], bool]) -> None:
    give_up = time.monotonic() + _STARTS_WITHIN_S
    while not true():
        if time.monotonic() > give_up:
            raise TimeoutError("PulseAudio does not come up")
        time.sleep(0.02)
