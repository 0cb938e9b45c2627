"""The control socket: who may ask what, what the answers are, and that no asker hurts the music."""

import json
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Self

import pytest

from stornello.domain.errors import PlayerLost, SettingsError, StornelloError
from stornello.domain.plain import Plain
from stornello.riproduzione import control, control_lines, sockets
from stornello.riproduzione.asked import Asked, Facts
from stornello.riproduzione.control_socket import ControlSocket
from stornello.spool.now_playing import NowPlaying


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def listening(run: Path) -> Iterator[ControlSocket]:
    with ControlSocket(run) as listening:
        yield listening


class ADj:
    """Obeys in a thread of its own, as the DJ does; ``obeyed`` is what it was asked, in order."""

    def __init__(self, listening: ControlSocket, do: Callable[[Asked], Facts] = lambda _: {}) -> None:
        self.obeyed: list[dict[str, Any]] = []
        self._listening, self._do, self._end = listening, do, threading.Event()
        self._thread = threading.Thread(target=self._obey, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _obey(self) -> None:
        while not self._end.is_set():
            if one := self._listening.asked_within(0.02):
                one.answer(lambda one=one: self.obeyed.append(one.request) or self._do(one))  # type: ignore[misc, func-returns-value]  # append returns None


def a_line(run: Path) -> socket.socket:
    line = socket.socket(socket.AF_UNIX)
    line.connect(str(control.path(run)))  # waits while many others do
    line.settimeout(5)
    return line


def answers(line: socket.socket, sent: bytes, lines: int = 1) -> list[dict[str, Any]]:
    line.sendall(sent)
    with line.makefile("rb") as file:
        return [json.loads(file.readline()) for _ in range(lines)]


def send_without_end(line: socket.socket, data: bytes) -> None:
    while True:
        line.sendall(data)


def test_what_is_asked_is_answered_when_the_dj_has_done_it(run: Path, listening: ControlSocket) -> None:
    def moved(one: Asked) -> Facts:
        time.sleep(0.05)
        return {"position_s": one.request["seconds"]}

    with ADj(listening, moved) as dj:
        assert control.ask(run, "seek", seconds=-10) == {"position_s": -10}
        assert dj.obeyed == [{"command": "seek", "seconds": -10}]


def test_a_waiting_dj_has_a_command_within_milliseconds(run: Path, listening: ControlSocket) -> None:
    had: list[float] = []

    def wait() -> None:
        if one := listening.asked_within(5):
            had.append(time.monotonic())
            one.answer(dict)

    waits = threading.Thread(target=wait)
    waits.start()
    asked_at = time.monotonic()
    control.ask(run, "panic")
    waits.join()
    assert had[0] - asked_at < 0.1


def test_the_djs_no_reaches_the_asker_in_its_own_words(run: Path, listening: ControlSocket) -> None:
    def refuse(_: Asked) -> Facts:
        raise StornelloError("nothing-plays", Plain("Non suona nulla.", "Nothing plays."), Plain("Aspetta.", "Wait."))

    with ADj(listening, refuse), pytest.raises(StornelloError) as told:
        control.ask(run, "next")
    assert (told.value.code, told.value.what.it, told.value.todo.en) == ("nothing-plays", "Non suona nulla.", "Wait.")


@pytest.mark.parametrize(
    ("trouble", "code"), [(OSError(28, "No space left"), "disk-refuses"), (KeyError("x"), "command-failed")]
)
def test_a_command_that_fails_is_told_and_the_dj_goes_on(
    run: Path, listening: ControlSocket, trouble: Exception, code: str
) -> None:
    def fail(one: Asked) -> Facts:
        if one.command == "next":
            raise trouble
        return {}

    with ADj(listening, fail):
        with pytest.raises(StornelloError) as told:
            control.ask(run, "next")
        assert told.value.code == code
        assert control.ask(run, "pause") == {}


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense",
        b"[]",
        b"null",
        b"{}",
        b'{"command": "explode"}',
        b'{"command": ["next"]}',
        b'{"command": {}}',
        b'{"command": "seek"}',
        b'{"command": "seek", "seconds": "ten"}',
        b'{"command": "seek", "seconds": true}',
        b'{"command": "seek", "seconds": NaN}',
        b'{"command": "seek", "seconds": 1' + b"0" * 400 + b"}",
        b'{"command": "volume", "to": 1e99}',
        b'{"command": "volume", "to": 5, "by": 5}',
        b'{"command": "pause", "on": "yes"}',
        b'{"command": "pause", "onn": true}',
        b'{"command": "move", "id": "x"}',
        b'{"command": "move", "id": "x", "to": 0}',
        b'{"command": "move", "id": "x", "to": 1.5}',
        b'{"command": "remove", "id": ""}',
        b'{"command": "remove", "id": 5}',
        b"[" * 4000,
        b"\xff\xfe",
        b"",
    ],
)
def test_what_is_not_understood_gets_an_answer_and_goes_no_further(
    run: Path, listening: ControlSocket, line: bytes
) -> None:
    with ADj(listening) as dj, a_line(run) as client:
        no, yes = answers(client, line + b'\n{"command": "next"}\n', 2)
    assert (no["ok"], no["code"], yes) == (False, "not-understood", {"ok": True})
    assert no["error"]["it"].startswith("Richiesta non capita")
    assert no["error"]["en"].startswith("Request not understood")
    assert dj.obeyed == [{"command": "next"}]


def test_a_line_without_end_is_told_so_and_cut_off(run: Path, listening: ControlSocket) -> None:
    with ADj(listening) as dj, a_line(run) as client:
        (no,) = answers(client, b"x" * 100_000)
        assert no["code"] == "not-understood"
        with pytest.raises(OSError, match=r"reset|Broken"):
            send_without_end(client, b"x" * 100_000)
    assert dj.obeyed == []


def test_status_is_answered_though_the_dj_does_nothing(run: Path, listening: ControlSocket) -> None:
    now = time.monotonic()
    listening.said = NowPlaying(
        time.time(), song="one", kind="song", position_s=10, duration_s=60, volume=70, monotonic_s=now - 5
    )
    said = control.ask(run, "status")
    assert (said["song"], said["volume"]) == ("one", 70)
    assert said["position_s"] == pytest.approx(10, abs=0.5), "the younger of two clocks counts, see NowPlaying.age_s"
    listening.said = NowPlaying(
        time.time() - 5, song="one", position_s=10, duration_s=60, monotonic_s=now - 5, paused=False
    )
    assert control.ask(run, "status")["position_s"] == pytest.approx(15, abs=0.5), "the position of this moment"


def test_a_dj_that_does_not_come_to_it_does_not_do_it_later(
    run: Path, listening: ControlSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control_lines, "OBEYED_WITHIN_S", 0.1)
    with pytest.raises(StornelloError) as told:
        control.ask(run, "next")
    assert told.value.code == "dj-is-busy"
    late = listening.asked_within(1)
    assert late
    late.answer(lambda: pytest.fail("nobody waits for it any more"))


def test_what_was_asked_by_somebody_who_has_left_is_not_done(
    run: Path, listening: ControlSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control_lines, "TURN_S", 0.2)  # as a process that was stopped reads it late
    with ADj(listening) as dj:
        with a_line(run) as gone:
            gone.sendall(b'{"command": "next"}\n')
        assert control.ask(run, "pause") == {}
        assert dj.obeyed == [{"command": "pause"}]


def test_who_only_sends_and_ends_its_side_gets_its_answer(run: Path, listening: ControlSocket) -> None:
    with ADj(listening), a_line(run) as piped:
        piped.sendall(b'{"command": "next"}\n')
        piped.shutdown(socket.SHUT_WR)  # as socat does at the end of its input
        assert piped.makefile("rb").read() == b'{"ok": true}\n'


def test_without_a_dj_the_asker_is_told_how_to_start_one(run: Path) -> None:
    with pytest.raises(PlayerLost, match="stornello riproduzione"):
        control.ask(run, "pause")


def test_a_dj_whose_process_hangs_is_told_from_none(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "_PATIENCE_S", 0.1)
    with socket.socket(socket.AF_UNIX) as hangs:
        hangs.bind(str(control.path(run)))
        hangs.listen()
        with pytest.raises(PlayerLost) as told:
            control.ask(run, "pause")
    assert told.value.code == "dj-does-not-answer"


def test_a_socket_left_by_a_crash_is_no_obstacle(run: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(control.path(run)))
    with ControlSocket(run) as listening, ADj(listening):
        assert control.ask(run, "quit") == {}


def test_a_socket_that_somebody_deleted_is_made_again(run: Path, listening: ControlSocket) -> None:
    control.path(run).unlink()
    run.rmdir()
    listening.mend()  # no folder yet
    run.mkdir()
    listening.mend()
    with ADj(listening):
        assert control.ask(run, "next") == {}


def test_a_crowd_of_lines_is_sent_away_and_leaves_room_for_the_next(run: Path, listening: ControlSocket) -> None:
    with ADj(listening) as dj, ExitStack() as crowd:
        before = threading.active_count()
        lines = [crowd.enter_context(a_line(run)) for _ in range(300)]
        told = [json.loads(line.makefile("rb").readline()) for line in lines[control_lines.MOST_LINES :]]
        assert {no["code"] for no in told} == {"too-many-lines"}
        assert threading.active_count() == before
        assert answers(lines[0], b'{"command": "next"}\n') == [{"ok": True}]
        lines[1].close()
        time.sleep(0.05)
        assert control.ask(run, "pause") == {}
        assert [one["command"] for one in dj.obeyed] == ["next", "pause"]


def test_who_sends_without_end_does_not_keep_another_from_being_heard(run: Path, listening: ControlSocket) -> None:
    end = threading.Event()

    def flood() -> None:
        with a_line(run) as line, line.makefile("rb") as file:
            while not end.is_set():
                line.sendall(b'{"command": "status"}\n' * 50)
                for _ in range(50):
                    file.readline()

    floods = [threading.Thread(target=flood, daemon=True) for _ in range(8)]
    with ADj(listening):
        for one in floods:
            one.start()
        time.sleep(0.1)
        began = time.monotonic()
        control.ask(run, "panic")
        took = time.monotonic() - began
        end.set()
        for one in floods:
            one.join(5)
    assert took < 0.3


def test_who_never_reads_its_answers_is_sent_away(
    run: Path, listening: ControlSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control_lines, "READ_WITHIN_S", 0.2)
    monkeypatch.setattr(control_lines, "TURN_S", 0)
    with ADj(listening), a_line(run) as deaf:
        deaf.settimeout(0.3)
        with pytest.raises(OSError):  # noqa: PT011 - no room, or sent away already
            send_without_end(deaf, b'{"command": "status"}\n' * 100)
        time.sleep(0.5)
        deaf.settimeout(5)
        with suppress(ConnectionResetError):
            while deaf.recv(1 << 20):
                pass
        assert control.ask(run, "next") == {}


def test_a_request_of_this_process_goes_the_same_way(listening: ControlSocket) -> None:
    reply = listening.put({"command": "next"})
    one = listening.asked_within(0)
    assert one
    one.answer(lambda: {"song": "two"})
    assert reply.result(0) == {"song": "two"}
    assert listening.asked_within(0) is None


def test_what_is_asked_last_is_answered_before_the_socket_closes(run: Path) -> None:
    replies: list[Facts] = []
    with ControlSocket(run) as listening:
        asks = threading.Thread(target=lambda: replies.append(control.ask(run, "quit")))
        asks.start()
        one = listening.asked_within(2)
        assert one
        one.answer(dict)
    asks.join(3)
    assert replies == [{}]


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
