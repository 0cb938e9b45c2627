import itertools
import json
import queue
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from fake_room import Room
from stornello.domain.errors import PlayerLost, SettingsError
from stornello.riproduzione import control, sockets
from stornello.riproduzione.control import ControlSocket
from stornello.spool import now_playing


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def listening(run: Path) -> Iterator[ControlSocket]:
    with ControlSocket(run) as listening:
        yield listening


def test_what_is_asked_reaches_the_dj(run: Path, listening: ControlSocket) -> None:
    control.ask(run, "seek", seconds=-10)
    control.ask(run, "next")
    assert listening.asked.get(timeout=1) == {"command": "seek", "seconds": -10}
    assert listening.asked.get(timeout=1) == {"command": "next"}


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense\n",
        b"[]\n",
        b'{"command": "explode"}\n',
        b'{"command": "seek"}\n',
        b'{"command": "seek", "seconds": "ten"}\n',
        b'{"command": "seek", "seconds": true}\n',
        b'{"command": "seek", "seconds": NaN}\n',
        b'{"command": "volume", "to": 1e99}\n',
        b'{"command": "pause", "on": "yes"}\n',
        b"\xff\xfe\n",
    ],
)
def test_what_is_not_understood_gets_an_answer_and_goes_no_further(
    run: Path, listening: ControlSocket, line: bytes
) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        client.connect(str(control.path(run)))
        client.sendall(line + b'{"command": "next"}\n')
        with client.makefile() as answers:
            assert json.loads(answers.readline())["ok"] is False
            assert json.loads(answers.readline()) == {"ok": True}
    assert listening.asked.get(timeout=1) == {"command": "next"}


def test_without_a_dj_the_asker_is_told(run: Path) -> None:
    with pytest.raises(PlayerLost, match="stornello riproduzione"):
        control.ask(run, "pause")


def test_a_socket_left_by_a_crash_is_no_obstacle(run: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(control.path(run)))
    with ControlSocket(run) as listening:
        control.ask(run, "quit")
        assert listening.asked.get(timeout=1) == {"command": "quit"}


def test_a_socket_that_somebody_deleted_is_made_again(run: Path, listening: ControlSocket) -> None:
    control.path(run).unlink()
    run.rmdir()
    listening.mend()  # no folder yet
    run.mkdir()
    listening.mend()
    control.ask(run, "next")
    assert listening.asked.get(timeout=1) == {"command": "next"}


def test_sockets_of_a_deep_venue_live_in_a_private_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path)[:60])
    Path(str(tmp_path)[:60]).mkdir(parents=True, exist_ok=True)
    deep = tmp_path / ("deep" * 30)
    folder = sockets.folder(deep)
    assert folder == sockets.folder(deep) != sockets.folder(tmp_path / ("other" * 30))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(bytes(folder / "control.sock")) <= 103
    folder.chmod(0o755)
    with pytest.raises(SettingsError):
        sockets.folder(deep)


def test_a_path_that_only_linux_could_bind_gets_the_private_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    fits = Path("/" + "v" * (102 - len("/control.sock")))
    assert sockets.folder(fits) == fits
    longer = Path(f"{fits}v")
    assert sockets.folder(longer) != longer


def test_the_service_does_what_is_asked_in_order(room: Room) -> None:
    room.put("one")
    room.pass_time(20)
    asked: queue.SimpleQueue[control.Request] = queue.SimpleQueue()
    asked.put({"command": "volume", "to": 40})
    asked.put({"command": "volume", "by": -10})
    asked.put({"command": "seek", "seconds": -10})
    asked.put({"command": "pause"})
    assert room.service._obey(asked)
    said = room.dj.now_playing()
    assert (said.volume, said.paused) == (30, True)
    assert said.position_s == pytest.approx(10, abs=0.3)
    asked.put({"command": "next"})
    asked.put({"command": "quit"})
    asked.put({"command": "volume", "to": 90})
    assert not room.service._obey(asked)
    assert room.dj.volume == 30


def test_what_the_room_hears_is_on_disk_at_every_change_and_every_second(room: Room) -> None:
    room.put("one")
    room.put("two")
    written = []
    for at in room.moments(8):
        room.dj.next() if 3 < at - 1000 < 3.06 else None
        said = now_playing.read(room.venue)
        if said and said not in written:
            written.append(said)
    gaps = [b.at - a.at for a, b in itertools.pairwise(written)]
    assert max(gaps) <= 1.1
    assert len(written) < 15
    assert [said.song for said in written][-1] == "two"
    assert any(said.crossfading for said in written)


def test_a_clock_set_back_does_not_silence_what_is_told(room: Room) -> None:
    room.put("one")
    room.pass_time(10)
    room.clock.set_by_s = -3600
    room.pass_time(5)
    said = now_playing.read(room.venue)
    assert said
    assert said.position_s == pytest.approx(15, abs=1.2)
