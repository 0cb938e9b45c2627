"""Where values come from: stornello.toml, ``.env`` beside it, the environment on top; keys also from own files.

Every source goes the same way: its names are recognised, none may be there twice, an empty value is none.
"""

import difflib
import shlex
import stat
import tomllib
from collections.abc import Collection, Iterable, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from stornello.domain.errors import SettingsError
from stornello.domain.plain import Plain
from stornello.processes import PARENT

PREFIX = "STORNELLO_"
"""Every setting can come from the environment under this prefix; those in BARE also without it."""

_USES = ("TRANSCRIPTION", "SUMMARY", "LYRICS")
_SERVICES = ("OPENAI", "KIE", "SUNOAPI", "ACESTEP", *_USES)

BARE = frozenset(
    {
        "MAX_WORKERS",
        "MAX_QUEUE_SIZE",
        "MIN_CHARS_TRANSCRIPTION",
        "POLL_SECONDS",
        "STABLE_SECONDS",
        "RETRY",
        "SPEECH_MODEL",
        "MAX_RECORDING_MB",
        "MAX_RECORDING_SECONDS",
        "MAX_ARRIVALS_PER_HOUR",
        "FREE_SPACE_FLOOR_MB",
        "FAIRNESS",
        "JOB_DEADLINE_SECONDS",
        "NIGHT_BEGINS",
        "INTERRUPT",
        "BUDGET_PER_NIGHT",
        "BUDGET_PER_SONG",
        "BUDGET_PER_TABLE",
        *(f"{service}_API_KEY" for service in _SERVICES),
        *(f"{service}_BASE_URL" for service in _SERVICES),
        *(f"{use}_MODEL" for use in _USES),
    }
)
"""The names that operators already use in their environment, and those that our own sentences tell them."""

NOT_SETTINGS = frozenset({"STORNELLO_MODELS", "STORNELLO_LANG", PARENT})
"""Ours in the environment, but read elsewhere: the models' folder, the language on screen, a child's parent."""

_KEY, _FILE = "_api_key", "_file"
"""How a key's name ends; with the second ending too it names a file that holds the key."""


def values(file: Path, environment: Mapping[str, str], names: Collection[str]) -> dict[str, Any]:
    """Return what is set, by the settings' own ``names``.

    Raises:
        SettingsError: something cannot be read, is unknown, is there twice, or is a key that others may read.
    """
    found: dict[str, Any] = {}
    for where, source in _sources(file, environment):
        told = [(_known(name, where, names), value) for name, value in source if value is not None and value != ""]
        if where == str(file) and any(name.endswith(_KEY) for name, _ in told):
            _refuse_open(file)
        plain = [_opened(name, value, file.parent) for name, value in told]
        _refuse_doubles([name for name, _ in plain], where)
        found |= {name: value for name, value in plain if value is not None}
    return found


def _sources(file: Path, environment: Mapping[str, str]) -> Iterable[tuple[str, Iterable[tuple[str, Any]]]]:
    """Yield each source, the weakest first: its name for people, then names and values without our prefix."""
    yield str(file), _toml(file).items()
    dotenv = file.with_name(".env")
    yield str(dotenv), [(name.removeprefix(PREFIX), value) for name, value in _dotenv(dotenv).items()]
    told = {name: value for name, value in environment.items() if name not in NOT_SETTINGS}
    yield "$", [(name, value) for name, value in told.items() if name.removesuffix(_FILE.upper()) in BARE]
    ours = [(name.removeprefix(PREFIX), value) for name, value in told.items() if name.startswith(PREFIX)]
    yield f"${PREFIX}", ours


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(file))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            "settings-unreadable",
            Plain(f"{file} non è TOML valido: {error}.", f"{file} is not valid TOML: {error}."),
            Plain("Correggilo, oppure toglilo e: stornello init", "Mend it, or remove it and: stornello init"),
        ) from None


def _dotenv(file: Path) -> dict[str, str | None]:
    """Read ``.env``, to the letter: a ``$`` in a key is a dollar."""
    told = dotenv_values(stream=StringIO(_text(file)), interpolate=False)
    if any(told.values()):
        _refuse_open(file)
    return told


def _text(file: Path) -> str:
    """Return what is in ``file``; nothing when there is none."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(file, error) from None


def _opened(name: str, value: object, base: Path) -> tuple[str, object]:
    """Return the key itself for one that lies in a file; a relative path begins at the venue, ``base``."""
    if not name.endswith(_KEY + _FILE):
        return name, value
    file = base / Path(str(value)).expanduser()
    try:
        key = file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise _unreadable(file, error) from None
    _refuse_open(file)
    return name.removesuffix(_FILE), key or None


def _known(name: str, where: str, names: Collection[str]) -> str:
    """Return the setting called ``name`` in any case."""
    low = name.lower()
    if low in names or (low.endswith(_KEY + _FILE) and low.removesuffix(_FILE) in names):
        return low
    shown, near = where.removeprefix("$") + name if where.startswith("$") else name, _near(low, names)
    place = "" if where.startswith("$") else f" ({where})"
    raise SettingsError(
        "unknown-setting",
        Plain(f"«{shown}»{place} non è un'impostazione.", f"'{shown}'{place} is not a setting."),
        Plain(f"Forse {near}?", f"Did you mean {near}?")
        if near
        else Plain("L'elenco: stornello config", "For the list: stornello config"),
    )


def _near(name: str, names: Collection[str], cutoff: float = 0.6) -> str:
    return next(iter(difflib.get_close_matches(name, names, n=1, cutoff=cutoff)), "")


def _refuse_doubles(names: list[str], where: str) -> None:
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled:
        place = Plain("nell'ambiente", "in the environment") if where.startswith("$") else Plain(where, f"in {where}")
        raise SettingsError(
            "setting-twice",
            Plain(f"{doubled} c'è due volte: {place.it}.", f"{doubled} is {place.en} twice."),
            Plain("Togline una.", "Remove one of them."),
        )


def _refuse_open(file: Path) -> None:
    """Refuse a file with a key in it that other users of this machine may read or change."""
    if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(
            "key-file-open",
            Plain(
                f"{file} contiene chiavi e lo possono leggere anche altri utenti.",
                f"{file} holds keys and other users may read it.",
            ),
            Plain(f"Chiudilo: chmod 600 {shlex.quote(str(file))}", f"Close it: chmod 600 {shlex.quote(str(file))}"),
        )


def _unreadable(file: Path, error: OSError | ValueError) -> SettingsError:
    why = (error.strerror if isinstance(error, OSError) else None) or "no text"
    return SettingsError(
        "settings-unreadable",
        Plain(f"{file} non si può leggere ({why}).", f"{file} cannot be read ({why})."),
        Plain("Dev'essere un file di testo che puoi leggere.", "It must be a text file that you may read."),
    )


def misspelt(environment: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the names that look like a slip for one of BARE, each with that one.

    The environment belongs to other programs too, so a slip there is worth a word but is no error.
    """
    strangers = sorted(name for name in environment if "_" in name and name.removesuffix(_FILE.upper()) not in BARE)
    near = ((name, _near(name, BARE, 0.85)) for name in strangers)
    return [(name, found) for name, found in near if found]
