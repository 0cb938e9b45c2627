"""The options that every command takes, and what they mean."""

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from stornello.cli.speech import errors, say
from stornello.domain.errors import SettingsError
from stornello.domain.plain import Plain
from stornello.settings import Settings, misspelt
from stornello.spool.paths import Venue

Folder = Annotated[
    Path,
    typer.Option(
        "--folder", metavar="DIR", help=say("La cartella del locale.", "The venue's folder."), show_default=False
    ),
]
Lang = Annotated[
    Literal["it", "en"] | None,
    typer.Option("--lang", help=say("Lingua dei messaggi.", "Language of the messages."), show_default=False),
]
HERE = Path()


def open_venue(folder: Path) -> tuple[Venue, Settings]:
    """Return the venue at ``folder``, its folders made, and its settings.

    Raises:
        SettingsError: the folder is no folder or cannot be written, or the settings do not hold.
    """
    venue = look_at(folder)
    settings = Settings.load(venue.settings)
    for name, near in misspelt(os.environ):
        errors.print(
            say(f"Nell'ambiente c'è {name}: forse {near}?", f"The environment has {name}: did you mean {near}?"),
            markup=False,
        )
    try:
        venue.open()
    except OSError as error:
        raise SettingsError(
            "venue-not-writable",
            Plain(
                f"In {venue.root} non si può scrivere ({error.strerror}).",
                f"{venue.root} cannot be written ({error.strerror}).",
            ),
            Plain("Scegli un'altra cartella con --folder.", "Choose another folder with --folder."),
        ) from None
    return venue, settings


def look_at(folder: Path) -> Venue:
    """Return the venue at ``folder`` without changing anything on disk."""
    root = folder.expanduser().absolute()
    if root.exists() and not root.is_dir():
        raise SettingsError(
            "venue-no-folder",
            Plain(f"{root} non è una cartella.", f"{root} is not a folder."),
            Plain("Scegli un'altra cartella con --folder.", "Choose another folder with --folder."),
        )
    return Venue(root)


def existing(folder: Path) -> Venue:
    """Return the venue at ``folder``, which must have been opened before."""
    venue = look_at(folder)
    if not venue.scratch.is_dir():
        raise SettingsError(
            "venue-not-found",
            Plain(f"In {venue.root} non c'è un locale.", f"There is no venue in {venue.root}."),
            Plain(
                "Indica la sua cartella con --folder, o aprine uno con: stornello init",
                "Name its folder with --folder, or open one with: stornello init",
            ),
        )
    return venue
