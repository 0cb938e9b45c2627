"""A deck that is an mpv process: our own child, or one that outlived the DJ before us."""

import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from stornello.domain.crossfade import Envelope
from stornello.domain.errors import PlayerLost
from stornello.providers.player import cards, chain
from stornello.providers.player.ipc import CommandRefusedError, Event, Ipc, lost
from stornello.seams import DeckState, Output

STARTS_WITHIN_S = 5.0
"""mpv listens 0.08 to 0.36 s after its start (measured, 2 cores); more than this is a failure."""

LOOKS_EVERY_S = 1.0
"""How often a deck looks whether its socket is still there."""

TRIES_BLINDLY_EVERY_S = 30.0
"""How often the output is tried though no card is to be seen: not every sound server is known to us."""


class MpvDeck:
    """One song on one mpv.

    Args:
        path: where mpv listens.
        root: files outside this folder are not played.
        process: mpv, if it is our child and may still be starting.

    Raises:
        PlayerLost: it does not answer.
    """

    def __init__(self, path: Path, root: Path, process: subprocess.Popen[bytes] | None = None) -> None:
        self.path = path
        self.process = process
        self._root = root
        self._entry = -1
        self._level = ""
        self._is_held = True
        self._held_at: float | None = None
        self._is_outside = False
        self._sounds = False
        self._ends: dict[int, Event] = {}
        self._output = ""
        self._look_at = time.monotonic() + LOOKS_EVERY_S
        self._try_blindly_at = 0.0
        try:
            self._ipc = self._connect()
        except PlayerLost:
            self._end_child()
            raise
        try:
            self._ask("observe_property", 1, "current-ao")
        except PlayerLost:
            self.close()
            raise

    def take_over(self, audio: Path) -> bool | None:
        """Learn what another DJ has put on and return whether it is held; None unless that is ``audio``, ready."""
        on = next((entry for entry in self._ask("get_property", "playlist") if entry.get("current")), None)
        if on is None or on["filename"] != str(audio.resolve()) or self._found("seeking") is not False:
            return None
        filters = {one.get("label"): one.get("params", {}) for one in self._ask("get_property", "af")}
        self._level = filters.get(chain.LEVEL, {}).get("graph", "")
        self._entry, self._sounds = on["id"], True
        self._is_held = bool(self._ask("get_property", "pause"))
        return self._is_held

    def load(self, audio: Path, begin_s: float, envelope: Envelope) -> None:
        """Load the file held at ``begin_s``. mpv always answers success; its events tell the rest."""
        file = audio.resolve()
        self._is_outside = not file.is_relative_to(self._root)
        self.hold(on=True)
        if self._is_outside:
            self._ask("stop")
            return
        self._set("af", value=chain.whole(envelope))
        self._level = chain.level(envelope)
        self._set("options/start", value=f"{begin_s:.6f}")
        self._sounds = False
        self._held_at = begin_s
        self._entry = self._ask("loadfile", str(file), "replace")["playlist_entry_id"]

    def shape(self, envelope: Envelope) -> None:
        """Put other slopes in place of those that are there; no gap is heard, but for another level (measured)."""
        if chain.level(envelope) == self._level:
            self._ask("af", "add", chain.slopes(envelope))
            return
        self._set("af", value=chain.whole(envelope))
        self._level = chain.level(envelope)

    def hold(self, *, on: bool) -> None:
        """Pause or go on."""
        self._set("pause", value=on)
        self._is_held = on
        if not on:
            self._held_at = None

    def seek(self, to_s: float) -> None:
        """Seek exactly; nothing happens when the song has just ended."""
        self._held_at = to_s if self._is_held else None
        with suppress(CommandRefusedError):  # no song on any more: the state says so
            self._ipc.ask("seek", to_s, "absolute+exact")

    def set_volume(self, percent: float) -> None:
        """Set mpv's volume; its scale is cubic, as on its own keys."""
        self._set("volume", value=percent)

    def state(self) -> DeckState:
        """Ask for the position and tell what the events said."""
        self._keep_findable()
        position = self._found("audio-pts")
        if self._is_outside:
            return DeckState("failed", None, self._output, "outside the venue")
        if self._entry < 0:
            return DeckState("empty", output=self._output)
        if end := self._ends.get(self._entry):
            failed = end["reason"] == "error"
            return DeckState("failed" if failed else "ended", None, self._output, end.get("file_error", ""))
        phase: Literal["ready", "loading"] = "ready" if self._sounds else "loading"
        return DeckState(phase, position if phase == "ready" else None, self._output)

    def peak_dbfs(self) -> float | None:
        """Ask the meter, which hears what the room hears ``crossfade.LEAD_S`` later."""
        told = self._found(f"af-metadata/{chain.METER}") or {}
        with suppress(KeyError, ValueError):
            peak = float(told[chain.PEAK])
            return None if self._is_held or peak == float("-inf") else peak
        return None

    def try_output(self) -> None:
        """Open the output again, if there may be one: mpv drops what it has buffered, so it goes back to the ear."""
        now = time.monotonic()
        if not cards.may_be_there() and now < self._try_blindly_at:
            return
        self._try_blindly_at = now + TRIES_BLINDLY_EVERY_S
        self._reopening("ao-reload")

    def use(self, device: str) -> None:
        """Play to another sound device, by mpv's name for it."""
        self._reopening("set_property", "audio-device", device)

    def outputs(self) -> tuple[Output, ...]:
        """Ask mpv for the sound devices that there are now."""
        devices = self._ask("get_property", "audio-device-list")
        return tuple(Output(str(one["name"]), str(one["description"])) for one in devices)

    def close(self) -> None:
        """End mpv at once: what it should play out has been waited for."""
        if self.process is None:
            self._ipc.end_peer()
        self._ipc.close()
        self._end_child()

    def _reopening(self, *command: object) -> None:
        heard = self._found("audio-pts") if self._held_at is None else self._held_at
        self._ask(*command)
        if heard is not None:
            self.seek(heard)

    def _keep_findable(self) -> None:
        """Have mpv make its socket again when somebody deleted it; our line to it lives on, and so does the sound."""
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + LOOKS_EVERY_S
        try:
            self.path.lstat()
        except FileNotFoundError:
            if self.path.parent.is_dir():
                self._set("input-ipc-server", value="")
                self._set("input-ipc-server", value=str(self.path))
        except OSError:
            pass  # a disk in trouble: nobody can tell

    def _found(self, name: str) -> Any:  # noqa: ANN401 - whatever JSON mpv answers
        """Return a property, None while there is none."""
        try:
            return self._ipc.ask("get_property", name)
        except CommandRefusedError:
            return None

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
                self._sounds = True
            case "end-file":
                self._ends[event.get("playlist_entry_id", -1)] = event
            case "property-change" if event.get("name") == "current-ao":
                self._output = event.get("data") or self._output

    def _connect(self) -> Ipc:
        # Not by a Clock: another process starts in real time, whoever turns the house's.
        give_up = time.monotonic() + STARTS_WITHIN_S
        while True:
            try:
                return Ipc(self.path, self._heed)
            except OSError:
                if self.process is None or self.process.poll() is not None or time.monotonic() > give_up:
                    raise lost("it did not start") from None
                time.sleep(0.005)

    def _end_child(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
        forget(self.path)


def forget(path: Path) -> None:
    """Remove a socket's file; what a read-only disk keeps of it is in nobody's way there."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
