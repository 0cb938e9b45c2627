"""Connections that end in time, however slowly the other side speaks."""

import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpcore2

from stornello.domain.clock import Clock


@dataclass(frozen=True, slots=True)
class TimedStream(httpcore2.NetworkStream):
    """A connection each of whose operations takes no longer than ``left`` allows: a trickling server gains nothing."""

    stream: httpcore2.NetworkStream
    left: Callable[[float | None], float]

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there."""
        return self.stream.read(max_bytes, self.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it."""
        self.stream.write(buffer, self.left(timeout))

    def close(self) -> None:
        """Close it."""
        self.stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        """Return the same connection, encrypted; the certificate must be the name's."""
        return TimedStream(self.stream.start_tls(ssl_context, server_hostname, self.left(timeout)), self.left)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as httpcore2 has it
        """Return what the connection knows of itself."""
        return self.stream.get_extra_info(info)


@dataclass(frozen=True, slots=True)
class TimedNetwork(httpcore2.NetworkBackend):
    """Connects to wherever it is told; each connection is over ``seconds`` after it stands, by ``clock``."""

    seconds: float
    clock: Clock
    sockets: httpcore2.NetworkBackend = field(default_factory=httpcore2.SyncBackend)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect within ``timeout``. Raises httpcore2.ConnectError, ConnectTimeout."""
        try:
            stream = self.sockets.connect_tcp(host, port, timeout, local_address, socket_options)
        except UnicodeError as error:  # an empty or endless part between the dots
            raise httpcore2.ConnectError("no such name") from error
        until = self.clock.monotonic() + self.seconds
        return TimedStream(stream, lambda most: time_left(self.clock, until, most))


def time_left(clock: Clock, until: float, most: float | None) -> float:
    """Return the seconds until ``until`` (monotonic), at most ``most``. Raises httpcore2.ReadTimeout when past."""
    left_s = until - clock.monotonic()
    if left_s <= 0:
        raise httpcore2.ReadTimeout("time is up")
    return left_s if most is None else min(most, left_s)
