"""Which rooms of the command line are opened for a call."""

from importlib import import_module

import pytest
import typer

from stornello.cli.app import ROOMS, rooms


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_the_commands_it_is_opened_for(room: str) -> None:
    app = typer.Typer()
    import_module(f"stornello.cli.{room}").register(app)
    names = [command.name or command.callback.__name__.replace("_", "-") for command in app.registered_commands]  # type: ignore[union-attr]  # every command has one
    assert {*names, *(group.name for group in app.registered_groups)} == set(ROOMS[room])


@pytest.mark.parametrize(
    ("arguments", "opened"),
    [
        (["generate-song", "jobs/5_203000_a4b1c8"], ["services"]),
        (["--lang", "it", "status"], ["status"]),
        (["up", "--folder", "report"], ["night", "report"]),
        (["up", "--help"], ["night"]),
        (["statsu"], list(ROOMS)),
        (["--help", "up"], list(ROOMS)),
        ([], list(ROOMS)),
    ],
)
def test_only_what_a_call_may_mean_is_opened(arguments: list[str], opened: list[str]) -> None:
    assert rooms(arguments) == opened
