"""Songs from somebody else's address: https from the open internet, within time and size, whole or not at all."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpcore2
import httpx2

from stornello.domain.clock import Clock, SystemClock
from stornello.domain.errors import NotDelivered, ProviderUnreachable
from stornello.domain.plain import AGAIN, Plain
from stornello.providers.public_network import NotPublicError, PublicNetwork, origin, tls
from stornello.providers.sound_files import ending_of
from stornello.settings import Settings
from stornello.spool import atomic

_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
"""Some of the stores behind the music services turn away what is no browser."""

_HOPS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK = 200
_CONNECT_S, _IDLE_S = 10.0, 30.0
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Downloads:
    """Fetches audio files.

    ``home`` is the service's own address, as the operator has set it: what lies there may be plain http and in a
    private network, and only there ``headers`` (a key) are sent. ``seconds`` and ``megabytes`` bound each file.
    """

    home: str
    seconds: float
    megabytes: float
    clock: Clock = field(default_factory=SystemClock)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, settings: Settings, home: str, headers: Mapping[str, str] | None = None) -> "Downloads":
        """Build it with the settings' limits."""
        return cls(home, settings.download_seconds, settings.download_mb, headers=headers or {})

    def fetch(self, url: str, into: Path, stem: str) -> Path:
        """Put what ``url`` leads to into the folder ``into`` as ``stem`` and its fitting ending, and return the file.

        A file of that name is replaced. A crash leaves at most ``.{stem}.part``, which the next call overwrites.

        Raises:
            ProviderUnreachable: it cannot be had from there, is too much, too slow, cut short or no sound.
            OSError: the disk is full.
        """
        part = into / f".{stem}{atomic.PART}"
        try:
            self._load(url, part)
            target = into / f"{stem}{_ending(part, url)}"
            atomic.move(part, target)
        except NotPublicError as error:
            raise _failed("download-address") from error
        except httpcore2.TimeoutException as error:
            raise _failed("download-slow") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.UnsupportedProtocol) as error:
            raise _failed("download-broken") from error
        finally:
            atomic.remove(part)
        return target

    def _load(self, url: str, part: Path) -> None:
        home = origin(_parsed(self.home))
        until = self.clock.monotonic() + self.seconds
        network = PublicNetwork(home[1:], until, self.clock)
        at = _parsed(url)
        with httpcore2.ConnectionPool(ssl_context=tls(), network_backend=network) as pool:
            for _ in range(_HOPS + 1):
                onward = self._hop(pool, at, part, is_home=origin(at) == home)
                if onward is None:
                    return
                at = onward
        raise _failed("download-astray")

    def _hop(self, pool: httpcore2.ConnectionPool, at: httpx2.URL, part: Path, *, is_home: bool) -> httpx2.URL | None:
        """Write the body into ``part``, or return where it is said to be."""
        if not at.host or (at.scheme != "https" and not is_home):
            raise _failed("download-address")
        with pool.stream(
            "GET", _wire(at), headers=[*self._headers(is_home=is_home).items()], extensions=_IDLE
        ) as answer:
            headers = {name.lower(): value.decode("latin-1") for name, value in answer.headers}
            if answer.status in _REDIRECTS and b"location" in headers:
                return _joined(at, headers[b"location"])
            if answer.status != _OK or headers.get(b"content-encoding", "identity") != "identity":
                raise _failed("download-not-there")
            self._save(answer.iter_stream(), part)
        return None

    def _headers(self, *, is_home: bool) -> dict[str, str]:
        plain = {"User-Agent": _BROWSER, "Accept": "audio/*,*/*;q=0.5", "Accept-Encoding": "identity"}
        return {**plain, **self.headers} if is_home else plain

    def _save(self, chunks: Iterator[bytes], part: Path) -> None:
        size = 0
        with part.open("wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > self.megabytes * _MEGABYTE:
                    raise _failed("download-too-big")
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())


_IDLE = {"timeout": {"connect": _CONNECT_S, "read": _IDLE_S, "write": _IDLE_S, "pool": _IDLE_S}}


def _parsed(url: str) -> httpx2.URL:
    try:
        return httpx2.URL(url)
    except (httpx2.InvalidURL, TypeError, ValueError) as error:
        raise _failed("download-address") from error


def _joined(at: httpx2.URL, location: str) -> httpx2.URL:
    try:
        return at.join(location)
    except (httpx2.InvalidURL, ValueError) as error:
        raise _failed("download-address") from error


def _wire(url: httpx2.URL) -> httpcore2.URL:
    return httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def _ending(part: Path, url: str) -> str:
    if not part.stat().st_size:
        raise _failed("download-empty")
    if ending := ending_of(part, url):
        return ending
    raise _failed("download-no-sound")


_WHY = {
    "download-address": Plain(
        "La canzone sta a un indirizzo che non è pubblico o non è https.",
        "The song lies at an address that is not public or not https.",
    ),
    "download-slow": Plain("La canzone non arriva in tempo.", "The song does not arrive in time."),
    "download-broken": Plain("La canzone non arriva intera.", "The song does not arrive whole."),
    "download-astray": Plain(
        "L'indirizzo della canzone rimanda altrove senza fine.", "The song's address leads on and on."
    ),
    "download-not-there": Plain("A quell'indirizzo la canzone non c'è.", "The song is not at that address."),
    "download-too-big": Plain("La canzone è più grande di download_mb.", "The song is larger than download_mb."),
    "download-empty": Plain("La canzone consegnata è vuota.", "The song delivered is empty."),
    "download-no-sound": Plain("Quel che è stato consegnato non è audio.", "What was delivered is no sound."),
}

_LINE = frozenset({"download-slow", "download-broken"})


def _failed(code: str) -> ProviderUnreachable:
    """Return what the room may hope for: a broken line mends, a wrong file rarely."""
    kind = ProviderUnreachable if code in _LINE else NotDelivered
    return kind(code, _WHY[code], AGAIN)
