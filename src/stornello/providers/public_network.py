"""Connections that only reach public addresses, and that end in time."""

import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache

import httpcore2
import httpx2

from stornello.domain.clock import Clock
from stornello.providers.timed_network import TimedStream, time_left

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""Source: RFC 6052; an IPv4 address in the last 32 bits."""

_UNICAST = ipaddress.IPv6Network("2000::/3")
"""The only part of IPv6 that is given out. Source: IANA, IPv6 Global Unicast Address Assignments."""

_DOCUMENTATION = ipaddress.IPv6Network("3fff::/20")
"""Source: RFC 9637; Python 3.11 takes it for public."""

_RELAYS = ipaddress.IPv4Network("192.88.99.0/24")
"""Source: RFC 7526: the relays of 6to4 are no more."""

_PORTS = {"http": 80, "https": 443}


class NotPublicError(httpcore2.ConnectError):
    """The name leads into a private network, where a stranger's address has no business."""


def is_public(address: str) -> bool:
    """Return whether ``address`` is one of the open internet: no private, loopback, link-local or multicast one."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)))
        if ip not in _UNICAST or ip in _DOCUMENTATION or ip.sixtofour or ip.teredo:  # these hold an IPv4 address
            return False
    return ip.is_global and not ip.is_multicast and ip not in _RELAYS


def origin(url: httpx2.URL) -> tuple[str, str, int]:
    """Return scheme, host and port of ``url``; port 0 for a scheme that is none of ours."""
    return url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS.get(url.scheme, 0)


def _resolve(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@cache
def tls() -> ssl.SSLContext:
    """Return how strangers prove who they are; made once, it takes longer than a call."""
    return httpx2.create_ssl_context()


@dataclass(frozen=True, slots=True)
class PublicNetwork(httpcore2.NetworkBackend):
    """Looks a name up once and connects to the very address that was checked, so that no second answer slips in.

    Every address of a name must be public. ``home`` (host, port) is the operator's own choice and may be anywhere.
    All work ends when ``clock`` reaches ``until`` (monotonic).
    """

    home: tuple[str, int]
    until: float
    clock: Clock
    resolve: Callable[[str, int], list[str]] = _resolve
    sockets: httpcore2.NetworkBackend = field(default_factory=httpcore2.SyncBackend)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address that answers. Raises httpcore2.ConnectError, ConnectTimeout, NotPublicError."""
        failure: Exception = httpcore2.ConnectError("no address")
        for address in self._addresses(host, port):
            try:
                stream = self.sockets.connect_tcp(address, port, self.left(timeout), local_address, socket_options)
                return TimedStream(stream, self.left)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure

    def left(self, timeout: float | None) -> float:
        """Return how long one operation may take. Raises httpcore2.ReadTimeout when the time is up."""
        return time_left(self.clock, self.until, timeout)

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = list(dict.fromkeys(self.resolve(host, port)))
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError("name not found") from error
        if (host, port) != self.home and not all(is_public(address) for address in found):
            raise NotPublicError("not a public address")
        return found
