"""resolve: a person tells whether a held job's song is paid for."""

from typing import Annotated

import typer

from stornello.cli.options import HERE, Folder, Lang, existing
from stornello.cli.speech import say, tell
from stornello.domain.errors import StornelloError
from stornello.domain.plain import Plain
from stornello.settings import Settings

JobName = Annotated[
    str,
    typer.Argument(
        metavar="JOB", help=say("Nome, o parte, del lavoro in held/.", "Name, or part of it, of the job in held/.")
    ),
]
Paid = Annotated[
    str | None,
    typer.Option(
        "--paid",
        metavar="TASK_ID",
        help=say(
            "Lo studio l'ha presa: il suo identificativo. Si va a ritirarla.",
            "The studio has taken it: its id there. It is collected.",
        ),
    ),
]
NotPaid = Annotated[
    bool,
    typer.Option(
        "--not-paid",
        help=say("Lo studio non l'ha presa: si ordina di nuovo.", "The studio has not taken it: order it again."),
    ),
]
Studio = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        show_default=False,
        help=say(
            "Quale studio, se il lavoro non sa più dirlo (con --paid).",
            "Which studio, where the job can no longer tell (with --paid).",
        ),
    ),
]


def register(app: typer.Typer) -> None:
    """Add this room's command."""
    app.command(
        help=say(
            "Decidi di un lavoro in attesa: la canzone è già pagata o no.",
            "Decide on a held job: is its song paid for already or not.",
        )
    )(resolve)


def resolve(
    job: JobName,
    folder: Folder = HERE,
    lang: Lang = None,
    *,
    paid: Paid = None,
    not_paid: NotPaid = False,
    studio: Studio = "",
) -> None:
    """Put a held job back to work, paying at most once."""
    del lang
    if (paid is None) == (not not_paid):
        raise _one_answer()
    from stornello.spool import held  # noqa: PLC0415 - a rare command
    from stornello.wiring import engines, packaged  # noqa: PLC0415 - a rare command

    venue = existing(folder)
    settings = Settings.load(venue.settings)
    if studio and studio != packaged.EMBEDDED:
        packaged.found("studios", studio)
    name = held.resolve(venue, job, paid, engines.ledger(venue, settings), studio)
    if paid is None:
        tell(f"{name} torna in lavorazione: la canzone si ordina.", f"{name} is back in the making: it is ordered.")
    else:
        tell(
            f"{name} torna in lavorazione: la canzone si ritira, non si paga di nuovo.",
            f"{name} is back in the making: its song is collected, not paid again.",
        )


def _one_answer() -> StornelloError:
    return StornelloError(
        "resolve-how",
        Plain("Serve una sola delle due risposte.", "Exactly one of the two answers is needed."),
        Plain(
            "stornello resolve LAVORO --paid TASK_ID oppure --not-paid",
            "stornello resolve JOB --paid TASK_ID or --not-paid",
        ),
    )
