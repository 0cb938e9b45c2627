"""Where values come from: stornello.toml, ``.env`` beside it, the environment on top; keys also from own files."""

import difflib
import json
import shlex
import stat
import tomllib
from collections.abc import Collection, Mapping
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from stornello.domain.errors import SettingsError
from stornello.domain.plain import Plain
from stornello.processes import PARENT

PREFIX = "STORNELLO_"
"""Every setting can come from the environment under this prefix; those in BARE also without it."""

BARE = frozenset(
    {
        "MAX_WORKERS",
        "MAX_QUEUE_SIZE",
        "MIN_CHARS_TRANSCRIPTION",
        "POLL_SECONDS",
        "STABLE_SECONDS",
        "RETRY",
        "SPEECH_MODEL",
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
        "KIE_API_KEY",
        "KIE_BASE_URL",
        "SUNOAPI_API_KEY",
        "ACESTEP_BASE_URL",
        "BUDGET_PER_NIGHT",
        "BUDGET_PER_SONG",
        "BUDGET_PER_TABLE",
    }
)
"""The names that operators already use in their environment."""

NOT_SETTINGS = frozenset({"STORNELLO_MODELS", "STORNELLO_LANG", PARENT})
"""Ours in the environment, but read elsewhere: the models' folder, the language on screen, a child's parent."""


_FILE = "_file"
"""A key's name with this ending names a file that holds it."""


def values(file: Path, environment: Mapping[str, str], names: Collection[str]) -> dict[str, Any]:
    """Return what is set, by the settings' own ``names``.

    Raises:
        SettingsError: something cannot be read, is unknown, is there twice, or is a key that others may read.
    """
    dotenv = file.with_name(".env")
    sources = (_from_file(file, names), _from_dotenv(dotenv, names), _from_environment(environment, names))
    found: dict[str, Any] = {}
    for source in sources:
        found |= source
    return {name.removesuffix(_FILE) if _is_key_file(name) else name: _key_in(name, v) for name, v in found.items()}


def _from_file(file: Path, names: Collection[str]) -> dict[str, Any]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            "settings-unreadable",
            Plain(f"{file} non è TOML valido: {error}.", f"{file} is not valid TOML: {error}."),
            Plain("Correggilo, oppure toglilo e: stornello init", "Mend it, or remove it and: stornello init"),
        ) from None
    except OSError as error:
        raise _unreadable(file, error) from None
    named = [(_known(name, str(file), names), value) for name, value in table.items() if value != ""]
    _refuse_doubles([name for name, _ in named], file)
    if any(_is_key(name) for name, _ in named):
        _refuse_open(file)
    return dict(named)


def _refuse_doubles(names: list[str], file: Path) -> None:
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled:
        raise SettingsError(
            "setting-twice",
            Plain(f"{doubled} c'è due volte in {file}.", f"{doubled} is in {file} twice."),
            Plain("Togline una.", "Remove one of them."),
        )


def _from_dotenv(file: Path, names: Collection[str]) -> dict[str, Any]:
    """Read ``.env``: the names of the environment, with or without the prefix."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise SettingsError(
            "settings-unreadable",
            Plain(f"{file} non è testo.", f"{file} is no text."),
            Plain("Una riga per chiave: OPENAI_API_KEY=...", "One line for each key: OPENAI_API_KEY=..."),
        ) from None
    except OSError as error:
        raise _unreadable(file, error) from None
    told = {name: value for name, value in dotenv_values(stream=StringIO(text)).items() if value}
    _refuse_open(file)
    return _split({_known(name.removeprefix(PREFIX), str(file), names): value for name, value in told.items()})


def _from_environment(environment: Mapping[str, str], names: Collection[str]) -> dict[str, Any]:
    told = {name: value for name, value in environment.items() if value and name not in NOT_SETTINGS}
    ours = {
        _known(name.removeprefix(PREFIX), name, names): value for name, value in told.items() if name.startswith(PREFIX)
    }
    bare = {name.lower(): value for name, value in told.items() if name.removesuffix(_FILE.upper()) in BARE}
    return _split(bare | ours)


def _split(values: dict[str, Any]) -> dict[str, Any]:
    """Make of a plain text what the settings want where that is more: a list, a table."""
    if "languages" in values:
        values["languages"] = [language.strip() for language in values["languages"].split(",")]
    if "prices" in values:
        with suppress(ValueError):  # then it is none, and the settings say so
            values["prices"] = json.loads(values["prices"])
    return values


def _is_key(name: str) -> bool:
    return name.endswith("_api_key")


def _is_key_file(name: str) -> bool:
    return _is_key(name.removesuffix(_FILE)) and name.endswith(_FILE)


def _key_in(name: str, value: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
    """Return the key in the file ``value`` when that is what ``name`` says, else ``value`` itself."""
    if not _is_key_file(name):
        return value
    file = Path(str(value)).expanduser()
    try:
        key = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(file, error) from None
    _refuse_open(file)
    return key or None


def _refuse_open(file: Path) -> None:
    """Refuse a file with a key in it that other users of this machine may read or change."""
    if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(
            "key-file-open",
            Plain(
                f"{file} contiene una chiave e la possono leggere anche altri utenti.",
                f"{file} holds a key and other users may read it.",
            ),
            Plain(f"Chiudilo: chmod 600 {shlex.quote(str(file))}", f"Close it: chmod 600 {shlex.quote(str(file))}"),
        )


def _unreadable(file: Path, error: OSError | UnicodeDecodeError) -> SettingsError:
    why = (error.strerror if isinstance(error, OSError) else None) or "no text"
    return SettingsError(
        "settings-unreadable",
        Plain(f"{file} non si può leggere ({why}).", f"{file} cannot be read ({why})."),
        Plain("Dev'essere un file che puoi leggere.", "It must be a file that you may read."),
    )


def misspelt(environment: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the names that look like a slip for one of BARE, each with that one.

    The environment belongs to other programs too, so a slip there is worth a word but is no error.
    """
    strangers = sorted(name for name in environment if "_" in name and name.removesuffix(_FILE.upper()) not in BARE)
    near = ((name, difflib.get_close_matches(name, BARE, n=1, cutoff=0.85)) for name in strangers)
    return [(name, found[0]) for name, found in near if found]


def _known(name: str, where: str, names: Collection[str]) -> str:
    """Return the setting called ``name`` in any case."""
    low = name.lower()
    if low in names or (_is_key_file(low) and low.removesuffix(_FILE) in names):
        return low
    near = difflib.get_close_matches(low, names, n=1)
    raise SettingsError(
        "unknown-setting",
        Plain(f"«{name}» ({where}) non è un'impostazione.", f"'{name}' ({where}) is not a setting."),
        Plain(f"Forse {near[0]}?", f"Did you mean {near[0]}?")
        if near
        else Plain("L'elenco: stornello config", "For the list: stornello config"),
    )
