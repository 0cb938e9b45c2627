"""The media player on a session bus of its own, asked as desktops do."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from stornello.domain.clock import SystemClock
from stornello.riproduzione import mpris, mpris_object
from stornello.riproduzione.control_socket import ControlSocket
from stornello.riproduzione.mpris import Mpris
from stornello.spool.now_playing import NowPlaying

PLAYER = "org.mpris.MediaPlayer2.Player"


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Start a session bus; give its address and its process."""
    address = f"unix:path={tmp_path / 'bus'}"
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={address}"],
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 5
    while not (tmp_path / "bus").is_socket() and time.monotonic() < until:
        time.sleep(0.01)
    yield address, daemon
    daemon.kill()
    daemon.wait()


@pytest.fixture
def control(tmp_path: Path) -> ControlSocket:
    control = ControlSocket(tmp_path)
    control.said = saying()
    return control


def saying(song: str = "5_203000_a1b2c3", at_s: float = 10, **more: Any) -> NowPlaying:  # noqa: ANN401 - any field
    said = NowPlaying(
        at=time.time(), monotonic_s=time.monotonic(), song=song, position_s=at_s, duration_s=60, volume=70, table=5
    )
    return replace(said, guests=("Anna",), **{"title": "La notte\n di Anna", **more})


@asynccontextmanager
async def a_client(address: str, control: ControlSocket) -> AsyncIterator[MessageBus]:
    """Start our player on the bus; give a client that sees it."""
    ours = Mpris(address, control, SystemClock())
    ours.start()
    client = await MessageBus(bus_address=address).connect()
    try:
        await until(lambda: True, client, mpris.NAME)
        yield client
    finally:
        client.disconnect()
        ours.close()


async def until(found: Callable[[], bool], client: MessageBus | None = None, name: str = "") -> None:
    """Wait until it is so, and until somebody has ``name``."""
    for _ in range(300):
        if found() and (not name or (client and await is_there(client, name))):
            return
        await asyncio.sleep(0.02)
    pytest.fail("it does not come")


async def is_there(client: MessageBus, name: str) -> bool:
    asked = Message("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "NameHasOwner", signature="s", body=[name])
    return bool((await client.call(asked)).body[0])


async def call(client: MessageBus, interface: str, member: str, signature: str = "", *body: object) -> list[Any]:
    answer = await client.call(
        Message(mpris.NAME, mpris_object.PATH, interface, member, signature=signature, body=list(body))
    )
    assert answer.message_type is MessageType.METHOD_RETURN, answer.body
    return list(answer.body)


async def get(client: MessageBus, name: str) -> Any:  # noqa: ANN401 - any property
    (value,) = await call(client, "org.freedesktop.DBus.Properties", "Get", "ss", PLAYER, name)
    return value.value


def asked(control: ControlSocket) -> dict[str, Any] | None:
    one = control.asked_within(2)
    return one.request if one else None


def test_a_desktop_sees_what_plays_but_no_guests_name(bus: tuple[str, object], control: ControlSocket) -> None:
    async def look() -> None:
        async with a_client(bus[0], control) as client:
            (all_of_it,) = await call(client, "org.freedesktop.DBus.Properties", "GetAll", "s", PLAYER)
            told = {name: one.value for name, one in all_of_it["Metadata"].value.items()}
            assert told == {
                "mpris:trackid": "/org/stornello/piece/5_5f_203000_5f_a1b2c3",
                "mpris:length": 60_000_000,
                "xesam:title": "La notte di Anna",
                "xesam:artist": ["Tavolo/Table 5"],
            }
            assert (all_of_it["PlaybackStatus"].value, all_of_it["Volume"].value) == ("Playing", 0.7)
            assert all_of_it["Position"].value / 1e6 == pytest.approx(10, abs=2)
            (root,) = await call(client, "org.freedesktop.DBus.Properties", "GetAll", "s", "org.mpris.MediaPlayer2")
            assert (root["Identity"].value, root["CanQuit"].value) == ("Stornello", False)

    asyncio.run(look())


@pytest.mark.parametrize(
    ("member", "signature", "body", "request_"),
    [
        ("Next", "", [], {"command": "next"}),
        ("Play", "", [], {"command": "play"}),
        ("Pause", "", [], {"command": "pause", "on": True}),
        ("Stop", "", [], {"command": "pause", "on": True}),
        ("PlayPause", "", [], {"command": "pause"}),
        ("Seek", "x", [-10_000_000], {"command": "seek", "seconds": -10.0}),
    ],
)
def test_its_buttons_reach_the_dj(
    bus: tuple[str, object],
    control: ControlSocket,
    member: str,
    signature: str,
    body: list[object],
    request_: dict[str, Any],
) -> None:
    async def press() -> None:
        async with a_client(bus[0], control) as client:
            await call(client, PLAYER, member, signature, *body)
            assert await asyncio.to_thread(asked, control) == request_

    asyncio.run(press())


def test_volume_and_position_are_set_and_an_old_piece_is_not_moved(
    bus: tuple[str, object], control: ControlSocket
) -> None:
    async def press() -> None:
        async with a_client(bus[0], control) as client:
            for volume, percent in ((0.5, 50), (7.0, 100), (-1.0, 0)):
                value = Variant("d", volume)
                await call(client, "org.freedesktop.DBus.Properties", "Set", "ssv", PLAYER, "Volume", value)
                assert await asyncio.to_thread(asked, control) == {"command": "volume", "to": percent}
            await call(client, PLAYER, "SetPosition", "ox", "/org/stornello/piece/old", 0)
            await call(client, PLAYER, "SetPosition", "ox", mpris_object.track_of(control.said.song), 20_000_000)
            request = await asyncio.to_thread(asked, control)
            assert request
            assert (request["command"], request["seconds"]) == ("seek", pytest.approx(10, abs=2))
            assert control.asked_within(0) is None

    asyncio.run(press())


def test_changes_are_told_once_and_a_jump_is_a_signal(bus: tuple[str, object], control: ControlSocket) -> None:
    async def watch() -> None:
        async with a_client(bus[0], control) as client:
            told: list[Message] = []
            client.add_message_handler(told.append)
            rule = f"type='signal',path='{mpris_object.PATH}'"
            await client.call(
                Message("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "AddMatch", signature="s", body=[rule])
            )
            control.said = saying("two", 0, title="Brindisi", paused=True)
            await until(lambda: any(one.member == "PropertiesChanged" for one in told))
            (changed,) = [one.body[1] for one in told if one.member == "PropertiesChanged"]
            assert set(changed) == {"PlaybackStatus", "Metadata"}
            assert changed["PlaybackStatus"].value == "Paused"
            await asyncio.sleep(2 * mpris.LOOK_S)
            control.said = saying("two", 30, title="Brindisi", paused=True)
            await until(lambda: any(one.member == "Seeked" for one in told))
            assert [one.body for one in told if one.member == "Seeked"] == [[30_000_000]]
            assert len([one for one in told if one.member == "PropertiesChanged"]) == 1
            assert await get(client, "PlaybackStatus") == "Paused"

    asyncio.run(watch())


def test_a_second_venue_has_a_name_of_its_own(bus: tuple[str, object], control: ControlSocket) -> None:
    async def look() -> None:
        holder = await MessageBus(bus_address=bus[0]).connect()
        await holder.request_name(mpris.NAME)
        async with a_client(bus[0], control) as client:
            names = Message("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "ListNames")
            for _ in range(100):
                ours = [name for name in (await client.call(names)).body[0] if name.startswith(f"{mpris.NAME}.")]
                if ours:
                    break
                await asyncio.sleep(0.02)
            assert ours
        holder.disconnect()

    asyncio.run(look())


def test_a_bus_that_dies_is_told_once_and_the_next_one_is_joined(
    bus: tuple[str, "subprocess.Popen[bytes]"],
    control: ControlSocket,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(mpris, "AGAIN_S", 0.05)
    address, daemon = bus
    ours = Mpris(address, control, SystemClock())
    ours.start()

    async def joined() -> None:
        client = await MessageBus(bus_address=address).connect()
        await until(lambda: True, client, mpris.NAME)
        client.disconnect()

    asyncio.run(joined())
    daemon.kill()
    daemon.wait()
    (tmp_path / "bus").unlink(missing_ok=True)
    time.sleep(1)
    assert ours.is_alive()
    again = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={address}"], stderr=subprocess.DEVNULL
    )
    try:
        until_s = time.monotonic() + 5
        while not (tmp_path / "bus").is_socket() and time.monotonic() < until_s:
            time.sleep(0.01)
        asyncio.run(joined())
    finally:
        ours.close()
        ours.join(5)
        again.kill()
        again.wait()
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "no media player on the session bus"
    ]


def test_the_bus_is_found_by_its_variable_or_its_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/somewhere")
    assert mpris.bus_address() == "unix:path=/somewhere"
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert mpris.bus_address() == ""
