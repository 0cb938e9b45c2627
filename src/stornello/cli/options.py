"""The options that every command takes, and what they mean."""

import os
from collections.abc import Callable
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
    """Return the venue at ``folder``, which is made if there is none, and its settings.

    For commands that a person gives: what starts by itself would make a second venue where the disk is away.

    Raises:
        SettingsError: the folder is no folder or cannot be written, or the settings do not hold.
    """
    return _ready(look_at(folder), Venue.open)


def opened_venue(folder: Path) -> tuple[Venue, Settings]:
    """Return the venue at ``folder``, of which at most some folders are missing, which are made, and its settings.

    Raises:
        SettingsError: there is no venue, as on the empty mount point of a disk that is away; or as above.
    """
    venue = look_at(folder)
    if not venue.is_there():
        raise _no_venue(venue)
    return _ready(venue, Venue.make)


def _ready(venue: Venue, make: Callable[[Venue], None]) -> tuple[Venue, Settings]:
    settings = Settings.load(venue.settings)
    for name, near in misspelt(os.environ):
        errors.print(
            say(f"Nell'ambiente c'è {name}: forse {near}?", f"The environment has {name}: did you mean {near}?"),
            markup=False,
        )
    try:
        make(venue)
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
        raise _no_venue(venue)
    return venue


def _no_venue(venue: Venue) -> SettingsError:
    return SettingsError(
        "venue-not-found",
        Plain(f"In {venue.root} non c'è un locale.", f"There is no venue in {venue.root}."),
        Plain(
            "Indica la sua cartella con --folder, collega il suo disco, o aprine uno con: stornello init",
            "Name its folder with --folder, connect its disk, or open one with: stornello init",
        ),
    )
