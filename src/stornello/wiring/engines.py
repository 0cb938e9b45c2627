"""Which engines the settings' names stand for.

``embedded`` is ours and built here; any other name is a package's: see :mod:`stornello.wiring.packaged`.
"""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stornello.chains import Breaker, Chain, Link
from stornello.domain.clock import SystemClock
from stornello.domain.errors import AccountRefused, SettingsError
from stornello.domain.eta import House
from stornello.domain.fairness import POLICIES
from stornello.domain.money import Budget
from stornello.domain.plain import Plain
from stornello.domain.seam import SEAMS, Seam
from stornello.providers.words import prompts
from stornello.settings import Settings
from stornello.spool.journal import Journal
from stornello.spool.ledger import Ledger
from stornello.spool.paths import Venue
from stornello.wiring import packaged
from stornello.wiring.packaged import AUTO, EMBEDDED

_EMBEDDED_PACKAGES = ("faster_whisper", "midirenderer", "pedalboard", "pyworld")
"""What tells whether the extra [embedded] is installed."""


def missing_packages() -> list[str]:
    """Return which packages of the embedded engines are not installed."""
    return [name for name in _EMBEDDED_PACKAGES if importlib.util.find_spec(name) is None]


def chosen(seam: Seam, settings: Settings) -> tuple[str, ...]:
    """Return the names of the engines of ``seam`` in the order in which they are asked, ``auto`` resolved."""
    named = {"transcribers": settings.transcriber, "lyricists": settings.lyricist, "studios": settings.studio}[seam]
    resolved = [one for name in named for one in (_auto(seam, settings) if name == AUTO else [name])]
    return tuple(dict.fromkeys(resolved))


def _auto(seam: Seam, settings: Settings) -> list[str]:
    """Return the remote engines that have a key or an address, then our own where it is installed."""
    places = {
        "transcribers": (settings.openai_api_key, settings.openai_base_url, settings.transcription_base_url),
        "lyricists": (settings.openai_api_key, settings.openai_base_url, settings.lyrics_base_url),
    }
    if seam == "studios":
        remote = ["kie"] * bool(settings.kie_api_key) + ["acestep"] * bool(settings.acestep_base_url)
    else:
        remote = ["openai"] * any(places[seam])
    return [*remote, *([] if remote and missing_packages() else [EMBEDDED])]


def uses_embedded(seam: Seam, settings: Settings) -> bool:
    """Return whether our own engine of ``seam`` is in the chain."""
    return EMBEDDED in chosen(seam, settings)


def require_engines(settings: Settings) -> None:
    """Raise SettingsError when the settings want what is not to be had.

    That is an engine that is not installed, a budget without a price, or prompts that cannot be used.
    """
    for seam in SEAMS:
        for name in chosen(seam, settings):
            _require(seam, name, settings)


def _require(seam: Seam, name: str, settings: Settings) -> None:
    if name == EMBEDDED:
        _require_packages()
    else:
        packaged.found(seam, name)
        _require_price(seam, name, settings)
    if (seam, name) == ("lyricists", "openai"):
        prompts.load(settings.prompts_file)


def _require_packages() -> None:
    if missing_packages():
        raise SettingsError(
            "engines-not-installed",
            Plain("I motori di casa non sono installati.", "The embedded engines are not installed."),
            Plain("Installali: pip install 'stornello[embedded]'", "Install them: pip install 'stornello[embedded]'"),
        )


def _require_price(seam: Seam, name: str, settings: Settings) -> None:
    has_budget = any((settings.budget_per_night, settings.budget_per_song, settings.budget_per_table))
    if has_budget and f"{seam}.{name}" not in settings.prices:
        raise SettingsError(
            "price-missing",
            Plain(
                f"C'è un tetto di spesa, ma nessun prezzo per «{name}».",
                f"There is a budget, but no price for '{name}'.",
            ),
            Plain(
                f'In stornello.toml: prices = {{ "{seam}.{name}" = 0.05 }} (euro; 0 se non costa niente).',
                f'In stornello.toml: prices = {{ "{seam}.{name}" = 0.05 }} (euro; 0 if it costs nothing).',
            ),
        )


def ledger(venue: Venue, settings: Settings) -> Ledger:
    """Return the venue's ledger with the settings' caps."""
    return Ledger(venue.ledger, SystemClock(), settings.night_begins, settings.caps, settings.credit_price)


_WORDS_CALLS = 2
"""For each song: the summary and the lyrics."""


def budget(settings: Settings) -> Budget:
    """Return what the screens hold the night's spending against."""
    caps = settings.caps
    studios = [(name, _price("studios", name, settings)) for name in chosen("studios", settings)]
    return Budget(
        cap=caps.night,
        dearest=max(_price(seam, name, settings) for seam in SEAMS for name in chosen(seam, settings)),
        low_credits=settings.low_credits,
        song=caps.song,
        table=caps.table,
        words=_WORDS_CALLS * _price("lyricists", chosen("lyricists", settings)[0], settings),
        studios=tuple((name, price) for name, price in studios if price),
    )


def house(settings: Settings) -> House:
    """Return what the screens tell from when songs will be heard."""
    return House(
        max_workers=settings.max_workers,
        max_queue_size=settings.max_queue_size,
        max_notes=settings.max_notes_per_song,
        crossfade_s=settings.crossfade_seconds,
        play_only_s=settings.play_only_seconds,
        policy=POLICIES[settings.fairness],
        interrupts=settings.interrupt != "never",
    )


def chain(seam: Seam, venue: Venue, settings: Settings) -> Chain[Any]:
    """Build the chain of ``seam``. No engine is built yet.

    One that is not to be had when it is asked is passed over and, like one whose account is closed, left alone for a
    while; people are told why.
    """
    breaker = Breaker(venue.engines, seam, SystemClock(), settings.engine_rest_seconds)

    def link(name: str) -> Link[Any]:
        return Link(name, lambda: _had(seam, name, settings, breaker), _price(seam, name, settings))

    links = [link(name) for name in chosen(seam, settings)]
    return Chain(links, breaker, ledger(venue, settings), SystemClock(), Journal(venue.journal).cost)


def _had(seam: Seam, name: str, settings: Settings, breaker: Breaker) -> Any:  # noqa: ANN401 - of whichever seam
    try:
        _require(seam, name, settings)
        return builder(seam, name, settings)()
    except SettingsError as error:
        breaker.failed(name, AccountRefused(error.code, error.what, error.todo))
        raise


def _price(seam: Seam, name: str, settings: Settings) -> float:
    return 0.0 if name == EMBEDDED else settings.prices.get(f"{seam}.{name}", 0.0)


def builder(seam: Seam, name: str, settings: Settings) -> Callable[[], Any]:
    """Return what builds one engine: our own, or an installed one, which is looked for when it is called."""
    return lambda: _own(seam)(settings) if name == EMBEDDED else packaged.build(seam, name, settings)


def _own(seam: Seam) -> Callable[[Settings], Any]:
    _require_packages()
    from stornello.wiring import own  # noqa: PLC0415 - imports much

    return own.ENGINES[seam]


def embedded_ears(settings: Settings) -> str:
    """Return what our own ears are, as a song's card tells it, such as ``embedded (whisper base)``."""
    if settings.speech_model != AUTO:
        return f"{EMBEDDED} (whisper {Path(settings.speech_model).name})"
    from stornello.wiring import own  # noqa: PLC0415 - imports much

    here = own.speech_model_here()
    return f"{EMBEDDED} ({' '.join(here.name.split('-')[:2])})" if here else EMBEDDED
