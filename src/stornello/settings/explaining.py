"""Telling people what a setting does, and why a value does not fit."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from stornello.domain.errors import SettingsError
from stornello.domain.plain import Plain
from stornello.settings.reading import _sources


def explain(error: ValidationError, file: Path, environment: Mapping[str, str]) -> SettingsError:
    """Return the first of pydantic's complaints as a sentence, with where to mend it; never tells the value."""
    first = error.errors(include_input=False, include_url=False)[0]
    bounds = first.get("ctx", {})
    name, fits = str(first["loc"][0]), _fitting(str(bounds.get("error", first["type"])), bounds)
    place = _origin(name, file, environment)
    return SettingsError(
        "setting-out-of-range",
        Plain(f"L'impostazione {name} non va bene: ci vuole {fits.it}.", f"The setting {name} must be {fits.en}."),
        Plain(f"Correggila {place.it}.", f"Mend it {place.en}."),
    )


def _origin(name: str, file: Path, environment: Mapping[str, str]) -> Plain:
    """Return where the value of ``name`` comes from: the strongest source that has it."""
    place = Plain(f"in {file}", f"in {file}")
    for where, source in _sources(file, environment):
        for told, value in source:
            if value is not None and value != "" and told.lower() in {name, f"{name}_file"}:
                place = _place(where, told, value, file.parent)
    return place


def _place(where: str, told: str, value: object, base: Path) -> Plain:
    if told.lower().endswith("_api_key_file"):
        where = str(base / Path(str(value)).expanduser())
    if where.startswith("$"):
        variable = where.removeprefix("$") + told
        return Plain(f"nell'ambiente: {variable}", f"in the environment: {variable}")
    return Plain(f"in {where}", f"in {where}")


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
    ("time", "un'ora come «23:30», fra virgolette", "a time such as '23:30', in quotes"),
    ("key", "una chiave, senza spazi né accenti", "a key, without spaces or accents"),
    ("priced", "una tabella con nomi come «studios.kie»", "a table with names such as 'studios.kie'"),
    ("dict", "una tabella con nomi come «studios.kie»", "a table with names such as 'studios.kie'"),
    ("bool", "true o false", "true or false"),
    ("string", "un testo fra virgolette", "a text in quotes"),
)
