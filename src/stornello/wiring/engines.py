"""Which engines the settings' names stand for.

``embedded`` is ours and built here; any other name is looked up among the installed packages' entry points
(``stornello.transcribers``, ``stornello.lyricists``, ``stornello.studios``): a callable that takes the
:class:`Settings` and returns the engine. Our remote engines come in by that same door.
"""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from stornello.chains import Breaker, Chain, Link
from stornello.domain.clock import SystemClock
from stornello.domain.errors import SettingsError
from stornello.domain.money import Budget
from stornello.domain.plain import Plain
from stornello.providers.words import prompts
from stornello.settings import Settings
from stornello.spool.journal import Journal
from stornello.spool.ledger import Ledger
from stornello.spool.paths import Venue

T = TypeVar("T")
Kind = Literal["transcribers", "lyricists", "studios"]
KINDS: tuple[Kind, ...] = ("transcribers", "lyricists", "studios")

EMBEDDED = "embedded"
AUTO = "auto"

_EMBEDDED_PACKAGES = ("faster_whisper", "midirenderer", "pedalboard", "pyworld")
"""What tells whether the extra [embedded] is installed."""


def missing_packages() -> list[str]:
    """Return which packages of the embedded engines are not installed."""
    return [name for name in _EMBEDDED_PACKAGES if importlib.util.find_spec(name) is None]


def chosen(kind: Kind, settings: Settings) -> tuple[str, ...]:
    """Return the names of the engines of ``kind`` in the order in which they are asked, ``auto`` resolved."""
    named = {"transcribers": settings.transcriber, "lyricists": settings.lyricist, "studios": settings.studio}[kind]
    resolved = [one for name in named for one in (_auto(kind, settings) if name == AUTO else [name])]
    return tuple(dict.fromkeys(resolved))


def _auto(kind: Kind, settings: Settings) -> list[str]:
    """Return the remote engines that have a key or an address, then our own where it is installed."""
    places = {
        "transcribers": (settings.openai_api_key, settings.openai_base_url, settings.transcription_base_url),
        "lyricists": (settings.openai_api_key, settings.openai_base_url, settings.lyrics_base_url),
    }
    if kind == "studios":
        remote = ["kie"] * bool(settings.kie_api_key) + ["acestep"] * bool(settings.acestep_base_url)
    else:
        remote = ["openai"] * any(places[kind])
    return [*remote, *([] if remote and missing_packages() else [EMBEDDED])]


def uses_embedded(kind: Kind, settings: Settings) -> bool:
    """Return whether our own engine of ``kind`` is in the chain."""
    return EMBEDDED in chosen(kind, settings)


def require_engines(settings: Settings) -> None:
    """Raise SettingsError when the settings want what is not to be had.

    That is an engine that is not installed, a budget without a price, or prompts that cannot be used.
    """
    wanted = [(kind, name) for kind in KINDS for name in chosen(kind, settings)]
    for kind, name in wanted:
        if name != EMBEDDED:
            installed(kind, name)
            _require_price(kind, name, settings)
    if ("lyricists", "openai") in wanted:
        prompts.load(settings.prompts_file)
    if any(name == EMBEDDED for _, name in wanted) and missing_packages():
        raise SettingsError(
            "engines-not-installed",
            Plain("I motori di casa non sono installati.", "The embedded engines are not installed."),
            Plain("Installali: pip install 'stornello[embedded]'", "Install them: pip install 'stornello[embedded]'"),
        )


def _require_price(kind: Kind, name: str, settings: Settings) -> None:
    has_budget = any((settings.budget_per_night, settings.budget_per_song, settings.budget_per_table))
    if has_budget and f"{kind}.{name}" not in settings.prices:
        raise SettingsError(
            "price-missing",
            Plain(
                f"C'è un tetto di spesa, ma nessun prezzo per «{name}».",
                f"There is a budget, but no price for '{name}'.",
            ),
            Plain(
                f'In stornello.toml: prices = {{ "{kind}.{name}" = 0.05 }} (euro; 0 se non costa niente).',
                f'In stornello.toml: prices = {{ "{kind}.{name}" = 0.05 }} (euro; 0 if it costs nothing).',
            ),
        )


def ledger(venue: Venue, settings: Settings) -> Ledger:
    """Return the venue's ledger with the settings' caps."""
    return Ledger(venue.ledger, SystemClock(), settings.night_begins, settings.caps, settings.credit_price)


def budget(settings: Settings) -> Budget:
    """Return what the screens hold the night's spending against."""
    prices = [settings.prices.get(f"{kind}.{name}", 0.0) for kind in KINDS for name in chosen(kind, settings)]
    return Budget(settings.caps.night, max(prices), settings.low_credits)


def chain(kind: Kind, venue: Venue, settings: Settings, own: Callable[[], T]) -> Chain[T]:
    """Build the chain of ``kind``; ``own`` builds our embedded engine. No engine is built yet."""
    links = [_link(kind, name, settings, own) for name in chosen(kind, settings)]
    breaker = Breaker(venue.engines, kind, SystemClock(), settings.engine_rest_seconds)
    return Chain(links, breaker, ledger(venue, settings), SystemClock(), Journal(venue.journal).cost)


def _link(kind: Kind, name: str, settings: Settings, own: Callable[[], T]) -> Link[T]:
    if name == EMBEDDED:
        return Link(name, own)
    build = installed(kind, name)
    return Link(name, lambda: cast("T", build(settings)), settings.prices.get(f"{kind}.{name}", 0.0))


def speech_model_here() -> Path | None:
    """Return the folder of the best of our speech models that is on this machine; never uses the network."""
    from stornello import models  # noqa: PLC0415 - other engines need none

    return models.find("whisper-small") or models.find("whisper-base")


def embedded_ears(settings: Settings) -> str:
    """Return what our own ears are, as a song's card tells it, such as ``embedded (whisper base)``."""
    if settings.speech_model != AUTO:
        return f"{EMBEDDED} (whisper {Path(settings.speech_model).name})"
    here = speech_model_here()
    return f"{EMBEDDED} ({' '.join(here.name.split('-')[:2])})" if here else EMBEDDED


def installed(kind: Kind, name: str) -> Callable[[Settings], Any]:
    """Return what builds the engine ``name`` of ``kind``.

    Raises:
        SettingsError: nothing of that name is installed.
    """
    from importlib.metadata import entry_points  # noqa: PLC0415 - the embedded engines need none

    group = f"stornello.{kind}"
    found = {entry.name: entry for entry in entry_points(group=group)}
    if name in found:
        return cast("Callable[[Settings], Any]", found[name].load())
    known = ", ".join([AUTO, EMBEDDED, *sorted(found)])
    raise SettingsError(
        "unknown-engine",
        Plain(f"Non c'è un motore «{name}» ({group}).", f"There is no engine '{name}' ({group})."),
        Plain(f"Quelli installati: {known}.", f"Installed: {known}."),
    )
