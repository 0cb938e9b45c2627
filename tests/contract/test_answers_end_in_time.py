"""Every client against servers that never end, or whose answer would fill the memory; on real sockets."""

import gzip
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from pydantic import SecretStr

from stornello.domain.errors import OutcomeUnknown, ProviderUnreachable
from stornello.providers.music import acestep
from stornello.providers.music.kie import build_market
from stornello.providers.openai_client import Service
from stornello.settings import Settings

ANSWER_S = 0.2
BOMB = gzip.compress(b" " * 100_000_000)

Speech = Iterator[bytes]


def head_for_ever() -> Speech:
    yield b"HTTP/1.1 200 OK\r\nX-Drip: "
    while True:
        yield b"a"


def processing_for_ever() -> Speech:
    while True:
        yield b"HTTP/1.1 102 Processing\r\n\r\n"


def body_for_ever() -> Speech:
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
    while True:
        yield b" "


def a_bomb() -> Speech:
    yield b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB


@contextmanager
def saying(speech: Callable[[], Speech]) -> Iterator[tuple[str, list[bytes]]]:
    """Serve ``speech`` to everyone, a piece every 20 ms until they hang up; yield the address and what was asked."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, speech, asked), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(listener: socket.socket, speech: Callable[[], Speech], asked: list[bytes]) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                asked.append(connection.recv(65_536))
                for piece in speech():
                    connection.sendall(piece)
                    while select.select([connection], [], [], 0.02)[0]:
                        if not connection.recv(65_536):
                            raise ConnectionResetError


def ask_openai(base: str) -> None:
    Service(f"{base}/v1", SecretStr("sk"), ANSWER_S).check("m")


def ask_kie(base: str) -> None:
    settings = Settings(kie_base_url=base, kie_api_key=SecretStr("sk"), request_timeout_seconds=ANSWER_S)
    build_market(settings).credits()


def ask_acestep(base: str) -> None:
    acestep.build(Settings(acestep_base_url=base, request_timeout_seconds=ANSWER_S)).check()


CLIENTS = [ask_openai, ask_kie, ask_acestep]


@pytest.mark.parametrize("speech", [head_for_ever, processing_for_ever, body_for_ever])
@pytest.mark.parametrize("ask", CLIENTS)
def test_an_answer_that_never_ends_is_given_up(ask: Callable[[str], None], speech: Callable[[], Speech]) -> None:
    with saying(speech) as (base, asked), pytest.raises(ProviderUnreachable) as error:
        ask(base)
    assert len(asked) == 1
    assert isinstance(error.value, OutcomeUnknown) or ask is not ask_openai


@pytest.mark.parametrize("base", ["http://a..b", f"http://{'a' * 70}.com", "http://127.0.0.1:99999"])
@pytest.mark.parametrize("ask", CLIENTS)
def test_an_address_that_cannot_be_is_not_reached(ask: Callable[[str], None], base: str) -> None:
    with pytest.raises(ProviderUnreachable) as error:
        ask(base)
    assert not isinstance(error.value, OutcomeUnknown)


@pytest.mark.parametrize("ask", CLIENTS)
def test_an_answer_is_asked_for_unpacked_and_taken_in_no_other_way(ask: Callable[[str], None]) -> None:
    with saying(a_bomb) as (base, asked), pytest.raises(ProviderUnreachable):
        ask(base)
    (question,) = asked
    assert b"\r\naccept-encoding: identity\r\n" in question.lower()
