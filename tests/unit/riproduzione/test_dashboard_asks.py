"""The dashboard while it is looked at: keys, the DJ that is asked, a night that is quit."""

import io
import threading
from pathlib import Path
from unittest.mock import ANY

import pytest
from rich.console import Console

from fake_decks import HandClock
from pictures import AT
from stornello.domain.errors import StornelloError
from stornello.domain.plain import Plain
from stornello.riproduzione import dashboard
from stornello.riproduzione.control_socket import ControlSocket
from stornello.riproduzione.dashboard import Dashboard
from stornello.riproduzione.keys import Keys
from stornello.riproduzione.room import Room
from stornello.spool.locks import hold
from stornello.spool.now_playing import NowPlaying
from stornello.spool.paths import Venue


class Typed(Keys):
    """Keys that are pressed one after the other, each after so many seconds of ``clock``."""

    def __init__(self, clock: HandClock, *pressed: tuple[float, str]) -> None:
        super().__init__(io.StringIO())
        self.clock, self.pressed = clock, list(pressed)

    def wait(self, seconds: float) -> str | None:
        after_s, key = self.pressed.pop(0) if self.pressed else (seconds, "")
        self.clock.sleep(after_s)
        return key


def run_with(
    monkeypatch: pytest.MonkeyPatch, venue: Venue, *pressed: tuple[float, str], ends_night: bool = True
) -> tuple[bool, str]:
    """Show the venue while these keys are pressed; return whether somebody has quit, and what was written."""
    venue.open()
    clock, out = HandClock(), io.StringIO()
    keys = Typed(clock, *pressed)
    monkeypatch.setattr(dashboard, "Keys", lambda: keys)
    console = Console(file=out, force_terminal=True, width=80, height=24, force_interactive=True)
    board = Dashboard(venue, "en", console, clock, ends_night=ends_night)
    return board.run(lambda _: not keys.pressed, threading.Event()), out.getvalue()


def test_a_night_is_ended_by_a_second_q_and_not_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    venue = Venue(tmp_path)
    sure = "Press q again within 3 seconds"
    assert run_with(monkeypatch, venue, (1, "quit"), (2, "quit"), (1, "")) == (True, ANY)
    was_quit, told = run_with(monkeypatch, venue, (1, "quit"), (4, "quit"), (1, ""), (1, ""))
    assert not was_quit
    assert sure in told
    assert run_with(monkeypatch, venue, (1, "quit"), (1, ""), ends_night=False) == (True, ANY)


def test_keys_are_the_djs_commands_and_the_dj_is_asked_what_it_plays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venue = Venue(tmp_path)
    venue.open()
    obeyed = []
    lock = hold(venue.run, "riproduzione")
    with ControlSocket(venue.run) as control:
        control.said = NowPlaying(AT, "house/blue.mp3", "Blue in Green", kind="house", duration_s=60, peak_dbfs=-12.5)

        def obey() -> None:
            while asked := control.asked_within(5.0):
                obeyed.append(asked.request)
                if asked.request["command"] == "next":
                    asked.answer(refused)
                else:
                    asked.answer(dict)

        dj = threading.Thread(target=obey)
        dj.start()
        pressed = [(0.2, key) for key in ("mute", "panic", "resume", "louder", "next", "", "")]
        _, told = run_with(monkeypatch, venue, *pressed)
        control.put({"command": "quit"})
        del lock
    assert [one["command"] for one in obeyed[:5]] == ["mute", "panic", "resume", "volume", "next"]
    for words in ("Blue in Green", "house music", "-12.5".replace("-", "−"), "Nothing follows."):
        assert words in told, words


def refused() -> dict[str, object]:
    raise StornelloError("x", Plain("Niente segue.", "Nothing follows."), Plain("Aspetta.", "Wait."))


def test_a_dj_that_does_not_answer_leaves_what_it_wrote(tmp_path: Path) -> None:
    venue, clock = Venue(tmp_path), HandClock()
    venue.open()
    room = Room(venue, clock)
    assert room.ask() is None
    with ControlSocket(venue.run) as control:
        control.said = NowPlaying(AT, "one", "La notte di Anna", guests=("Anna",))
        assert room.ask() is None  # it is left alone for a while
        clock.sleep(2)
        said = room.ask()
    assert said
    assert (said.song, said.guests) == ("one", ("Anna",))
