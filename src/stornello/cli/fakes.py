"""The command that plays Kie on loopback: for demonstrations without credit, and for whoever writes a provider."""

import contextlib
import signal
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from stornello.cli.options import HERE, Folder, Lang
from stornello.cli.speech import LANGUAGE, console, errors, say, tell
from stornello.domain.errors import SettingsError
from stornello.domain.plain import Plain

if TYPE_CHECKING:  # a server, which the other commands have no use for
    from stornello.fake_kie import FakeKie

LOOPBACK = "127.0.0.1"

Port = Annotated[int, typer.Option(min=0, max=65535, help=say("Porta; 0: una libera.", "Port; 0: a free one."))]
Scene = Annotated[
    str, typer.Option(metavar="NAME", help=say("Che cosa succede a ogni ordine.", "What happens to every order."))
]
Storm = Annotated[
    int | None,
    typer.Option(
        metavar="SEED",
        help=say("Uno scenario a caso per ogni ordine.", "A random scenario for each order."),
        show_default=False,
    ),
]
Cook = Annotated[float, typer.Option(min=0, help=say("Secondi di attesa per canzone.", "Seconds a song takes."))]
Spread = Annotated[
    float, typer.Option(min=0, help=say("Fino a tanti secondi in più, a caso.", "Up to so many more, by chance."))
]
Length = Annotated[float, typer.Option(min=1, max=600, help=say("Durata dei brani, in secondi.", "Length of a take."))]
Credits = Annotated[float, typer.Option(min=0, help=say("Crediti sul conto.", "Credits on the account."))]
Limit = Annotated[
    bool,
    typer.Option(
        "--rate-limit/--no-rate-limit",
        help=say("Al più 20 ordini in 10 secondi.", "At most 20 orders in 10 seconds."),
    ),
]
Sunoapi = Annotated[bool, typer.Option("--sunoapi", help=say("I codici di sunoapi.org.", "The codes of sunoapi.org."))]
Host = Annotated[
    str, typer.Option(help=say("Indirizzo su cui ascoltare, per una rete di prova.", "Address, for a lab network."))
]
Listing = Annotated[bool, typer.Option("--list", help=say("Elenca gli scenari.", "List the scenarios."))]


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    app.command(
        "fake-kie",
        help=say(
            "Un finto Kie su questa macchina: stessi messaggi, nessun costo, guasti a richiesta.",
            "A fake Kie on this machine: the same messages, no cost, faults on demand.",
        ),
    )(fake_kie)


def fake_kie(  # noqa: PLR0913 - each an independent option
    port: Port = 8787,
    scenario: Scene = "ok",
    storm: Storm = None,
    cook: Cook = 5.0,
    spread: Spread = 0.0,
    seconds: Length = 30.0,
    credits: Credits = 1000.0,  # noqa: A002 - Kie's word
    host: Host = LOOPBACK,
    *,
    rate_limit: Limit = True,
    sunoapi: Sunoapi = False,
    listing: Listing = False,
    folder: Folder = HERE,
    lang: Lang = None,
) -> None:
    """Play Kie until interrupted."""
    del folder, lang  # it belongs to no venue, but every command takes the same options
    if listing:
        _list()
        return
    from stornello.fake_kie import FakeKie  # noqa: PLC0415 - most commands need none

    _known(scenario)
    try:
        kie = FakeKie(
            port,
            scenario,
            cook,
            seconds,
            spread_s=spread,
            storm=storm,
            credits=credits,
            rate_limit=rate_limit,
            sunoapi=sunoapi,
            host=host,
            watcher=_tell_request,
        )
    except OSError as error:
        raise _port_taken(host, port, error) from None
    if host != LOOPBACK:
        _warn(host)
    _play(kie)


def _warn(host: str) -> None:
    warning = say(
        f"Attenzione: chiunque raggiunga {host} può usare questo server.",
        f"Mind: whoever reaches {host} can use this server.",
    )
    errors.print(warning, style="yellow", markup=False)


def _play(kie: "FakeKie") -> None:
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, _leave)
    try:
        with kie:
            tell(f"Il finto Kie ascolta su {kie.url}", f"The fake Kie listens at {kie.url}")
            tell("Per usarlo, in un altro terminale:", "To use it, in another terminal:")
            console.print(f"  KIE_BASE_URL={kie.url} KIE_API_KEY=fake stornello up", markup=False)
            tell("Ctrl-C lo ferma.", "Ctrl-C ends it.")
            while True:
                signal.pause()
    except _Ended:
        tell(
            f"Canzoni addebitate: {kie.charges}; pagate due volte: {kie.paid_twice}.",
            f"Songs charged: {kie.charges}; paid twice: {kie.paid_twice}.",
        )


class _Ended(Exception):  # noqa: N818 - not an error
    """Somebody asked us to end."""


def _leave(_number: int, _frame: FrameType | None) -> None:
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, signal.SIG_IGN)
    raise _Ended


def _tell_request(method: str, path: str, what: Plain) -> None:
    with contextlib.suppress(OSError):  # nobody reads along any more: clients are answered all the same
        typer.echo(f"{method} {path}  {what.within(LANGUAGE)}")


def _list() -> None:
    from rich.table import Table  # noqa: PLC0415 - most commands need none

    from stornello.fake_kie import SCENARIOS  # noqa: PLC0415 - most commands need none

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("scenario", no_wrap=True)
    table.add_column(say("che cosa fa", "what it does"), overflow="fold")
    for name, row in SCENARIOS.items():
        table.add_row(name, row.told.within(LANGUAGE))
    console.print(table, soft_wrap=False)


def _known(scenario: str) -> None:
    from stornello.fake_kie import SCENARIOS  # noqa: PLC0415 - most commands need none

    if scenario not in SCENARIOS:
        raise SettingsError(
            "scenario-unknown",
            Plain(f"Lo scenario {scenario} non esiste.", f"There is no scenario {scenario}."),
            Plain("Per vederli: stornello fake-kie --list", "To see them: stornello fake-kie --list"),
        )


def _port_taken(host: str, port: int, error: OSError) -> SettingsError:
    return SettingsError(
        "port-taken",
        Plain(
            f"Su {host}:{port} non si può ascoltare ({error.strerror}).",
            f"Nothing can listen at {host}:{port} ({error.strerror}).",
        ),
        Plain("Scegli un'altra porta con --port.", "Choose another port with --port."),
    )
