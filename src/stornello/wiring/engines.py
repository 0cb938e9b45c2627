"""Which engine a name stands for.

``auto`` and ``embedded`` are ours; any other name is looked up among the installed packages' entry points
(``stornello.transcribers``, ``stornello.lyricists``, ``stornello.studios``): a callable that takes the
:class:`Settings` and returns the engine.
"""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from stornello.domain.errors import SettingsError
from stornello.domain.plain import Plain
from stornello.settings import Settings

EMBEDDED = "embedded"
OWN = frozenset({"auto", EMBEDDED})

_EMBEDDED_PACKAGES = ("faster_whisper", "midirenderer", "pedalboard", "pyworld")
"""What tells whether the extra [embedded] is installed."""


def missing_packages() -> list[str]:
    """Return which packages of the embedded engines are not installed."""
    return [name for name in _EMBEDDED_PACKAGES if importlib.util.find_spec(name) is None]


def require_engines(settings: Settings) -> None:
    """Raise SettingsError when the settings want an engine that is not installed."""
    wanted = {"transcribers": settings.transcriber, "lyricists": settings.lyricist, "studios": settings.studio}
    for kind, name in wanted.items():
        if name not in OWN:
            installed(kind, name)
    if OWN & set(wanted.values()) and missing_packages():
        raise SettingsError(
            "engines-not-installed",
            Plain("I motori di casa non sono installati.", "The embedded engines are not installed."),
            Plain("Installali: pip install 'stornello[embedded]'", "Install them: pip install 'stornello[embedded]'"),
        )


def speech_model_here() -> Path | None:
    """Return the folder of the best of our speech models that is on this machine; never uses the network."""
    from stornello import models  # noqa: PLC0415 - other engines need none

    return models.find("whisper-small") or models.find("whisper-base")


def heard_by(settings: Settings) -> str:
    """Return who hears, as a song's card tells it, such as ``embedded (whisper base)``."""
    if settings.transcriber not in OWN:
        return settings.transcriber
    if settings.speech_model != "auto":
        return f"{EMBEDDED} (whisper {Path(settings.speech_model).name})"
    here = speech_model_here()
    return f"{EMBEDDED} ({' '.join(here.name.split('-')[:2])})" if here else EMBEDDED


def installed(kind: str, name: str) -> Callable[[Settings], Any]:
    """Return what builds the engine ``name`` of ``kind`` (transcribers, lyricists, studios).

    Raises:
        SettingsError: nothing of that name is installed.
    """
    from importlib.metadata import entry_points  # noqa: PLC0415 - the embedded engines need none

    group = f"stornello.{kind}"
    found = {entry.name: entry for entry in entry_points(group=group)}
    if name in found:
        return cast("Callable[[Settings], Any]", found[name].load())
    known = ", ".join([*sorted(OWN), *sorted(found)])
    raise SettingsError(
        "unknown-engine",
        Plain(f"Non c'è un motore «{name}» ({group}).", f"There is no engine '{name}' ({group})."),
        Plain(f"Quelli installati: {known}.", f"Installed: {known}."),
    )
