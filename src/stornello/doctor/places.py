"""Where the chosen engines send what the guests said: address, key and model of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from stornello.domain.plain import Plain
from stornello.domain.seam import SEAMS, Seam
from stornello.providers.openai_client import Service, Use, key_name
from stornello.settings import Settings
from stornello.wiring.engines import chosen
from stornello.wiring.packaged import EMBEDDED

DOES: dict[Seam, Plain] = {
    "transcribers": Plain("Ascolto", "Hearing"),
    "lyricists": Plain("Parole", "Words"),
    "studios": Plain("Musica", "Music"),
}
SENT: dict[Seam, Plain] = {
    "transcribers": Plain("le registrazioni", "the recordings"),
    "lyricists": Plain("i racconti trascritti", "the transcribed stories"),
    "studios": Plain("i testi delle canzoni", "the songs' lyrics"),
}

_USES: dict[Seam, tuple[Use, ...]] = {"transcribers": ("transcription",), "lyricists": ("summary", "lyrics")}


@dataclass(frozen=True, slots=True)
class Place:
    """One address that one engine asks. ``url`` None: only the engine knows; ``key_name`` is the key's setting."""

    seam: Seam
    engine: str
    url: str | None = None
    key_name: str = ""
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
    return [place for seam in SEAMS for name in chosen(seam, settings) for place in _of(seam, name, settings)]


def _of(seam: Seam, name: str, settings: Settings) -> Iterator[Place]:
    studios = {"kie": "kie", "kie-flat": "kie", "sunoapi": "sunoapi", "acestep": "acestep"}
    if name == EMBEDDED:
        return
    if name == "openai" and seam != "studios":
        for use in _USES[seam]:
            url = Service.of(settings, use).base_url
            yield Place(seam, name, url, key_name(settings, use), getattr(settings, f"{use}_model"))
    elif seam == "studios" and name in studios:
        service = studios[name]
        yield Place(seam, name, getattr(settings, f"{service}_base_url"), f"{service}_api_key")
    else:
        yield Place(seam, name)
