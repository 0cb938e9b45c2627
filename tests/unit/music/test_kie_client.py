"""One call to Kie, with everything that can come back; some of it over real sockets."""

import json
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from fake_decks import HandClock
from stornello.domain.errors import (
    AccountRefused,
    ContentRefused,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnreachable,
)
from stornello.providers.music.kie.client import Api
from stornello.providers.music.kie.decisions import Dialect, Where
from stornello.providers.music.kie.telling import Service

KEY = "sk-very-secret"
SONG = {"prompt": "Marta rideva di Piero"}
HTML = b"<html><body>502 Bad Gateway</body></html>"

Handler = Callable[[httpx2.Request], httpx2.Response]


def an_api(
    handler: Handler | None = None, dialect: Dialect = "market", base: str = "https://kie.test", key: str | None = KEY
) -> Api:
    transport = httpx2.MockTransport(handler) if handler else None
    return Api(
        dialect,
        Service("Kie", "KIE_API_KEY", "KIE_BASE_URL"),
        base,
        None if key is None else SecretStr(key),
        5.0,
        HandClock(),
        transport,
    )


def submit(api: Api) -> object:
    return api.call("submit", "POST", "/api/v1/generate", json=SONG)


def poll(api: Api) -> object:
    return api.call("poll", "GET", "/api/v1/jobs/recordInfo", params={"taskId": "x"})


def fails(call: Callable[[Api], object], api: Api) -> ProviderError:
    with pytest.raises(ProviderError) as error:
        call(api)
    assert KEY not in "".join(traceback.format_exception(error.value))
    assert "Marta" not in "".join(traceback.format_exception(error.value))
    return error.value


def says(body: bytes | dict[str, Any] | list[Any], status: int = 200, **headers: str) -> Handler:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda _: httpx2.Response(
        status, content=content, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


def breaks(error: Exception) -> Handler:
    def handler(_: httpx2.Request) -> httpx2.Response:
        raise error

    return handler


def test_a_yes_gives_its_data_and_the_key_travels_in_the_header() -> None:
    asked: list[httpx2.Request] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, json={"code": 200, "msg": "success", "data": {"taskId": "x"}})

    assert submit(an_api(handler, base="https://kie.test/")) == {"taskId": "x"}
    assert str(asked[0].url) == "https://kie.test/api/v1/generate"
    assert asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert json.loads(asked[0].content) == SONG


@pytest.mark.parametrize("code", [200, "200"])
def test_a_code_may_be_written_as_text(code: object) -> None:
    assert poll(an_api(says({"code": code, "data": None}))) is None


DEEP = b"[" * 200_000
ANSWERS: list[tuple[Handler, type[ProviderError], type[ProviderError]]] = [
    # the answer, what it means for a submit, what it means for a poll
    (says({"code": 400}), ContentRefused, ProviderUnreachable),
    (says({"code": "402"}), AccountRefused, ProviderUnreachable),
    (says({"code": 401}), AccountRefused, ProviderUnreachable),
    (says({"code": 401}, 401), AccountRefused, ProviderUnreachable),
    (says({"code": 422, "data": None}), ProviderRefused, ProviderUnreachable),
    (says({"code": 429}, 429), ProviderUnreachable, ProviderUnreachable),
    (says({"code": 500}), ProviderUnreachable, ProviderUnreachable),
    (says({"code": 500}, 500), ProviderUnreachable, ProviderUnreachable),
    (says({"code": 505}, 505), ProviderUnreachable, ProviderUnreachable),
    (says({"code": 502}, 502), OutcomeUnknown, ProviderUnreachable),
    (says({"code": 504}), OutcomeUnknown, ProviderUnreachable),
    (says({"code": 524}), OutcomeUnknown, ProviderUnreachable),
    (says({"code": 408}, 408), OutcomeUnknown, ProviderUnreachable),
    (says({"code": 500}, 502), OutcomeUnknown, ProviderUnreachable),
    (says({"code": 422}, 503), OutcomeUnknown, ProviderUnreachable),
    (says({"code": 429}, 504), OutcomeUnknown, ProviderUnreachable),
    (says({"code": 402}, 524), OutcomeUnknown, ProviderUnreachable),
    (says({"code": 402}, 408), OutcomeUnknown, ProviderUnreachable),
    (says({"code": 201, "data": {"taskId": "x"}}), OutcomeUnknown, ProviderUnreachable),
    (says({"code": 0, "data": {"taskId": "x"}}), OutcomeUnknown, ProviderUnreachable),
    (says({"code": 409, "data": {"taskId": "x"}}), OutcomeUnknown, ProviderUnreachable),
    (says({"code": 409, "task_id": "x"}), OutcomeUnknown, ProviderUnreachable),
    (says({"code": 409, "data": {"taskId": None}}), ProviderRefused, ProviderUnreachable),
    (says({"code": 200, "data": {"taskId": "x"}}, 404), OutcomeUnknown, ProviderUnreachable),
    (says({"code": 200.0, "data": {"taskId": "x"}}), OutcomeUnknown, ProviderUnreachable),
    (says({"code": "success", "data": {"taskId": "x"}}, 400), OutcomeUnknown, ProviderUnreachable),
    (says({"code": 200, "data": {"taskId": "x"}}, 500), OutcomeUnknown, ProviderUnreachable),
    (says({"message": "Endpoint request timed out"}, 504), OutcomeUnknown, ProviderUnreachable),
    (says(HTML, 502), OutcomeUnknown, ProviderUnreachable),
    (says(HTML, 503), OutcomeUnknown, ProviderUnreachable),
    (says(HTML, 504), OutcomeUnknown, ProviderUnreachable),
    (says(HTML, 500), OutcomeUnknown, ProviderUnreachable),
    (says(HTML, 429), ProviderUnreachable, ProviderUnreachable),
    (says(HTML, 401), AccountRefused, ProviderUnreachable),
    (says(HTML, 404), ProviderRefused, ProviderUnreachable),
    (says(HTML), OutcomeUnknown, ProviderUnreachable),
    (says(b""), OutcomeUnknown, ProviderUnreachable),
    (says(b'{"code":200,"data":{"taskId":'), OutcomeUnknown, ProviderUnreachable),
    (says(b"\xff\xfe"), OutcomeUnknown, ProviderUnreachable),
    (says(DEEP), OutcomeUnknown, ProviderUnreachable),
    (says([]), OutcomeUnknown, ProviderUnreachable),
    (says(b"null"), OutcomeUnknown, ProviderUnreachable),
    (says({}), OutcomeUnknown, ProviderUnreachable),
    (says({"code": None}), OutcomeUnknown, ProviderUnreachable),
    (says({"code": True}), OutcomeUnknown, ProviderUnreachable),
    (says({"code": "9" * 5000}), OutcomeUnknown, ProviderUnreachable),
    (says({"code": 200, "data": " " * 5_000_000}), OutcomeUnknown, ProviderUnreachable),
    (says(b"", 302, Location="https://elsewhere.test/"), ProviderRefused, ProviderUnreachable),
    (breaks(httpx2.ConnectError("refused")), ProviderUnreachable, ProviderUnreachable),
    (breaks(httpx2.ConnectTimeout("slow")), ProviderUnreachable, ProviderUnreachable),
    (breaks(httpx2.ReadTimeout("slow")), OutcomeUnknown, ProviderUnreachable),
    (breaks(httpx2.WriteTimeout("slow")), OutcomeUnknown, ProviderUnreachable),
    (breaks(httpx2.ReadError("reset")), OutcomeUnknown, ProviderUnreachable),
    (breaks(httpx2.WriteError("reset")), OutcomeUnknown, ProviderUnreachable),
    (breaks(httpx2.RemoteProtocolError("cut")), OutcomeUnknown, ProviderUnreachable),
]


@pytest.mark.parametrize(("answer", "for_submit", "for_poll"), ANSWERS)
def test_every_answer_is_told_apart(
    answer: Handler, for_submit: type[ProviderError], for_poll: type[ProviderError]
) -> None:
    assert type(fails(submit, an_api(answer))) is for_submit
    assert type(fails(poll, an_api(answer))) is for_poll


def test_one_number_means_two_things_in_two_houses() -> None:
    assert type(fails(submit, an_api(says({"code": 429}), "flat"))) is ProviderUnreachable
    assert type(fails(submit, an_api(says({"code": 429}), "sunoapi"))) is AccountRefused


AT = HandClock().now()


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("99999999", 3600),
        (format_datetime(AT + timedelta(seconds=30), usegmt=True), 30),
        (format_datetime(AT - timedelta(seconds=30), usegmt=True), 0),
        ("soon", None),
        ("-5", 0),
        ("", None),
    ],
)
@pytest.mark.parametrize("body", [HTML, b'{"code": 429}'])
def test_how_long_it_wants_to_be_left_alone_is_passed_on(written: str, seconds: float | None, body: bytes) -> None:
    error = fails(poll, an_api(says(body, 429, Retry_After=written)))
    assert isinstance(error, ProviderUnreachable)
    assert error.retry_after_s == seconds


@pytest.mark.parametrize("key", [None, "", "  ", "two words", "with\nnewline", "chiàve", "nul\0"])
def test_what_cannot_be_a_key_is_said_before_anything_is_sent(key: str | None) -> None:
    error = fails(submit, an_api(breaks(AssertionError("was sent")), key=key))
    assert type(error) is AccountRefused
    assert error.code == "studio-key-missing"
    assert "KIE_API_KEY" in error.todo.it


def test_a_key_is_not_in_the_apis_own_words() -> None:
    assert KEY not in repr(an_api())


@contextmanager
def a_server(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve one connection as ``serve`` does, and close it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                serve(connection)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"code":200,"data":{"taskId":"x"}}',
        b"SSH-2.0-OpenSSH\r\n",
    ],
)
@pytest.mark.parametrize(("call", "expected"), [(submit, OutcomeUnknown), (poll, ProviderUnreachable)])
def test_a_line_that_is_cut_after_the_question(
    answer: bytes, call: Callable[[Api], object], expected: type[ProviderError]
) -> None:
    with a_server(lambda connection: connection.sendall(answer)) as base:
        assert type(fails(call, an_api(base=base))) is expected


def test_nobody_at_home_is_certainly_no_order() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    assert type(fails(submit, an_api(base=base))) is ProviderUnreachable


def test_no_such_name_is_certainly_no_order() -> None:
    assert type(fails(submit, an_api(base="https://no.such.name.invalid"))) is ProviderUnreachable


def test_who_does_not_speak_tls_gets_no_order() -> None:
    with a_server(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as base:
        assert type(fails(submit, an_api(base=base.replace("http:", "https:")))) is ProviderUnreachable


@pytest.mark.parametrize("where", ["submit", "poll"])
def test_an_answer_that_trickles_is_given_up(where: Where) -> None:
    clock = HandClock()

    def trickle() -> Iterator[bytes]:
        while True:
            clock.sleep(1)
            yield b" "

    class Stream(httpx2.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            return trickle()

    api = Api(
        "market",
        Service("Kie", "K", "U"),
        "https://kie.test",
        SecretStr(KEY),
        30.0,
        clock,
        httpx2.MockTransport(lambda _: httpx2.Response(200, stream=Stream())),
    )
    expected = OutcomeUnknown if where == "submit" else ProviderUnreachable
    assert type(fails(submit if where == "submit" else poll, api)) is expected
