"""Names and things that have been found, or may be put, where a recording or a text is expected."""

import os
import socket
import unicodedata
from collections.abc import Callable
from pathlib import Path

from hostile import a_sound

CORPUS = [
    *(
        "5-anna.wav",
        "5-ANNA.wav",
        "5-zoë.wav",
        unicodedata.normalize("NFD", "5-zoë.wav"),
        "5-🎤🎉.wav",
        "5-\u202egnp.wav",
    ),
    *("5-a\nb.wav", "5-a\r\tb.wav", "\n5.wav", "5-\x1b[31mred\x07.wav", "5-..wav", "...wav5", "5-...", "..5-anna.wav"),
    *("-5.wav", "--help.wav", "-rf .wav", "-i.wav", "0-anna.wav", "00-anna.wav", "99999999-anna.wav", "10001-a.wav"),
    *("5-$(touch canary).wav", "5-`touch canary`.wav", "5-;touch canary;.wav", "5-|touch canary|.wav", "5-$HOME.wav"),
    *("5-&& rm -rf ~ #.wav", "5-'\"\\.wav", "5-%s%n{}{0}.wav", "5-[bold]x[red.wav", "5-a\\..\\..\\canary.wav"),
    *("5-" + "a" * 249 + ".wav", "5-" + "🎤" * 61 + ".wav", "5-" + "e\u0301" * 80 + ".wav", "5." + "x" * 250, "5"),
    *("5-file:canary.wav", "5-concat:a|b.wav", "5-http:x.wav", "5-%03d.wav", "5-*.wav", "5-?.wav", "~root.wav", "~"),
    *(
        "audio.wav",
        "speech.wav",
        "transcript.txt",
        "recording.json",
        "reason.json",
        "playlist.queue",
        "5-.wav",
        " .wav",
    ),
    *("CON.wav", "NUL", "5-\u2028\u2029\ufeff.wav", "5-\u0300.wav", "٥-anna.wav", "5-MILESTONE: DONE.wav", "5.wav.wav"),
]
BYTES = [b"5-perch\xe9.wav", b"\xff\xfe5.wav", b"5-\xed\xa0\x80.wav", b"5-" + b"\xff" * 249 + b".wav", b"\x80"]


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        here = Path.cwd()
        os.chdir(path.parent)  # a socket's whole path is limited to 107 bytes
        one.bind(path.name)
        os.chdir(here)


def a_device(path: Path) -> None:
    try:
        os.mknod(path, 0o600 | 0o020000, os.makedev(1, 5))  # /dev/zero, which has no end
    except PermissionError:  # only root makes devices: others get to it by a link
        path.symlink_to("/dev/zero")


def a_folder(path: Path) -> None:
    (path / "deep" / "deeper").mkdir(parents=True)
    (path / "deep" / "5-anna.wav").write_bytes(a_sound(8))


NO_FILES: dict[str, Callable[[Path], object]] = {
    "link to a file": lambda path: path.symlink_to("/etc/passwd"),
    "link to our own canary": lambda path: path.symlink_to(path.parents[2] / "canary"),
    "link to a folder": lambda path: path.symlink_to(path.parents[2] / "cage"),
    "dangling link": lambda path: path.symlink_to("nowhere"),
    "link to itself": lambda path: path.symlink_to(path),
    "pipe": os.mkfifo,
    "socket": a_socket,
    "device": a_device,
    "folder": a_folder,
}
