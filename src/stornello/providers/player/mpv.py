"""The embedded player: one mpv process a deck, spoken to over a UNIX socket in a private folder."""

import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from stornello.domain.crossfade import Envelope
from stornello.domain.errors import PlayerLost
from stornello.providers.player import process
from stornello.providers.player.ipc import CommandRefusedError, Event, Ipc, lost
from stornello.seams import DeckState

STARTS_WITHIN_S = 5.0
"""mpv listens 0.08 to 0.36 s after its start (measured, 2 cores); more than this is a failure."""

LONGEST_SOCKET_PATH = 103
"""Bytes in sun_path on macOS, 107 on Linux; with a longer path mpv lives on without IPC."""

LEAVES_WITHIN_S = 1.0
"""mpv ends a few hundredths of a second after ``quit``; one that hangs makes no sound."""


class MpvPlayer:
    """Decks that are mpv processes.

    Args:
        sockets: a folder of mode 0700 whose path is short enough (``riproduzione.sockets`` finds one).
        output: mpv's audio output such as ``pulse``; ``auto`` lets mpv choose.
        spare: returns another such folder, for while the first one's disk takes no socket: read-only, full or away.
    """

    name = "mpv"

    def __init__(self, sockets: Path, output: str = "auto", spare: Callable[[], Path] | None = None) -> None:
        self.sockets = sockets
        self.output = output
        self.spare = spare
        self._opened = False

    def open(self, slot: str) -> "MpvDeck":
        """Start an mpv that listens at ``deck-{slot}.sock``.

        The first one ends every mpv that a killed DJ left in the folder, in whatever slot: where no kernel has ended
        them (macOS) they would play on under this one.
        """
        path = self._folder() / f"deck-{slot}.sock"
        if len(bytes(path)) > LONGEST_SOCKET_PATH:
            raise lost("the path of its socket is too long")
        for left in {path} if self._opened else {path, *self.sockets.glob("deck-*.sock")}:
            _end_what_listens(left)
        self._opened = True
        return MpvDeck(process.start(path, self.output), path)

    def _folder(self) -> Path:
        return self.sockets if self.spare is None or _takes_sockets(self.sockets) else self.spare()


class MpvDeck:
    """One song on one mpv."""

    def __init__(self, process: subprocess.Popen[bytes], path: Path) -> None:
        self.process = process
        self.path = path
        self._entry = -1
        self._sounding = threading.Event()
        self._ends: dict[int, Event] = {}
        self._output = ""
        try:
            self._ipc = self._connect()
            self._ipc.ask("observe_property", 1, "current-ao")
        except PlayerLost:
            self._end_process()
            raise

    def load(self, audio: Path, begin_s: float, envelope: Envelope) -> None:
        """Load the file held at ``begin_s``. mpv always answers success; its events tell the rest."""
        self._set("pause", value=True)
        self._set("af", value=_filter(envelope))
        self._set("options/start", value=f"{begin_s:.6f}")
        self._sounding.clear()
        self._entry = self._ask("loadfile", str(audio), "replace")["playlist_entry_id"]

    def shape(self, envelope: Envelope) -> None:
        """Put the labelled filter in place of the one that is there; no gap is heard (measured)."""
        self._ask("af", "add", _filter(envelope))

    def hold(self, *, on: bool) -> None:
        """Pause or go on."""
        self._set("pause", value=on)

    def seek(self, to_s: float) -> None:
        """Seek exactly; nothing happens when the song has just ended."""
        with suppress(CommandRefusedError):  # no song on any more: the state says so
            self._ipc.ask("seek", to_s, "absolute+exact")

    def set_volume(self, percent: float) -> None:
        """Set mpv's volume; its scale is cubic, as on its own keys."""
        self._set("volume", value=percent)

    def state(self) -> DeckState:
        """Ask for the position and tell what the events said."""
        position = self._position()
        if self._entry < 0:
            return DeckState("empty", output=self._output)
        if end := self._ends.get(self._entry):
            failed = end["reason"] == "error"
            return DeckState("failed" if failed else "ended", None, self._output, end.get("file_error", ""))
        phase: Literal["ready", "loading"] = "ready" if self._sounding.is_set() else "loading"
        return DeckState(phase, position if phase == "ready" else None, self._output)

    def close(self) -> None:
        """End mpv at once: what it should play out has been waited for."""
        self._ipc.close()
        self._end_process()

    def _position(self) -> float | None:
        try:
            position: float | None = self._ipc.ask("get_property", "audio-pts")
        except CommandRefusedError:
            return None
        return position

    def _set(self, name: str, *, value: object) -> None:
        self._ask("set_property", name, value)

    def _ask(self, *command: object) -> Any:  # noqa: ANN401 - whatever JSON mpv answers
        try:
            return self._ipc.ask(*command)
        except CommandRefusedError as refusal:
            raise lost(f"{command[0]}: {refusal}") from None

    def _heed(self, event: Event) -> None:
        """Take note of an event; called by the reading thread."""
        match event["event"]:
            case "playback-restart":
                self._sounding.set()
            case "end-file":
                self._ends[event.get("playlist_entry_id", -1)] = event
            case "property-change" if event.get("name") == "current-ao":
                self._output = event.get("data") or self._output

    def _connect(self) -> Ipc:
        # Not by a Clock: another process starts in real time, whoever turns the house's.
        give_up = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < give_up and self.process.poll() is None:
            try:
                return Ipc(self.path, self._heed)
            except OSError:
                time.sleep(0.005)
        raise lost("it did not start")

    def _end_process(self) -> None:
        self.process.kill()
        self.process.wait()
        _forget(self.path)


def _takes_sockets(folder: Path) -> bool:
    try:
        has_room = os.statvfs(folder).f_bavail > 0
    except OSError:
        return False
    return has_room and os.access(folder, os.W_OK | os.X_OK)


def _end_what_listens(path: Path) -> None:
    """Have the mpv at ``path``, if there is one, end; return when it has closed its line."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as line:  # nobody there, or it hangs
        line.settimeout(LEAVES_WITHIN_S)
        line.connect(str(path))
        line.sendall(b'{"command": ["quit"]}\n')
        while line.recv(4096):
            pass
    _forget(path)


def _forget(path: Path) -> None:
    """Remove a socket's file; what a read-only disk keeps of it is in nobody's way there."""
    with suppress(OSError):
        path.unlink(missing_ok=True)


_CURVES = {"equal-power": "qsin", "smooth": "hsin", "linear": "tri"}


def _filter(envelope: Envelope) -> str:
    """Return the labelled filter for an envelope.

    Source: https://ffmpeg.org/ffmpeg-filters.html#afade-1; qsin is the quarter sine, in² + out² = 1.
    """
    steps = [f"volume={envelope.gain_db:.3f}dB"]
    for way, fades in (("in", envelope.rises), ("out", envelope.falls)):
        steps += [
            f"afade=t={way}:st={fade.start_s:.6f}:d={fade.length_s:.6f}:curve={_CURVES[fade.curve]}" for fade in fades
        ]
    return f"@xf:lavfi=[{','.join(steps)}]"
