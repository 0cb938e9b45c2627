"""What the language models are told: our prompts.toml, and what the venue's own puts in place of it."""

import difflib
import tomllib
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from stornello.domain.errors import SettingsError
from stornello.domain.plain import Plain

_WANTED: Final = {"summary_request": "{material}", "lyrics_request": "{material}", "again": "{reason}"}
"""The places that a text must have."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """The texts, by their names in prompts.toml. ``_rules`` go to the model as they are, as the system's words."""

    summary_rules: str
    summary_request: str
    lyrics_rules: str
    lyrics_gently: str
    lyrics_request: str
    again: str


def default_prompts() -> str:
    """Return our prompts.toml as it is, comments and all: what a person copies to change it."""
    return files(__package__).joinpath("prompts.toml").read_text(encoding="utf-8")


def load(file: str | None) -> Prompts:
    """Return our prompts, with those of the venue's own ``file`` in their places where it has one.

    Raises:
        SettingsError: the file cannot be read, or a text in it is unknown, no text, or lacks its place.
    """
    own = _own(Path(file)) if file else {}
    texts = tomllib.loads(default_prompts()) | own
    return Prompts(**{name: text.strip() for name, text in texts.items()})


def _own(file: Path) -> dict[str, str]:
    texts = _read(file)
    for name, text in texts.items():
        _check(name, text, file)
    return texts


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        what = Plain(f"{file} non è TOML valido: {error}.", f"{file} is not valid TOML: {error}.")
    except OSError as error:
        what = Plain(f"{file} non si può leggere ({error.strerror}).", f"{file} cannot be read ({error.strerror}).")
    raise SettingsError(
        "prompts-unreadable",
        what,
        Plain("Correggilo, o toglilo: valgono i testi di casa.", "Mend it, or remove it: the house's texts hold then."),
    )


def _check(name: str, text: object, file: Path) -> None:
    known = [field.name for field in fields(Prompts)]
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1) or known
        raise _wrong(
            Plain(f"«{name}» in {file} non è un testo nostro.", f"'{name}' in {file} is none of our texts."),
            Plain(f"Forse {' o '.join(near)}?", f"Did you mean {' or '.join(near)}?"),
        )
    if not isinstance(text, str) or not text.strip():
        raise _wrong(
            Plain(f"«{name}» in {file} non è un testo.", f"'{name}' in {file} is no text."),
            Plain("Scrivilo fra virgolette, o togli la riga.", "Write it in quotes, or remove the line."),
        )
    if (place := _WANTED.get(name, "")) not in text:
        raise _wrong(
            Plain(f"Al testo «{name}» in {file} manca {place}.", f"The text '{name}' in {file} lacks {place}."),
            Plain(f"Metti {place} dove deve stare.", f"Put {place} where it belongs."),
        )


def _wrong(what: Plain, todo: Plain) -> SettingsError:
    return SettingsError("prompts-wrong", what, todo)
