"""Engines that come in by a package's entry point.

The groups are ``stornello.transcribers``, ``stornello.lyricists`` and ``stornello.studios``. There stands a callable
that takes the :class:`Settings` and returns the engine. Our remote engines come in by this door too; a stranger's
package may do anything, so whatever it raises becomes a plain sentence.
"""

import importlib
import traceback
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, cast

from stornello.domain.errors import SettingsError, StornelloError
from stornello.domain.plain import Plain
from stornello.domain.seam import Seam
from stornello.settings import Settings

EMBEDDED = "embedded"
"""Our own engines, the one name that is no package's."""
AUTO = "auto"


def build(seam: Seam, name: str, settings: Settings) -> Any:  # noqa: ANN401 - an engine of whichever seam
    """Return the engine ``name``. Raises what it raises of ours, and SettingsError for anything else."""
    try:
        engine = found(seam, name)(settings)
    except StornelloError:
        raise
    except Exception as error:  # noqa: BLE001 - a stranger's code
        raise _broken(name, _where(error)) from None
    if engine is None:
        raise _broken(name, _NOTHING)
    return engine


def found(seam: Seam, name: str) -> Callable[[Settings], Any]:
    """Return what builds the engine ``name`` of ``seam``.

    Raises:
        SettingsError: nothing of that name is installed, or its package does not import.
    """
    group = f"stornello.{seam}"
    here = {entry.name: entry for entry in entry_points(group=group)}
    if name in here:
        return _loaded(here[name])
    known = ", ".join([AUTO, EMBEDDED, *sorted(here)])
    raise SettingsError(
        "unknown-engine",
        Plain(f"Non c'è un motore «{name}» ({group}).", f"There is no engine '{name}' ({group})."),
        Plain(f"Quelli installati: {known}.", f"Installed: {known}."),
    )


def _loaded(entry: EntryPoint) -> Callable[[Settings], Any]:
    try:
        build = entry.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's code
        where = _where(error)
        package = Plain(f"il suo pacchetto non si importa, {where.it}", f"its package does not import, {where.en}")
        raise _broken(entry.name, package) from None
    if not callable(build):
        raise _broken(entry.name, _NOTHING)
    return cast("Callable[[Settings], Any]", build)


def _where(error: BaseException) -> Plain:
    """Return what kind of error it was and where, never its text: that may hold anything."""
    passed = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        passed.append((error.filename or "", error.lineno))
    theirs = [f"{Path(file).name}:{line}" for file, line in passed if file and not _is_pythons(file)]
    kind, place = type(error).__name__, theirs[-1] if len(theirs) > 1 else ""  # the first is ours
    return Plain(f"{kind} in {place}", f"{kind} at {place}") if place else Plain(kind, kind)


def _is_pythons(file: str) -> bool:
    """Return whether ``file`` is the part of Python that imports others'."""
    return file.startswith(("<frozen", str(Path(importlib.__file__).parent)))


_NOTHING = Plain("il suo pacchetto non ne dà nessuno", "its package gives none")


def _broken(name: str, why: Plain) -> SettingsError:
    return SettingsError(
        "engine-broken",
        Plain(f"Il motore «{name}» non parte: {why.it}.", f"The engine '{name}' does not start: {why.en}."),
        Plain(
            "Aggiorna o togli il pacchetto, o scegli un altro motore.",
            "Update or remove its package, or choose another engine.",
        ),
    )
