"""What kind of value a setting takes: how a file, a list, or a text from the environment becomes one."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr, StringConstraints

from stornello.domain.money import Amount

PRICES = {
    "transcribers.openai": 0.006,
    "lyricists.openai": 0.01,
    "studios.kie": 0.055,
    "studios.kie-flat": 0.055,
    "studios.sunoapi": 0.055,
    "studios.acestep": 0.0,
}
"""Euro a minute, a call, a request. Estimates: the service's own bill decides."""

HTTP = r"^https?://[^\s/@]+(/\S*)?$"
_PRICED = re.compile(r"(transcribers|lyricists|studios)\.\S+")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_KEY = re.compile(r"[!-~]+")
"""What may stand in an HTTP header: with anything else no request could be sent."""


def _listed(value: object) -> object:
    """Let one name stand for a list of one, and a text of names with commas, or a JSON list, for all of them."""
    if isinstance(told := _unpacked(value), list):
        return told
    return [name.strip() for name in value.split(",") if name.strip()] if isinstance(value, str) else value


def _unpacked(value: object) -> object:
    """Return what a text from the environment says as JSON; whatever is none stays as it is."""
    with suppress(ValueError, RecursionError):
        return json.loads(value) if isinstance(value, str) else value
    return value


def _sum(value: object) -> object:
    if value is None or isinstance(value, Amount):
        return value
    try:
        return Amount.parse(str(value))
    except ValueError:
        raise ValueError("amount") from None


def _time(value: object) -> object:
    if isinstance(value, str) and not _TIME.fullmatch(value.strip()):
        raise ValueError("time")
    return value.strip() if isinstance(value, str) else value


def _key(value: object) -> object:
    if isinstance(value, str) and not _KEY.fullmatch(value.strip()):
        raise ValueError("key")
    return value.strip() if isinstance(value, str) else value


def _flat(value: object) -> object:
    """Let ``[prices.studios] kie`` mean the same as ``"studios.kie"``, and what is not given keep its default.

    The environment has it as JSON.
    """
    value = _unpacked(value)
    if not isinstance(value, Mapping):
        return value
    flat: dict[str, object] = {}
    for name, price in value.items():
        flat |= {f"{name}.{engine}": p for engine, p in price.items()} if isinstance(price, Mapping) else {name: price}
    if not all(_PRICED.fullmatch(name) for name in flat):
        raise ValueError("priced")
    return {**PRICES, **flat}


Engines = Annotated[tuple[Annotated[str, StringConstraints(min_length=1)], ...], BeforeValidator(_listed)]
Languages = Annotated[tuple[Literal["it", "en"], ...], BeforeValidator(_listed)]
Key = Annotated[SecretStr | None, BeforeValidator(_key)]
Url = Annotated[str, StringConstraints(pattern=HTTP)] | None
Sum = Annotated[Amount | None, BeforeValidator(_sum)]
TimeOfDay = Annotated[str | None, BeforeValidator(_time)]
Prices = Annotated[dict[str, Annotated[float, Field(ge=0)]], BeforeValidator(_flat)]


def setting(default: Any, it: str, en: str, **bounds: Any) -> Any:  # noqa: ANN401 - pydantic's own Field returns Any
    """Return a field that knows how to explain itself in both languages, see ``listing.meaning``."""
    return Field(default, description=en, json_schema_extra={"it": it}, **bounds)
