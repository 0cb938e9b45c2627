"""The commands about journal.db: journal rebuild."""

import typer

from stornello.cli.options import HERE, Folder, Lang, existing
from stornello.cli.speech import say, tell
from stornello.spool.journal import Journal


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    room = typer.Typer(
        help=say("Il diario di ciò che è successo, journal.db.", "The journal of what has happened, journal.db."),
        invoke_without_command=True,
    )
    room.callback()(journal)
    room.command(
        "rebuild",
        help=say(
            "Ricostruiscilo dalle carte del locale; il vecchio resta.",
            "Build it anew from the venue's files; the old one stays.",
        ),
    )(rebuild)
    app.add_typer(room, name="journal")


def journal(context: typer.Context, lang: Lang = None) -> None:
    """Show the help where no command is named."""
    del lang
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def rebuild(folder: Folder = HERE, lang: Lang = None) -> None:
    """Build the journal anew. Works while the services run: they wait for it, but for the player, who never does."""
    del lang
    house = Journal(existing(folder).journal)
    kept = house.rebuild()
    songs, recordings, plays = len(house.songs()), len(house.recordings()), len(house.plays())
    tell(
        f"journal.db è ricostruito: {songs} canzoni, {recordings} registrazioni, {plays} ascolti in sala.",
        f"journal.db is built anew: {songs} songs, {recordings} recordings, {plays} plays in the room.",
    )
    if kept:
        tell(f"Quello di prima è in {kept}", f"The one before is in {kept}")
