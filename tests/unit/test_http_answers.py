"""What comes back over HTTP: bounded, and believed only where it can be read."""

import gzip
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import httpx2
import pytest

from fake_decks import HandClock
from stornello.providers.http_answers import MOST_BYTES, bounded, exchange, json_or_none, retry_after_s

EIGHT = datetime(2026, 11, 23, 20, tzinfo=UTC)


class Stream(httpx2.SyncByteStream):
    """A body that comes in such pieces, each ``each_s`` after the one before."""

    def __init__(self, pieces: list[bytes], clock: HandClock, each_s: float = 0.0) -> None:
        self._pieces = pieces
        self._clock = clock
        self._each_s = each_s

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._clock.sleep(self._each_s)
            yield piece


def both_ways(body: list[bytes], each_s: float = 0.0) -> list[bytes | str]:
    """Return what the own client and a client with the hook make of ``body`` within 30 s: the bytes, or the error."""
    results: list[bytes | str] = []
    for way in ("exchange", "hook"):
        clock = HandClock()
        answer = httpx2.Response(200, stream=Stream(body, clock, each_s))
        transport = httpx2.MockTransport(lambda _, answer=answer: answer)
        try:
            if way == "exchange":
                results.append(exchange("GET", "https://x.test", 30.0, clock, transport).body)
            else:
                with httpx2.Client(transport=transport, event_hooks={"response": [bounded(30.0, clock)]}) as client:
                    results.append(client.get("https://x.test").content)
        except httpx2.TransportError as error:
            results.append(type(error).__name__)
    return results


def test_an_answer_in_time_is_whole() -> None:
    assert both_ways([b"a", b"b"] * 10, each_s=1.0) == [b"ab" * 10] * 2


def test_an_answer_that_drips_is_ended() -> None:
    assert both_ways([b"a"] * 1000, each_s=1.0) == ["ReadTimeout"] * 2


def test_an_answer_that_is_too_large_is_ended() -> None:
    assert both_ways([b"a" * 1_000_000] * (MOST_BYTES // 1_000_000)) == [b"a" * MOST_BYTES] * 2
    assert both_ways([b"a" * 1_000_000] * (MOST_BYTES // 1_000_000) + [b"a"]) == ["ReadError"] * 2


def test_a_packed_answer_is_not_unpacked() -> None:
    bomb = gzip.compress(b" " * MOST_BYTES)
    answer = httpx2.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx2.ByteStream(bomb))
    transport = httpx2.MockTransport(lambda _: answer)
    with pytest.raises(httpx2.RemoteProtocolError):
        exchange("GET", "https://x.test", 30.0, HandClock(), transport)
    with (
        httpx2.Client(transport=transport, event_hooks={"response": [bounded(30.0)]}) as client,
        pytest.raises(httpx2.RemoteProtocolError),
    ):
        client.get("https://x.test")


@pytest.mark.parametrize(
    ("text", "value"),
    [("{}", {}), (b"[1]", [1]), ("null", None), ("", None), (b"\xff", None), ("[" * 200_000, None), ("<html>", None)],
)
def test_only_json_is_read(text: str | bytes, value: object) -> None:
    assert json_or_none(text) == value


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "99999999"}, 3600.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Mon, 23 Nov 2026 20:00:30 GMT"}, 30.0),
        ({"retry-after": "Mon, 23 Nov 2026 19:00:00 GMT"}, 0.0),
        ({"retry-after": "Mon, 23 Nov 2026 21:00:30 GMT", "date": "Mon, 23 Nov 2026 21:00:10 GMT"}, 20.0),
        ({"retry-after": "Mon, 23 Nov 2026 20:00:30 -0000"}, None),
    ],
)
def test_retry_after_is_read_in_seconds_or_as_a_date_by_the_service_s_own_clock(
    headers: Mapping[str, str], seconds: float | None
) -> None:
    assert retry_after_s(headers, EIGHT) == seconds
