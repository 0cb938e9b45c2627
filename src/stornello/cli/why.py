"""why: plain words why a table is or is not next."""

import json
from typing import Annotated, Any

import typer

from stornello.cli.options import HERE, Folder, Lang, existing
from stornello.cli.speech import LANGUAGE, console, say
from stornello.cli.why_words import reasons
from stornello.domain.clock import SystemClock
from stornello.domain.errors import StornelloError
from stornello.domain.fairness import POLICIES
from stornello.domain.names import MAX_TABLE, TableId, origin_of
from stornello.domain.plain import Plain
from stornello.producer.why import Rules, Standing, look
from stornello.settings import Settings
from stornello.wording.text import safe

TableName = Annotated[
    str, typer.Argument(metavar="TABLE", help=say("Il numero del tavolo.", "The table's number."), show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add this room's command."""
    app.command(
        help=say("Perché tocca, o non tocca ancora, a un tavolo.", "Why it is, or is not yet, a table's turn.")
    )(why)


def why(
    table: TableName,
    folder: Folder = HERE,
    lang: Lang = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help=say("Per i programmi.", "For programs."))] = False,
) -> None:
    """Tell where a table stands: in line, in the making, resting, and what keeps everybody waiting."""
    del lang
    number = _number(table)
    venue = existing(folder)
    settings = Settings.load(venue.settings)
    rules = Rules(
        POLICIES[settings.fairness],
        settings.night_begins,
        settings.max_workers,
        settings.max_queue_size,
        settings.free_space_floor_mb,
    )
    standing = look(venue, number, rules, SystemClock().now())
    if as_json:
        typer.echo(json.dumps(_to_json(standing), ensure_ascii=False, indent=2))
        return
    for _, sentence in reasons(standing):
        console.print(sentence.within(LANGUAGE), markup=False)


def _number(name: str) -> TableId:
    """Read a table's number. Raises StornelloError when there can be no such table."""
    origin = origin_of(name)
    if origin and not origin.guest and "/" not in name:
        return origin.table
    raise StornelloError(
        "no-such-table",
        Plain(f"«{safe(name)}» non è il numero di un tavolo.", f"'{safe(name)}' is no table's number."),
        Plain(f"I tavoli vanno da 1 a {MAX_TABLE}.", f"Tables go from 1 to {MAX_TABLE}."),
    )


def _to_json(at: Standing) -> dict[str, Any]:
    return {
        "table": at.table,
        "place": at.place,
        "notes": at.waiting.notes if at.waiting else 0,
        "waits_since": at.waiting.since.isoformat() if at.waiting else None,
        "songs_tonight": at.tonight,
        "counts_as": at.songs,
        "before": [
            {"table": one.table, "songs": one.songs, "waits_since": one.since.isoformat()}
            for one in at.line[: (at.place or 1) - 1]
        ],
        "job": at.job.id if at.job else None,
        "milestone": at.job.status.milestone if at.job else None,
        "rests_until": at.rests_until.isoformat() if at.rests_until else None,
        "failures_in_a_row": at.failures,
        "queue": [card.id for card in at.queue],
        "in_the_making": [job.id for job in at.open_jobs],
        "max_queue_size": at.rules.max_queue_size,
        "producer_running": at.is_running,
        "watchdog_running": at.is_listening,
        "at_door": at.at_door,
        "being_heard": at.heard,
        "set_aside": [reason.name for reason in at.aside],
        "reasons": [{"code": code, "it": told.it, "en": told.en} for code, told in reasons(at)],
    }
