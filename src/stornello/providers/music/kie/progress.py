"""What a poll says of a task, whichever dialect and spelling it comes in."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stornello.providers.http_answers import json_or_none, number_or_none

_URLS = ("audioUrl", "streamAudioUrl", "sourceStreamAudioUrl")
"""In the order in which they are tried; a stream can answer with 0 bytes after SUCCESS."""

_MOST_TAKES = 4


@dataclass(frozen=True, slots=True)
class Offer:
    """A take that can be downloaded from any of ``urls``. ``lyrics`` are the words it was ordered with, if told."""

    id: str
    urls: tuple[str, ...]
    duration_s: float | None
    lyrics: str


@dataclass(frozen=True, slots=True)
class Progress:
    """``status`` in capitals; ``error`` the task's own error code, empty when there is none."""

    status: str
    error: str
    offers: tuple[Offer, ...]
    credits: float | None

    @property
    def value(self) -> str:
        """The value under which the decision table knows it."""
        if self.status == "CALLBACK_EXCEPTION" and self.offers:
            return f"{self.status}/audio"
        return f"{self.status}/{self.error}" if self.error else self.status


def flat(data: Mapping[str, Any]) -> Progress:
    """Read ``data`` of record-info."""
    response = pick(data, "response")
    takes = pick(response, "sunoData") if isinstance(response, dict) else None
    return Progress(_status(pick(data, "status")), _error(pick(data, "errorCode")), _offers(takes), _cost(data))


def market(data: Mapping[str, Any]) -> Progress:
    """Read ``data`` of recordInfo."""
    result = _result(pick(data, "resultJson"))
    takes = pick(result, "data") or pick(result, "sunoData")
    offers = _offers(takes) or _offers([{"audioUrl": url} for url in _list(pick(result, "resultUrls"))])
    return Progress(_status(pick(data, "state")), _error(pick(data, "failCode")), offers, _cost(data))


def pick(record: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return the field ``name``, in camelCase or snake_case."""
    value = record.get(name)
    return record.get(re.sub(r"([A-Z])", r"_\1", name).lower()) if value is None else value


def _result(value: object) -> Mapping[str, Any]:
    """Return resultJson, which is a text that holds JSON, an object, empty or null."""
    if isinstance(value, str):
        value = json_or_none(value)
    return value if isinstance(value, dict) else {"data": _list(value)}


def _offers(takes: object) -> tuple[Offer, ...]:
    return tuple(offer for take in _list(takes)[:_MOST_TAKES] if isinstance(take, dict) for offer in _offer(take))


def _offer(take: Mapping[str, Any]) -> Iterator[Offer]:
    urls = dict.fromkeys(url.strip() for name in _URLS if isinstance(url := pick(take, name), str) and url.strip())
    if urls:
        id_, lyrics = (_text(pick(take, name)) for name in ("id", "prompt"))
        yield Offer(id_, tuple(urls), number_or_none(pick(take, "duration")) or None, lyrics)


def _cost(data: Mapping[str, Any]) -> float | None:
    return number_or_none(pick(data, "creditsConsumed"))


def _status(value: object) -> str:
    return _text(value).strip().upper()


def _error(value: object) -> str:
    return "" if value is None or isinstance(value, bool) else str(value).strip()


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
