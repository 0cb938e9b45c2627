"""In which language the program speaks to whoever reads the screen."""

import locale
import os
import sys
from collections.abc import Mapping, Sequence
from typing import cast

from rich.console import Console

from stornello.domain.plain import Language, Plain


def chosen(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """Return the language of ``--lang``, else of STORNELLO_LANG, else of the locale; English when none tells."""
    told = _option(arguments) or environment.get("STORNELLO_LANG") or ""
    if told.lower() in {"it", "en"}:
        return cast("Language", told.lower())
    where = environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
    return "it" if where.lower().startswith("it") or _locale().startswith("it") else "en"


def _option(arguments: Sequence[str]) -> str:
    for n, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
        if argument == "--lang" and n + 1 < len(arguments):
            return arguments[n + 1]
    return ""


def _locale() -> str:
    return (locale.getlocale()[0] or "").lower()


LANGUAGE: Language = chosen(sys.argv[1:], os.environ)
"""Chosen once, before the help texts are made."""

console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def say(it: str, en: str) -> str:
    """Return whichever text the reader understands."""
    return Plain(it, en).within(LANGUAGE)


def tell(it: str, en: str, *, style: str = "") -> None:
    """Print a line for the reader."""
    console.print(say(it, en), style=style, markup=False)
