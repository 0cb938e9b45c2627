"""Where the chosen engines send what the guests said: address, key and model of each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import SecretStr

from stornello.domain.plain import Plain
from stornello.settings import Settings
from stornello.wiring.engines import EMBEDDED, KINDS, Kind, chosen

OPENAI_URL = "https://api.openai.com/v1"

SEAMS: dict[Kind, Plain] = {
    "transcribers": Plain("Ascolto", "Hearing"),
    "lyricists": Plain("Parole", "Words"),
    "studios": Plain("Musica", "Music"),
}
SENT: dict[Kind, Plain] = {
    "transcribers": Plain("le registrazioni", "the recordings"),
    "lyricists": Plain("i racconti trascritti", "the transcribed stories"),
    "studios": Plain("i testi delle canzoni", "the songs' lyrics"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """One address that one engine asks. ``url`` None: only the engine knows; ``key_name`` is the key's setting."""

    kind: Kind
    engine: str
    url: str | None = None
    key_name: str = ""
    key: SecretStr | None = field(default=None, repr=False)
    model: str = ""

    @property
    def address(self) -> str:
        """The host, and the port where one is told: nothing of a URL that could hold more than that."""
        try:
            port = urlsplit(self.url or "").port
        except ValueError:  # no address: who asks there says so
            port = None
        return f"{self.host}:{port}" if port else self.host

    @property
    def host(self) -> str:
        """The host alone."""
        try:
            return urlsplit(self.url or "").hostname or ""
        except ValueError:
            return ""

    @property
    def is_here(self) -> bool:
        """Whether what is sent there stays on this computer."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def places(settings: Settings) -> list[Place]:
    """Return where the chosen engines send something, seam by seam, in the order in which they are asked."""
    return [place for kind in KINDS for name in chosen(kind, settings) for place in _of(kind, name, settings)]


def _of(kind: Kind, name: str, settings: Settings) -> Iterator[Place]:
    studios = {"kie": "kie", "kie-flat": "kie", "sunoapi": "sunoapi", "acestep": "acestep"}
    if name == EMBEDDED:
        return
    if name == "openai" and kind != "studios":
        for use in ("transcription",) if kind == "transcribers" else ("summary", "lyrics"):
            yield _openai(kind, use, settings)
    elif kind == "studios" and name in studios:
        key_name = f"{studios[name]}_api_key"
        url: str | None = getattr(settings, f"{studios[name]}_base_url")
        yield Place(kind, name, url, key_name, getattr(settings, key_name))
    else:
        yield Place(kind, name)


def _openai(kind: Kind, use: str, settings: Settings) -> Place:
    """Return where one use of ``openai`` goes; a key goes to the address that it was given for and to no other."""
    common = settings.openai_base_url or OPENAI_URL
    url: str = getattr(settings, f"{use}_base_url") or common
    own_key: SecretStr | None = getattr(settings, f"{use}_api_key")
    key_name = f"{use}_api_key" if own_key or url.rstrip("/") != common.rstrip("/") else "openai_api_key"
    return Place(kind, "openai", url, key_name, getattr(settings, key_name), getattr(settings, f"{use}_model"))
