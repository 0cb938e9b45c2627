"""How mpv is started: locked down, silent, in a session of its own, and never without us."""

import shutil
import subprocess
from pathlib import Path

from stornello.domain.errors import ProviderRefused
from stornello.domain.plain import Plain
from stornello.processes import dies_with_us, environment_of_stranger

OPTIONS = (
    "--no-config",
    "--load-scripts=no",
    "--ytdl=no",
    "--osc=no",
    "--no-video",
    "--audio-display=no",
    "--no-terminal",
    "--input-default-bindings=no",
    "--input-media-keys=no",
    "--autoload-files=no",
    "--access-references=no",
    "--demuxer-lavf-o=protocol_whitelist=[file]",
    "--resume-playback=no",
    "--idle=yes",
    "--pause=yes",
    "--keep-open=no",
    "--hr-seek=yes",
    "--replaygain=no",
    # Plays out what is buffered before it reports the end.
    "--gapless-audio=no",
    "--audio-client-name=Stornello",
    # Without it a lost sound card makes every load fail within 30 ms: the queue would burn.
    "--audio-fallback-to-null=yes",
    # 16-bit mixing quantises the volume: silence at 12 % (measured).
    "--audio-format=float",
    "--audio-channels=stereo",
)


def start(socket: Path, output: str) -> subprocess.Popen[bytes]:
    """Start an idle mpv that listens at ``socket`` and plays to ``output`` (``auto``: its own choice).

    Raises:
        ProviderRefused: mpv is not installed.
    """
    if not shutil.which("mpv"):
        raise ProviderRefused(
            "mpv-missing",
            Plain("Manca mpv, che suona le canzoni.", "mpv, which plays the songs, is missing."),
            Plain(
                "Installalo: apt install mpv (su macOS: brew install mpv).",
                "Install it: apt install mpv (on macOS: brew install mpv).",
            ),
        )
    sound = () if output == "auto" else (f"--ao={output}",)
    command = [*dies_with_us(), "mpv", *OPTIONS, *sound, f"--input-ipc-server={socket}"]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True, env=environment_of_stranger()
    )
