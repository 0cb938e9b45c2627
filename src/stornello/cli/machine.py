"""Commands about this machine: models, doctor."""

from typing import Annotated

import typer
from rich.table import Table

from stornello.cli.options import HERE, Folder, Lang, look_at
from stornello.cli.speech import LANGUAGE, console, say, tell
from stornello.domain.clock import SystemClock
from stornello.settings import Settings


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    room = typer.Typer(help=say("I modelli dei motori di casa.", "The embedded engines' models."), no_args_is_help=True)
    room.callback()(models)
    room.command("fetch", help=say("Scarica e verifica ciò che manca.", "Fetch and verify what is missing."))(fetch)
    room.command("verify", help=say("Rileggi e controlla ogni byte.", "Read and check every byte."))(verify)
    room.command("path", help=say("Dove stanno.", "Where they are."))(path)
    room.command("list", help=say("Quali sono e quali ci sono.", "Which there are and which are here."))(listing)
    app.add_typer(room, name="models")
    app.command(
        help=say("Controlla questa macchina e di' come rimediare.", "Check this machine and tell how to mend it.")
    )(doctor)


def models(lang: Lang = None) -> None:
    """Options before the command."""
    del lang


Names = Annotated[
    list[str] | None, typer.Argument(help=say("Quali; nessuno: quelli che servono.", "Which; none: those needed."))
]


def fetch(names: Names = None, folder: Folder = HERE, lang: Lang = None) -> None:
    """Fetch the named models, or what the embedded engines of this venue need."""
    del lang
    from stornello import models as model_store  # noqa: PLC0415 - most commands need none

    if names:
        model_store.fetch_all(names, LANGUAGE)
        tell("I modelli ci sono.", "The models are here.")
    else:
        from stornello.wiring import own  # noqa: PLC0415 - imports much

        ears = own.renew_speech_model(Settings.load(look_at(folder).settings).speech_model, LANGUAGE)
        (sound,) = model_store.fetch_all(["soundfont"], LANGUAGE)
        tell(f"Modelli pronti: {ears.name}, {sound.name}", f"Models ready: {ears.name}, {sound.name}")


def verify(names: Names = None, folder: Folder = HERE, lang: Lang = None) -> None:
    """Verify the named models, or all that are here; exit 1 when something is wrong."""
    del folder, lang  # the models are the machine's, but every command takes the same options
    from stornello import models as model_store  # noqa: PLC0415 - most commands need none

    here = names or [row.name for row in model_store.listing() if row.path]
    wrong = [problem for name in here for problem in model_store.verify(name)]
    for problem in wrong:
        console.print(problem, markup=False)
    if wrong:
        tell("Per rimediare: stornello models fetch NOME", "To mend it: stornello models fetch NAME")
        raise typer.Exit(1)
    tell(
        f"A posto: {', '.join(here) or 'niente da controllare'}.", f"All well: {', '.join(here) or 'nothing to check'}."
    )


def path(folder: Folder = HERE, lang: Lang = None) -> None:
    """Print the folder of the models."""
    del folder, lang  # the models are the machine's, but every command takes the same options
    from stornello import models as model_store  # noqa: PLC0415 - most commands need none

    console.print(str(model_store.folder()), markup=False)


def listing(folder: Folder = HERE, lang: Lang = None) -> None:
    """List the models."""
    del folder, lang  # the models are the machine's, but every command takes the same options
    from stornello import models as model_store  # noqa: PLC0415 - most commands need none

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for title in (
        say("modello", "model"),
        "MB",
        say("qui", "here"),
        say("licenza", "licence"),
        say("a che serve", "purpose"),
    ):
        table.add_column(title, overflow="fold")
    for row in model_store.listing():
        here = say("sì", "yes") if row.path else "no"
        table.add_row(row.name, f"{row.size / 1e6:.0f}", here, row.licence, row.purpose.within(LANGUAGE))
    console.print(table, soft_wrap=False)


def doctor(folder: Folder = HERE, lang: Lang = None) -> None:
    """Check everything that a night needs; exit 1 when something is missing."""
    del lang
    from stornello import doctor as house_doctor  # noqa: PLC0415 - imports much

    venue = look_at(folder)
    today = SystemClock().now().astimezone().date()
    findings = house_doctor.examine(venue, Settings.load(venue.settings), today)
    for finding in findings:
        mark = {"well": "[green]✓[/]", "warning": "[yellow]![/]", "ill": "[red]✗[/]"}[finding.state]
        console.print(f"{mark} ", end="")
        console.print(finding.what.within(LANGUAGE), markup=False)
        if finding.mend:
            console.print(f"   → {finding.mend.within(LANGUAGE)}", markup=False)
    if any(finding.state == "ill" for finding in findings):
        raise typer.Exit(1)
