"""Telling people what a setting does, and why a value does not fit."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from stornello.domain.errors import SettingsError
from stornello.domain.plain import Plain


def explain(error: ValidationError, file: Path) -> SettingsError:
    """Return the first of pydantic's complaints as a sentence; never tells the value."""
    first = error.errors(include_input=False, include_url=False)[0]
    bounds = first.get("ctx", {})
    name, fits = first["loc"][0], _fitting(str(bounds.get("error", first["type"])), bounds)
    return SettingsError(
        "setting-out-of-range",
        Plain(f"L'impostazione {name} non va bene: ci vuole {fits.it}.", f"The setting {name} must be {fits.en}."),
        Plain(f"Correggila in {file} o nell'ambiente.", f"Mend it in {file} or in the environment."),
    )


def _fitting(kind: str, bounds: Mapping[str, Any]) -> Plain:
    """Return what value would do.

    ``kind`` is pydantic's error type, or the word of a validator of ours; ``bounds`` its context; never the value.
    """
    for start, it, en in _FITTING:
        if kind.startswith(start):
            return Plain(it.format(**bounds).replace(" or ", " o "), en.format(**bounds))
    return Plain("un altro valore", "another value")


_FITTING = (
    ("greater_than_equal", "almeno {ge}", "at least {ge}"),
    ("greater_than", "più di {gt}", "more than {gt}"),
    ("less_than_equal", "al massimo {le}", "at most {le}"),
    ("int", "un numero intero", "a whole number"),
    ("float", "un numero", "a number"),
    ("finite", "un numero finito", "a finite number"),
    ("literal", "uno fra: {expected}", "one of: {expected}"),
    ("too_short", "almeno una voce", "at least one entry"),
    ("tuple", "un elenco", "a list"),
    ("string_pattern", "un indirizzo http(s)", "an http(s) address"),
    ("amount", "una somma come «10 euro» o «500 credits»", "an amount such as '10 euro' or '500 credits'"),
    ("key", "una chiave, senza spazi né accenti", "a key, without spaces or accents"),
    ("priced", "una tabella con nomi come «studios.kie»", "a table with names such as 'studios.kie'"),
    ("dict", "una tabella con nomi come «studios.kie»", "a table with names such as 'studios.kie'"),
    ("bool", "true o false", "true or false"),
    ("string", "un testo fra virgolette", "a text in quotes"),
)
