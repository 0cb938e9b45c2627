"""devices: the sound cards that there are, and which one the room hears."""

from typing import Annotated

import typer

from stornello.cli.options import HERE, Folder, Lang, opened_venue
from stornello.cli.speech import say, tell
from stornello.domain.errors import PlayerLost, StornelloError
from stornello.domain.plain import Plain
from stornello.riproduzione import control
from stornello.seams import Output
from stornello.settings import Settings
from stornello.spool import sound
from stornello.spool.paths import Venue
from stornello.wiring import riproduzione as wiring

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        show_default=False,
        help=say(
            "Il nome di una scheda, o una parte sua o della descrizione; auto: sceglie il lettore.",
            "A device's name, or a part of it or of its description; auto: the player chooses.",
        ),
    ),
]


def register(app: typer.Typer) -> None:
    """Add this room's command."""
    app.command(
        help=say("Le schede audio; con un nome, quella da usare.", "The sound devices; with a name, the one to use.")
    )(devices)


def devices(name: Name = "", folder: Folder = HERE, lang: Lang = None) -> None:
    """List the sound devices, or remember the one called ``name`` and tell the DJ that is running."""
    del lang
    venue, settings = opened_venue(folder)
    outputs = wiring.player(venue, settings).outputs()
    if name:
        _choose(venue, the_one(outputs, name))
    else:
        _list(outputs, sound.chosen(venue, settings.sound_device), settings)


def the_one(outputs: tuple[Output, ...], name: str) -> Output:
    """Return the device called ``name``, or else the only one whose name or description has it, in whatever case.

    Raises:
        StornelloError: there is none such, or there are several.
    """
    if exactly := [output for output in outputs if output.name == name]:
        return exactly[0]
    part = name.casefold()
    found = [output for output in outputs if part in f"{output.name}\n{output.description}".casefold()]
    if len(found) == 1:
        return found[0]
    todo = Plain("Le schede che ci sono: stornello devices", "The devices that there are: stornello devices")
    if not found:
        raise StornelloError(
            "no-such-device", Plain(f"Nessuna scheda si chiama {name}.", f"No device is called {name}."), todo
        )
    names = ", ".join(output.name for output in found)
    raise StornelloError("several-devices", Plain(f"{name} può essere: {names}.", f"{name} may be: {names}."), todo)


def _choose(venue: Venue, output: Output) -> None:
    sound.remember(venue, output.name)
    tell(f"Si suona su: {output.description} ({output.name})", f"Playing to: {output.description} ({output.name})")
    try:
        control.ask(venue.run, "device", name=output.name)
    except PlayerLost as error:
        if error.code != control.NOT_RUNNING:
            raise
        tell("Vale dal prossimo avvio di Riproduzione.", "It holds from Riproduzione's next start.", style="dim")


def _list(outputs: tuple[Output, ...], chosen: str, settings: Settings) -> None:
    for output in outputs:
        mark = "*" if output.name == chosen else " "
        tell(f"{mark} {output.name}  {output.description}", f"{mark} {output.name}  {output.description}")
    if chosen not in {output.name for output in outputs}:
        tell(
            f"La scheda scelta non c'è ora: {chosen}",
            f"The device that was chosen is not there now: {chosen}",
            style="yellow",
        )
    if settings.sound_output != sound.AUTO:
        tell(
            f"Conta prima sound_output = {settings.sound_output}.",
            f"sound_output = {settings.sound_output} comes first.",
            style="dim",
        )
