"""Calls over HTTP held within bounds: an answer ends in time, is not too large, and is read only where it can be."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any

import httpcore2
import httpx2

from stornello.domain.clock import Clock, SystemClock
from stornello.providers.public_network import tls
from stornello.providers.timed_network import TimedNetwork

MOST_BYTES = 4_000_000
"""No answer of a service is as large; the words' times of a long song are a tenth of it."""

NOT_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
    httpx2.InvalidURL,
)
"""The HTTP client's errors after which nothing has left this machine."""

UNPACKED: Mapping[str, str] = MappingProxyType({"Accept-Encoding": "identity"})
CONNECT_S = 10.0
_LONGEST_WISH_S = 3600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. ``body`` is as it came: it is never taken packed."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def exchange(
    method: str,
    url: str,
    seconds: float,
    clock: Clock,
    transport: httpx2.BaseTransport | None = None,
    **content: Any,  # noqa: ANN401 - as httpx2 has it
) -> Answer:
    """Make one call on a connection of its own: a kept one that was closed meanwhile would look like a lost order.

    All of it ends within ``seconds``, however slowly the other side speaks. No proxy of the environment is asked.
    ``content``: ``headers``, ``json``, ``params`` and the like.

    Raises:
        httpx2.HTTPError, httpx2.InvalidURL: see :data:`NOT_SENT`.
    """
    timeout = httpx2.Timeout(seconds, connect=min(seconds, CONNECT_S))
    way = transport or TimedTransport(seconds, clock)
    with (
        httpx2.Client(transport=way, timeout=timeout, headers=UNPACKED, trust_env=False) as client,
        client.stream(method, url, **content) as answer,
    ):
        _require_unpacked(answer)
        return Answer(answer.status_code, answer.headers, b"".join(_within(answer.iter_bytes(), seconds, clock)))


class TimedTransport(httpx2.HTTPTransport):
    """Each call has a connection of its own, which is over ``seconds`` after it stands: its head, too, may drip."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        super().__init__(tls())
        self._pool = httpcore2.ConnectionPool(
            ssl_context=tls(),
            max_connections=None,
            max_keepalive_connections=0,
            network_backend=TimedNetwork(seconds, clock),
        )


def bounded(seconds: float, clock: Clock | None = None) -> Callable[[httpx2.Response], None]:
    """Return a response hook that ends an answer: one not there ``seconds`` after its head, too large, or packed."""

    def bind(response: httpx2.Response) -> None:
        _require_unpacked(response)
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = _Bounded(response.stream, seconds, clock or SystemClock())

    return bind


class _Bounded(httpx2.SyncByteStream):
    def __init__(self, stream: httpx2.SyncByteStream, seconds: float, clock: Clock) -> None:
        self._stream = stream
        self._pieces = _within(stream, seconds, clock)

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        self._stream.close()


def _require_unpacked(response: httpx2.Response) -> None:
    """Refuse what would have to be unpacked: a few bytes may be a thousand times as many."""
    if response.headers.get("content-encoding", "").strip().lower() not in {"", "identity"}:
        raise httpx2.RemoteProtocolError("the answer is packed")


def _within(pieces: Iterable[bytes], seconds: float, clock: Clock) -> Iterator[bytes]:
    """Yield ``pieces``: a server that sends a byte now and then never lets a read time-out happen."""
    until, size = clock.monotonic() + seconds, 0
    for piece in pieces:
        size += len(piece)
        if clock.monotonic() > until:
            raise httpx2.ReadTimeout("the answer did not end")
        if size > MOST_BYTES:
            raise httpx2.ReadError("the answer is too large")
        yield piece


def json_or_none(text: str | bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return what ``text`` holds; None where it is no JSON, or nested beyond all reason."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # a UnicodeDecodeError is a ValueError
        return None


def number_or_none(value: object) -> float | None:
    """Return a finite number that is not negative, also one written as text, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if math.isfinite(read) and read >= 0 else None


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return how many seconds ``Retry-After`` asks for, at most an hour; None when it does not tell.

    Source: RFC 9110, 10.2.3: seconds, or a date.
    """
    told = headers.get("retry-after", "")
    seconds = math.nan
    with suppress(ValueError, TypeError, OverflowError):
        seconds = (parsedate_to_datetime(told) - _moment(headers, now)).total_seconds()
    with suppress(ValueError):
        seconds = float(told)
    return min(max(0.0, seconds), _LONGEST_WISH_S) if math.isfinite(seconds) else None


def _moment(headers: Mapping[str, str], now: datetime) -> datetime:
    """Return what the service's own clock says, ours where it does not tell."""
    with suppress(ValueError, TypeError, OverflowError):
        return parsedate_to_datetime(headers.get("date", ""))
    return now
