"""Commands about engines: which there are, and whether one keeps the contract of its seam."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Annotated, Any

import typer
from pydantic import SecretStr
from rich.table import Table

from stornello import contract
from stornello.cli.options import HERE, Folder, Lang, look_at
from stornello.cli.speech import LANGUAGE, console, say, tell
from stornello.contract import Outcome, Subject
from stornello.domain.errors import SettingsError, StornelloError
from stornello.domain.plain import Plain
from stornello.domain.seam import SEAMS, Seam
from stornello.seams import Checkable
from stornello.settings import Settings
from stornello.wiring.engines import builder
from stornello.wiring.packaged import EMBEDDED

_UNITS: Mapping[Seam, Plain] = MappingProxyType(
    {
        "studios": Plain("canzone", "song"),
        "lyricists": Plain("chiamate", "calls"),
        "transcribers": Plain("minuti", "minutes"),
    }
)
"""What ``contract.units`` counts; of songs, only one is ever asked for."""


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    room = typer.Typer(help=say("I motori, anche di terzi.", "The engines, third parties' too."), no_args_is_help=True)
    room.callback()(provider)
    room.command("list", help=say("Quali ci sono.", "Which there are."))(listing)
    room.command("test", help=say("Rispetta il contratto?", "Does it keep the contract?"))(examine)
    app.add_typer(room, name="provider")


def provider(lang: Lang = None) -> None:
    """Options before the command."""
    del lang


@dataclass(frozen=True)
class Builder:
    """Builds one installed engine, in whichever process it is called."""

    seam: Seam
    name: str
    settings: Settings

    def __call__(self) -> Any:  # noqa: ANN401 - an engine of whichever seam
        """Return a fresh engine."""
        return builder(self.seam, self.name, self.settings)()


def listing(folder: Folder = HERE, lang: Lang = None) -> None:
    """List the engines by seam: from which package, whether paid, and the price in the settings."""
    del lang
    settings = Settings.load(look_at(folder).settings)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for title in (say("posto", "seam"), say("motore", "engine"), say("pacchetto", "package"), say("prezzo", "price")):
        table.add_column(title, overflow="fold")
    for seam, name, package in _all():
        table.add_row(seam, name, package, _price(seam, name, settings))
    console.print(table, soft_wrap=False)


def _all() -> Iterator[tuple[Seam, str, str]]:
    for seam in SEAMS:
        yield seam, EMBEDDED, "stornello"
        for entry in sorted(entry_points(group=f"stornello.{seam}"), key=lambda entry: entry.name):
            yield seam, entry.name, f"{entry.dist.name} {entry.dist.version}" if entry.dist else "?"


def _price(seam: Seam, name: str, settings: Settings) -> str:
    """Say what it costs: nothing, where the engine can be built and says so, else the settings' price."""
    try:
        is_free = not Builder(seam, name, settings)().is_paid
    except Exception:  # noqa: BLE001 - a stranger's code, or one that is not set up, which doctor tells
        is_free = False
    if is_free:
        return say("gratis", "free")
    price = settings.prices.get(f"{seam}.{name}")
    return say("nessun prezzo nelle impostazioni", "no price in the settings") if price is None else f"{price:g} €"


def examine(
    name: Annotated[str, typer.Argument(help=say("Il nome del motore.", "The engine's name."))],
    seam: Annotated[Seam | None, typer.Option("--seam", help=say("Quale posto.", "Which seam."))] = None,
    folder: Folder = HERE,
    lang: Lang = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help=say("Per i programmi.", "For programs."))] = False,
    yes: Annotated[bool, typer.Option("--yes", help=say("Anche se costa.", "Even if it costs."))] = False,
) -> None:
    """Run the contract suite on an engine, with the venue's settings; exit 1 when it is broken."""
    del lang
    settings = Settings.load(look_at(folder).settings)
    subjects = {one: _subject(one, name, settings) for one in _seams_of(name, seam)}
    _require_there(subjects.values())
    _agree_to_pay(subjects, name, settings, yes=yes)
    ended = [(one, outcome) for one, subject in subjects.items() for outcome in _told(one, subject, quiet=as_json)]
    broken = sum(outcome.state == "broken" for _, outcome in ended)
    if as_json:
        console.print_json(json.dumps({"engine": name, "broken": broken, "checks": [_row(*one) for one in ended]}))
    else:
        skipped = sum(outcome.state == "not asked" for _, outcome in ended)
        tell(
            f"{len(ended)} controlli, {broken} non rispettati, {skipped} che non lo riguardano.",
            f"{len(ended)} checks, {broken} broken, {skipped} that do not concern it.",
        )
    if broken:
        raise typer.Exit(1)


def _seams_of(name: str, seam: Seam | None) -> list[Seam]:
    """Return the seams where an engine of that name is installed, or the one asked for."""
    if seam:
        return [seam]
    found = [one for one, known, _ in _all() if known == name]
    if not found:
        names = ", ".join(sorted({known for _, known, _ in _all()}))
        raise SettingsError(
            "unknown-engine",
            Plain(f"Non c'è un motore «{name}».", f"There is no engine '{name}'."),
            Plain(f"Quelli installati: {names}.", f"Installed: {names}."),
        )
    return found


def _subject(seam: Seam, name: str, settings: Settings) -> Subject:
    keys = (getattr(settings, field) for field in Settings.model_fields)
    secrets = [key.get_secret_value() for key in keys if isinstance(key, SecretStr)]
    return Subject(seam, Builder(seam, name, settings), secrets, settings.job_deadline_seconds)


def _require_there(subjects: Iterable[Subject]) -> None:
    """Raise what an engine's own ``check`` does: when its server is away every other check would blame the engine."""
    for subject in subjects:
        engine = _built(subject)
        if isinstance(engine, Checkable):
            with _left_to_the_checks():
                engine.check()


def _agree_to_pay(subjects: dict[Seam, Subject], name: str, settings: Settings, *, yes: bool) -> None:
    """Say what it may cost, and go on only when somebody agrees."""
    paid = [seam for seam, subject in subjects.items() if _is_paid(subject)]
    costs = [(seam, settings.prices.get(f"{seam}.{name}")) for seam in paid]
    if not any(price != 0 for _, price in costs):
        return
    for seam, price in costs:
        units = f"{contract.units(seam):g} {_UNITS[seam].within(LANGUAGE)}"
        euro = say("prezzo ignoto", "price unknown") if price is None else f"{contract.units(seam) * price:.2f} €"
        typer.echo(say(f"{seam}: al massimo {units}, {euro}.", f"{seam}: at most {units}, {euro}."), err=True)
    if yes or (sys.stdin.isatty() and typer.confirm(say("Va bene?", "Is that all right?"), err=True)):
        return
    raise SettingsError(
        "test-costs",
        Plain("Questa prova può costare.", "This test may cost money."),
        Plain("Se va bene: --yes", "If that is all right: --yes"),
    )


def _is_paid(subject: Subject) -> bool:
    """Return whether it may cost: also when the engine does not say. One that cannot be built costs nothing."""
    engine = _built(subject)
    return engine is not None and bool(getattr(engine, "is_paid", True))


def _built(subject: Subject) -> Any:  # noqa: ANN401 - an engine of whichever seam
    """Return the engine; None where it cannot be built."""
    with _left_to_the_checks():
        return subject.build()
    return None


@contextmanager
def _left_to_the_checks() -> Iterator[None]:
    """Pass on what a person can mend; whatever else a stranger's code lets out, the checks will tell."""
    try:
        yield
    except StornelloError:
        raise
    except Exception:  # noqa: BLE001, S110 - see above
        pass


def _told(seam: Seam, subject: Subject, *, quiet: bool) -> Iterator[Outcome]:
    """Yield the outcomes, each told when it comes."""
    if not quiet:
        console.print(seam, style="bold")
    for outcome in contract.run(subject):
        if not quiet:
            _show(outcome)
        yield outcome


def _show(outcome: Outcome) -> None:
    mark = {"kept": "[green]✓[/]", "broken": "[red]✗[/]", "not asked": "[dim]·[/]"}[outcome.state]
    console.print(f"{mark} ", end="")
    console.print(outcome.check.sentence.within(LANGUAGE), markup=False)
    if outcome.why:
        console.print(f"   {outcome.why.within(LANGUAGE)}", markup=False)
        console.print(f"   → {outcome.check.todo.within(LANGUAGE)}", markup=False)


def _row(seam: Seam, outcome: Outcome) -> dict[str, str]:
    why = outcome.why.within(LANGUAGE) if outcome.why else ""
    return {"seam": seam, "check": outcome.check.name, "state": outcome.state, "why": why}
