"""The commands that a person gives the room from another shell: what is asked, what is told, and without a DJ."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from builders import a_card
from stornello.cli import room
from stornello.domain.errors import PlayerLost, StornelloError
from stornello.riproduzione.control_socket import ControlSocket
from stornello.spool import atomic
from stornello.spool.now_playing import NowPlaying
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist
from venues import a_venue

SAID = asdict(NowPlaying(0.0, song="one", title="La notte di Anna", position_s=83, duration_s=200, volume=65))


@pytest.fixture
def venue(tmp_path: Path) -> Venue:
    venue = a_venue(tmp_path)
    for song in ("5_203000_a1b2c3", "5_204500_d4e5f6"):
        card = a_card(song, title=f"Title of {song}")
        (venue.songs / card.audio).write_bytes(b"sound")
        atomic.write_json(venue.card(card.id), card.to_json())
        Playlist(venue.playlist).put(card)
    return venue


def told(venue: Venue, *arguments: str) -> str:
    """Return what the command prints. Raises StornelloError, which `app.main` would tell."""
    app = typer.Typer()
    room.register(app)
    ended = CliRunner().invoke(app, [*arguments, "--folder", str(venue.root)])
    if isinstance(ended.exception, StornelloError):
        raise ended.exception
    assert ended.exit_code == 0, ended.output
    return ended.output


def waiting(venue: Venue) -> list[str]:
    return [card.id for card in Playlist(venue.playlist).waiting()]


@contextmanager
def a_dj(venue: Venue, do: Callable[[dict[str, Any]], dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Answer what is asked; give what was asked."""
    asked: list[dict[str, Any]] = []
    end = threading.Event()
    with ControlSocket(venue.run) as listening:

        def obey() -> None:
            while not end.is_set():
                if one := listening.asked_within(0.02):
                    asked.append(one.request)
                    one.answer(lambda one=one: do(one.request))  # type: ignore[misc]  # mypy knows no types of lambdas' defaults

        dj = threading.Thread(target=obey)
        dj.start()
        try:
            yield asked
        finally:
            end.set()
            dj.join()


@pytest.mark.parametrize(
    ("arguments", "asked", "answer"),
    [
        (["play"], {"command": "play"}, "1:23"),
        (["pause"], {"command": "pause"}, "La notte di Anna"),
        (["next"], {"command": "next"}, "."),
        (["volume", "70"], {"command": "volume", "to": 70}, "65"),
        (["volume", "-5"], {"command": "volume", "by": -5}, "65"),
        (["volume", "+10"], {"command": "volume", "by": 10}, "65"),
        (["mute"], {"command": "mute"}, "."),
        (["seek", "-10"], {"command": "seek", "seconds": -10}, "1:23"),
        (["seek", "+10"], {"command": "seek", "seconds": 10}, "1:23"),
        (["panic"], {"command": "panic"}, "stornello resume"),
        (["resume"], {"command": "resume"}, "."),
    ],
)
def test_a_command_reaches_the_dj_and_what_happened_is_told(
    venue: Venue, arguments: list[str], asked: dict[str, Any], answer: str
) -> None:
    with a_dj(venue, lambda _: SAID) as requests:
        assert answer in told(venue, *arguments)
    assert requests == [asked]


@pytest.mark.parametrize("command", ["play", "pause", "next", "mute", "panic", "resume"])
def test_without_a_dj_the_reader_is_told_how_to_start_one(venue: Venue, command: str) -> None:
    with pytest.raises(PlayerLost, match="stornello up"):
        told(venue, command)


def test_the_queue_is_changed_by_the_dj_where_one_runs(venue: Venue) -> None:
    answer = {"id": "5_204500_d4e5f6", "title": "Title", "table": 5, "place": 1}
    with a_dj(venue, lambda _: answer) as requests:
        assert "Title" in told(venue, "move", "d4e5", "1")
        assert "stornello again 5_204500_d4e5f6" in told(venue, "remove", "d4e5")
        assert "Title" in told(venue, "again", "d4e5")
    assert requests == [
        {"command": "move", "id": "d4e5", "to": 1},
        {"command": "remove", "id": "d4e5"},
        {"command": "again", "id": "d4e5"},
    ]
    assert waiting(venue) == ["5_203000_a1b2c3", "5_204500_d4e5f6"], "the DJ had it all to itself"


def test_the_queue_needs_no_dj_to_be_changed(venue: Venue) -> None:
    assert "Title of 5_204500_d4e5f6" in told(venue, "move", "#2", "1")
    assert waiting(venue) == ["5_204500_d4e5f6", "5_203000_a1b2c3"]
    assert "Title of 5_204500_d4e5f6" in told(venue, "remove", "5_2045")
    assert waiting(venue) == ["5_203000_a1b2c3"]
    assert "2" in told(venue, "again", "d4e5f6")
    assert waiting(venue) == ["5_203000_a1b2c3", "5_204500_d4e5f6"]


def test_a_song_that_may_be_several_is_not_guessed(venue: Venue) -> None:
    with pytest.raises(StornelloError, match="5_204500_d4e5f6, table 5, 'Title of 5_204500_d4e5f6'"):
        told(venue, "remove", "5_20")
    assert len(waiting(venue)) == 2


@pytest.mark.parametrize("arguments", [["volume", "loud"], ["seek", "-x"]])
def test_what_is_no_number_is_told_plainly(venue: Venue, arguments: list[str]) -> None:
    with pytest.raises(StornelloError) as error:
        told(venue, *arguments)
    assert error.value.code == "no-number"
