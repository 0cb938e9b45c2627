"""Others who pass from one song to the next, each playing two songs into a recorded room by itself."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import heard
import house  # noqa: F401 - finds the tests' own rig
from heard import Passage
from recorded_night import song_of, write
from recorded_room import RecordedRoom, recorded_room
from stornello.providers.player.ipc import Ipc

FADE_S = 5.0
SONG_S = 21.0
"""MPD never fades a song of 20 s or less."""

_BEGIN_S = 6.0
"""Whoever can begins the first one here."""

_HEARD_S = SONG_S + 4
"""So much of both in one tells all."""

_LIQUIDSOAP = """
set("init.allow_root", true)
set("log.stdout", false)
songs = sequence([once(single("{folder}/a.wav")), once(single("{folder}/b.wav"))])
output.pulseaudio(fallible=true, clock_safe=false, crossfade(songs))
"""

_MPD = """
music_directory "{folder}"
bind_to_address "{folder}/mpd.sock"
audio_output {{
  type "pulse"
  name "room"
  format "48000:f:2"
}}
"""

_STEPS_A_SECOND = 10
"""How often the seed's way sets the volume."""


def mpd(folder: Path, room: RecordedRoom) -> None:
    """MPD with ``crossfade 5``."""
    (folder / "mpd.conf").write_text(_MPD.format(folder=folder))
    with _runs(room, "mpd", "--no-daemon", str(folder / "mpd.conf")):
        _until((folder / "mpd.sock").exists)
        with socket.socket(socket.AF_UNIX) as line, line.makefile("r") as answers:
            line.connect(str(folder / "mpd.sock"))
            answers.readline()
            for song in ("a", "b"):
                _obeys(line, answers, f'add "file://{folder}/{song}.wav"')
            _obeys(line, answers, f"crossfade {FADE_S:.0f}")
            _obeys(line, answers, f"seek 0 {_BEGIN_S:.0f}")
            room.waits(_HEARD_S - _BEGIN_S)


def liquidsoap(folder: Path, room: RecordedRoom) -> None:
    """Liquidsoap's ``crossfade`` with its defaults, which is 5 s long too."""
    (folder / "room.liq").write_text(_LIQUIDSOAP.format(folder=folder))
    with _runs(room, "liquidsoap", str(folder / "room.liq")):
        room.waits(_HEARD_S + 2)


def seed(folder: Path, room: RecordedRoom) -> None:
    """What we started from: a second mpv is started, then both volumes move in steps, straight."""
    leaving, coming = folder / "a.sock", folder / "b.sock"
    command = ("mpv", "--no-config", "--no-video", "--no-terminal", "--ao=pulse", "--idle=yes", "--hr-seek=yes")
    with _runs(room, *command, f"--input-ipc-server={leaving}", f"--start={_BEGIN_S}", str(folder / "a.wav")):
        one = _connected(leaving)
        _until(lambda: _position(one) >= SONG_S - FADE_S)
        with _runs(room, *command, "--volume=0", f"--input-ipc-server={coming}", str(folder / "b.wav")):
            other = _connected(coming)
            steps = round(FADE_S * _STEPS_A_SECOND)
            for step in range(1, steps + 1):
                one.ask("set_property", "volume", 100 * (1 - step / steps))
                other.ask("set_property", "volume", 100 * step / steps)
                time.sleep(1 / _STEPS_A_SECOND)
            room.waits(4)


RIVALS: dict[str, tuple[str, Callable[[Path, RecordedRoom], None]]] = {
    "mpd": ("mpd", mpd),
    "liquidsoap": ("liquidsoap", liquidsoap),
    "seed": ("mpv", seed),
}
"""By name: the program, which is also the Debian package, and how it plays."""


def plays(rival: Callable[[Path, RecordedRoom], None]) -> Passage:
    """Have a rival play two songs into a room of its own; return how it passed from one to the other."""
    with recorded_room() as room, TemporaryDirectory(prefix="rival-") as private:
        folder = Path(private)
        songs = [song_of(number, SONG_S) for number in (1, 2)]
        for name, song in zip("ab", songs, strict=True):
            write(folder / f"{name}.wav", song)
        rival(folder, room)
        recording = room.heard()
    leaving, coming = heard.find(recording, songs[0], _BEGIN_S + 2), heard.find(recording, songs[1], FADE_S + 1.5)
    around = (leaving.at_s + SONG_S - FADE_S - 0.6, coming.at_s + FADE_S + 2.5)
    return heard.passage(recording, leaving, coming, around, FADE_S)


@contextmanager
def _runs(room: RecordedRoom, *command: str) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=os.environ | room.environment, stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def _connected(path: Path) -> Ipc:
    _until(path.exists)
    while True:
        try:
            return Ipc(path, lambda _: None)
        except ConnectionRefusedError:
            time.sleep(0.01)


def _position(player: Ipc) -> float:
    try:
        return float(player.ask("get_property", "time-pos") or 0)
    except Exception:  # noqa: BLE001 - nothing is loaded yet
        return 0.0


def _obeys(line: socket.socket, answers: Iterator[str], command: str) -> None:
    line.sendall(command.encode() + b"\n")
    for answer in answers:
        if answer.startswith("ACK"):
            raise RuntimeError(answer)
        if answer.startswith("OK"):
            return


def _until(true: Callable[[], bool], within_s: float = 60) -> None:
    give_up = time.monotonic() + within_s
    while not true():
        if time.monotonic() > give_up:
            raise TimeoutError
        time.sleep(0.02)
