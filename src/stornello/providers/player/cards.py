"""Whether there may be a sound card: looked at before mpv is asked to open its output, which is not free."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PATIENCE_S = 0.1


def may_be_there() -> bool:
    """Return False where neither the kernel has a card nor a sound server listens; True where nobody can tell."""
    if sys.platform != "linux" or _is_remote(os.environ.get("PULSE_SERVER", "")):
        return True
    with suppress(OSError):
        if any(Path("/dev/snd").glob("pcmC*D*p")):
            return True
    return any(map(_listens, _servers()))


def _is_remote(server: str) -> bool:
    return bool(server) and not server.startswith(("unix:", "/"))


def _servers() -> Iterator[Path]:
    """Yield where PulseAudio and PipeWire listen. Source: pulse-client.conf(5), pipewire(1)."""
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
    if server := os.environ.get("PULSE_SERVER"):
        yield Path(server.removeprefix("unix:"))
        return
    yield Path(os.environ.get("PULSE_RUNTIME_PATH") or runtime / "pulse") / "native"
    yield Path("/run/pulse/native")
    yield Path(os.environ.get("PIPEWIRE_RUNTIME_DIR") or runtime) / "pipewire-0"


def _listens(path: Path) -> bool:
    with suppress(OSError), socket.socket(socket.AF_UNIX) as line:
        line.settimeout(_PATIENCE_S)
        line.connect(str(path))
        return True
    return False
