"""The room as a media player of the desktop (MPRIS), where there is one: its keys and widgets reach the DJ.

All of it happens in a thread of its own, and the music does not care how it ends: see docs/decisions/mpris.md.
"""

import asyncio
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from stornello.domain.clock import Clock
from stornello.riproduzione.control_socket import ControlSocket
from stornello.spool.now_playing import NowPlaying

log = logging.getLogger(__name__)

NAME: Final = "org.mpris.MediaPlayer2.stornello"

LOOK_S: Final = 0.25
"""How often what the DJ says is looked at."""

AGAIN_S: Final = 10.0
"""How soon a bus that is away, or went away, is tried again."""

JUMP_S: Final = 1.5
"""A position that differs so much from what it should have become was sought."""


def bus_address() -> str:
    """Return the address of the user's session bus, empty for none."""
    if told := os.environ.get("DBUS_SESSION_BUS_ADDRESS", ""):
        return told
    socket = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}") / "bus"
    return f"unix:path={socket}" if socket.is_socket() else ""


@contextmanager
def on_the_bus(control: ControlSocket, clock: Clock) -> Iterator[None]:
    """Be a media player of the desktop inside, where there is a session bus."""
    address = bus_address()
    ours = Mpris(address, control, clock)
    if address:
        ours.start()
    try:
        yield
    finally:
        ours.close()


class Mpris(threading.Thread):
    """Shows what ``control`` was told last on the bus at ``address``, and asks ``control`` what is asked there."""

    def __init__(self, address: str, control: ControlSocket, clock: Clock) -> None:
        super().__init__(name="mpris", daemon=True)
        self._address, self._control, self._clock = address, control, clock
        self._end = threading.Event()
        self._is_told = False

    def close(self) -> None:
        """End it soon; nobody waits for a bus."""
        self._end.set()

    def run(self) -> None:
        """Be on the bus until closed, whatever becomes of it."""
        while not self._end.is_set():
            try:
                asyncio.run(self._serve())
            except Exception as error:  # noqa: BLE001 - a foreign program's bus, a foreign library: whatever it is, the music goes on
                if not self._is_told:
                    log.warning("no media player on the session bus", extra={"error": type(error).__name__})
                self._is_told = True
            self._end.wait(AGAIN_S)

    async def _serve(self) -> None:
        """Be on the bus until it is gone, which raises whatever it may, or we are closed."""
        from stornello.riproduzione import mpris_object  # noqa: PLC0415 - a room without a bus needs no library for it

        player = mpris_object.Player(self._control.said, self._control.put, self._position_s)
        bus = await mpris_object.join(self._address, player, (NAME, f"{NAME}.instance{os.getpid()}"))
        self._is_told = False
        gone = asyncio.ensure_future(bus.wait_for_disconnect())  # type: ignore[no-untyped-call]  # so the library has it
        was_at = self._position_s()
        while not self._end.is_set() and not gone.done():
            await asyncio.wait({gone}, timeout=LOOK_S)
            before, said, at = player.said, self._control.said, self._position_s()
            player.tell(said)
            ran_s = 0.0 if said.paused else LOOK_S
            if said.song and said.song == before.song and abs(at - was_at - ran_s) > JUMP_S:
                player.seeked(at)
            was_at = at
        bus.disconnect()
        await gone

    def _position_s(self) -> float:
        said: NowPlaying = self._control.said
        return said.position(said.at + said.age_s(self._clock))
