"""Commands about one venue: init, config, queue, retry."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr
from rich.markup import escape
from rich.table import Table

from stornello import settings as house_settings
from stornello.cli.options import HERE, Folder, Lang, existing, look_at, open_venue
from stornello.cli.speech import LANGUAGE, console, say, tell
from stornello.domain.clock import SystemClock
from stornello.domain.money import Amount
from stornello.domain.names import MAX_TABLE, TableId
from stornello.providers.words.prompts import default_prompts
from stornello.settings import Settings
from stornello.spool import atomic, quarantine
from stornello.spool.playlist import Playlist


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    app.command(help=say("Apri un locale: cartelle e stornello.toml.", "Open a venue: folders and stornello.toml."))(
        init
    )
    app.command(help=say("Mostra le impostazioni in vigore.", "Show the settings in force."))(config)
    app.command(help=say("Le canzoni in coda.", "The songs in the queue."))(queue)
    app.command(help=say("Rimetti al lavoro ciò che è stato messo da parte.", "Put back what was set aside."))(retry)


def init(folder: Folder = HERE, lang: Lang = None) -> None:
    """Make the folders and a commented stornello.toml, which is never overwritten."""
    del lang
    venue, _ = open_venue(folder)
    if venue.settings.exists():
        tell(f"{venue.settings} c'è già, resta com'è.", f"{venue.settings} is there already and stays as it is.")
        return
    atomic.write_text(venue.settings, house_settings.as_toml(LANGUAGE))
    venue.settings.chmod(0o600)  # it may come to hold keys
    tell(
        f"Locale aperto in {venue.root}. Impostazioni: {venue.settings}",
        f"Venue opened in {venue.root}. Settings: {venue.settings}",
    )
    where = "" if venue.root == Path.cwd() else f" --folder {shlex.quote(str(venue.root))}"
    tell(f"Per cominciare: stornello up{where}", f"To begin: stornello up{where}")


def config(
    folder: Folder = HERE,
    lang: Lang = None,
    *,
    prompts: Annotated[
        bool, typer.Option("--prompts", help=say("Mostra invece i prompt di casa.", "Show our prompts instead."))
    ] = False,
) -> None:
    """Show every setting, its value and what it does. Keys are never shown.

    ``--prompts`` prints the file that a venue's prompts.toml starts from.
    """
    del lang
    if prompts:
        typer.echo(default_prompts(), nl=False)
        return
    settings = Settings.load(look_at(folder).settings)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for title in (say("impostazione", "setting"), say("valore", "value"), say("che cosa fa", "what it does")):
        table.add_column(title, overflow="fold")
    for name in Settings.model_fields:
        table.add_row(name, escape(_shown(getattr(settings, name))), house_settings.meaning(name).within(LANGUAGE))
    console.print(table, soft_wrap=False)


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return say("presente", "present")
    if value is None:
        return say("assente", "absent")
    if isinstance(value, Amount):
        return value.within(LANGUAGE)
    if isinstance(value, Mapping):
        return "\n".join(f"{name} {_shown(one)}" for name, one in value.items())
    if isinstance(value, float):
        return f"{value:.10g}"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def queue(folder: Folder = HERE, lang: Lang = None) -> None:
    """List the queue in playing order."""
    del lang
    cards = Playlist(existing(folder).playlist).look()
    if not cards:
        tell("La coda è vuota.", "The queue is empty.")
    for n, card in enumerate(cards, start=1):
        minutes, seconds = divmod(round(card.sound.duration_s), 60)
        where = say("tavolo", "table")
        console.print(f"{n:>3}  {card.id}  {where} {card.table}  {minutes}:{seconds:02}  {card.title}", markup=False)


def retry(
    name: Annotated[
        str,
        typer.Argument(
            help=say("Nome, o parte, di ciò che è da parte.", "Name, or part of it, of what was set aside.")
        ),
    ],
    folder: Folder = HERE,
    lang: Lang = None,
    *,
    table: Annotated[
        int | None,
        typer.Option(
            min=1, max=MAX_TABLE, help=say("Il tavolo, se il nome non lo dice.", "The table, if the name tells none.")
        ),
    ] = None,
    afresh: Annotated[
        bool, typer.Option(help=say("Dimentica i passi già fatti.", "Forget the steps that were done."))
    ] = False,
    pay_again: Annotated[
        bool,
        typer.Option(
            "--pay-again",
            help=say("Con --afresh: anche una canzone già pagata.", "With --afresh: even a song that is paid for."),
        ),
    ] = False,
) -> None:
    """Put a quarantined recording or a failed job back to work."""
    del lang
    number = TableId(table) if table else None
    back = quarantine.put_back(
        existing(folder), name, SystemClock().now(), table=number, afresh=afresh, pay_again=pay_again
    )
    if back.kind == "recording":
        tell(f"{back.name} torna all'ascolto.", f"{back.name} will be heard again.")
    else:
        tell(f"{back.name} torna in lavorazione.", f"{back.name} is back in the making.")
