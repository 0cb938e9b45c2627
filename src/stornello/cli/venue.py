"""Commands about one venue: init, config, status, queue, retry."""

import json
import shlex
from collections.abc import Iterator, Mapping
from datetime import datetime
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
from stornello.domain.money import Amount, Budget
from stornello.domain.names import MAX_TABLE, TableId
from stornello.domain.night import night_of
from stornello.providers.words.prompts import default_prompts
from stornello.settings import Settings
from stornello.spool import atomic, quarantine
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist
from stornello.spool.snapshot import Snapshot, look
from stornello.wiring import engines
from stornello.wording import awaited, owner, progress
from stornello.wording import money as purse


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    app.command(help=say("Apri un locale: cartelle e stornello.toml.", "Open a venue: folders and stornello.toml."))(
        init
    )
    app.command(help=say("Mostra le impostazioni in vigore.", "Show the settings in force."))(config)
    app.command(help=say("Come va la serata.", "How the night is going."))(status)
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


def status(
    folder: Folder = HERE,
    lang: Lang = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help=say("Per i programmi.", "For programs."))] = False,
) -> None:
    """Tell what plays, what waits, what is in the making and what went wrong."""
    del lang
    venue, now = existing(folder), SystemClock().now()
    settings = Settings.load(venue.settings)
    budget = engines.budget(settings)
    snapshot = look(venue, night_of(now, settings.night_begins), settings.free_space_floor_mb, engines.house(settings))
    if as_json:
        caps = {"budget_euro": budget.cap, "budget_song_euro": budget.song, "budget_table_euro": budget.table}
        money = caps | {"budget_share": budget.share(snapshot.spent.euro)}
        console.print(json.dumps(snapshot.to_json() | money, ensure_ascii=False, indent=2), markup=False)
        return
    for line in (*_in_words(snapshot), *_owners(snapshot, budget, now), *_of_the_journal(venue)):
        console.print(line, markup=False)


def _owners(seen: Snapshot, budget: Budget, now: datetime) -> Iterator[str]:
    """Yield what the night costs, and what its owner should know."""
    yield say("Spesa stasera: ", "Spent tonight: ") + purse.spending(seen.spent, budget, LANGUAGE)
    for engine in seen.engines:
        if engine.credits is not None and not owner.is_low(engine, budget):
            yield owner.credits_left(engine, budget, LANGUAGE)
    for worry in owner.worries(seen, budget, now, LANGUAGE):
        yield f"! {worry.text}"


def _of_the_journal(venue: Venue) -> Iterator[str]:
    if Journal(venue.journal).is_damaged():
        yield say(
            "! journal.db non si legge: per ricostruirlo, stornello journal rebuild",
            "! journal.db cannot be read: to build it anew, stornello journal rebuild",
        )


def _in_words(now: Snapshot) -> list[str]:
    on = [progress.SERVICES[service].within(LANGUAGE) for service, running in now.running.items() if running]
    lines = [say("Servizi: ", "Services: ") + (", ".join(on) or say("nessuno in funzione", "none running"))]
    if now.playing and now.playing.song:
        lines.append(
            say("In onda: ", "Playing: ") + f"{now.playing.title} ({say('tavolo', 'table')} {now.playing.table})"
        )
    lines.append(say("In coda: ", "Queued: ") + str(len(now.queue)))
    lines += [f"  {making.job}  {progress.milestone(making.status.milestone, LANGUAGE)}" for making in now.making]
    for table, in_s in sorted(now.outlook.tables.items()):
        when = awaited.awaited(in_s, LANGUAGE)
        lines.append(say(f"Prossima canzone, tavolo {table}: ", f"Next song, table {table}: ") + when)
    lines.append(say("In arrivo: ", "Arriving: ") + str(now.arriving))
    lines.append(say("All'ascolto: ", "Being heard: ") + str(now.hearing))
    for table, waiting in sorted(now.waiting.items()):
        lines.append(
            say(f"Messaggi in attesa, tavolo {table}: ", f"Notes waiting, table {table}: ") + str(waiting.notes)
        )
    tonight = ", ".join(f"{table}: {songs}" for table, songs in sorted(now.songs_tonight.items()))
    lines.append(say("Canzoni stasera, per tavolo: ", "Songs tonight, by table: ") + (tonight or "-"))
    lines.append(say("Troppo brevi: ", "Too short: ") + str(now.short))
    for reason in now.troubles:
        lines.append(say(f"Aspetta: {reason.name}. ", f"Waits: {reason.name}. ") + reason.within(LANGUAGE))
    for reason in now.mishaps:
        lines.append(f"! {reason.name}: {reason.within(LANGUAGE)}")
    return lines


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
