"""What a key means, and that every meaning is something the DJ, or the dashboard, understands."""

import json

import pytest

from stornello.riproduzione import commands
from stornello.riproduzione.dashboard import PRESSED
from stornello.riproduzione.keys import NAMES, first_key


@pytest.mark.parametrize(
    ("typed", "name", "rest"),
    [
        (" n", "pause", "n"),
        ("P", "panic", ""),
        ("p", None, ""),
        ("r", "resume", ""),
        ("m", "mute", ""),
        ("\x1b[C", "forward", ""),
        ("\x1b[D\x1b[D", "back", "\x1b[D"),
        ("\x1b[5~P", None, ""),
    ],
)
def test_a_key_means_one_thing_and_a_slip_is_no_panic(typed: str, name: str | None, rest: str) -> None:
    assert first_key(typed) == (name, rest)


def test_every_key_is_a_request_that_the_dj_understands() -> None:
    assert set(NAMES.values()) == {*PRESSED, "quit"}
    for command, details in PRESSED.values():
        assert commands.understood(json.dumps({"command": command, **details}).encode())["command"] == command
