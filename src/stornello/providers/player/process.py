"""How mpv is started: locked down, silent, and in a process group of its own, so that it plays on without its DJ.

A session of its own would make it wait: see ``processes.NICENESS``. Measured with four busy loops on two cores: answers
after up to 1.2 s, and sound that stopped for as long; in the DJ's session 12 ms, and no stop.
"""

import shutil
import subprocess
from pathlib import Path

from stornello.domain.errors import ProviderRefused
from stornello.domain.plain import Plain
from stornello.processes import environment_of_stranger

_CONTAINERS = "wav,w64,aiff,caf,flac,mp3,aac,ac3,ogg,mov,mp4,m4a,matroska,webm,asf,wv,ape,tta,au"
"""What sound comes in, by ffmpeg's names for them: none of these opens another file, as playlists do."""

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
    "--demuxer=lavf",
    f"--demuxer-lavf-o=protocol_whitelist=[file],format_whitelist=[{_CONTAINERS}]",
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
    # The output is not opened anew, with a gap, for a file of another rate.
    "--audio-samplerate=48000",
    # What is filtered ahead of the ear, and can no longer be shaped: see crossfade.LEAD_S.
    "--audio-buffer=0.1",
    "--pulse-buffer=50",
    "--alsa-buffer-time=50000",
)


def start(socket: Path, output: str, device: str) -> subprocess.Popen[bytes]:
    """Start an idle mpv that listens at ``socket`` and plays to ``device`` of ``output`` (``auto``: its own choice).

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
    command = ["mpv", *OPTIONS, *sound, f"--audio-device={device}", f"--input-ipc-server={socket}"]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        command, stdin=quiet, stdout=quiet, stderr=quiet, process_group=0, env=environment_of_stranger()
    )
