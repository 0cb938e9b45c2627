"""The command that looks back: report."""

import json
from contextlib import suppress
from datetime import date
from typing import Annotated

import typer

from stornello import report as house_report
from stornello.cli.options import HERE, Folder, Lang, existing
from stornello.cli.speech import LANGUAGE, console, errors, say
from stornello.domain.clock import SystemClock
from stornello.domain.errors import SettingsError, StornelloError
from stornello.domain.night import night_of
from stornello.domain.plain import Plain
from stornello.report import forms, telling
from stornello.settings import Settings
from stornello.spool.journal import Journal
from stornello.wiring import engines


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    app.command(help=say("Una serata: canzoni, attese, spesa.", "One night: songs, waits, costs."))(report)


def report(
    folder: Folder = HERE,
    lang: Lang = None,
    *,
    night: Annotated[
        str,
        typer.Option(
            metavar="DATE",
            show_default=False,
            help=say("Quale, per esempio 2026-11-23; se manca, l'ultima.", "Which, such as 2026-11-23; else the last."),
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help=say("Per i programmi.", "For programs."))] = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help=say("Le canzoni per un foglio di calcolo.", "The songs for a spreadsheet."))
    ] = False,
) -> None:
    """Tell what one night was: songs, waits, recordings, costs, failures."""
    del lang
    if as_json and as_csv:
        raise typer.BadParameter(say("--json oppure --csv, non insieme.", "--json or --csv, not both."))
    venue = existing(folder)
    settings = Settings.load(venue.settings)
    _mend(Journal(venue.journal))
    begins = settings.night_begins
    tonight = night_of(SystemClock().now(), begins)
    which = _date(night) if night else house_report.last_night(venue, tonight, begins)
    found = house_report.gather(venue, which, begins, engines.budget(settings))
    if as_json:
        typer.echo(json.dumps(forms.to_json(found), ensure_ascii=False, indent=2))
    elif as_csv:
        typer.echo(forms.to_csv(found), nl=False)
    else:
        for part in telling.tell(found, LANGUAGE):
            console.print(part, soft_wrap=False)


def _mend(journal: Journal) -> None:
    """Build a damaged journal anew, and say so; where that cannot be, the report says what is not known."""
    with suppress(StornelloError, OSError):
        if not journal.is_damaged():
            return
        kept = journal.rebuild()
        errors.print(
            say(
                f"journal.db era rovinato: è ricostruito, il vecchio è in {kept}.",
                f"journal.db was damaged: it is built anew, the old one is in {kept}.",
            ),
            markup=False,
        )


def _date(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise SettingsError(
            "no-date",
            Plain(f"«{written}» non è una data.", f"'{written}' is no date."),
            Plain("Scrivila così: --night 2026-11-23", "Write it like this: --night 2026-11-23"),
        ) from None
