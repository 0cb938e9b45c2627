"""From what the studio offers to files: the first take that downloads well, and another as a spare."""

import filecmp
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from stornello.domain.errors import NotDelivered, ProviderUnreachable
from stornello.providers.music.kie.progress import Offer
from stornello.spool import atomic

log = logging.getLogger(__name__)

Fetch = Callable[[str, Path, str], Path]
"""As :meth:`stornello.providers.download.Downloads.fetch` does."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A take on disk. ``number`` counts from 1, as the studio lists them."""

    number: int
    offer: Offer
    audio: Path


def deliver(offers: Sequence[Offer], fetch: Fetch, into: Path) -> tuple[Arrived | None, Path | None]:
    """Download into the folder ``into`` the first take that can be had, and the next with other bytes as a spare.

    The files are ``take-N`` and its ending; a second call overwrites them. Either is None when there is none.

    Raises:
        ProviderUnreachable: there is none, and one of them the line may have kept from us.
    """
    line: ProviderUnreachable | None = None
    tries = ((number, offer, _fetched(number, offer, fetch, into)) for number, offer in enumerate(offers, start=1))
    for number, offer, got in tries:
        if isinstance(got, Path):
            return Arrived(number, offer, got), _spare(got, (other for _, _, other in tries))
        line = line or got
    if line:
        raise line
    return None, None


def _fetched(number: int, offer: Offer, fetch: Fetch, into: Path) -> Path | ProviderUnreachable | None:
    """Return the file, else the trouble on the line that may have kept it from us; None when it is not to be had."""
    line: ProviderUnreachable | None = None
    for url in offer.urls:
        try:
            return fetch(url, into, f"take-{number}")
        except NotDelivered as error:
            _tell(number, error)
        except ProviderUnreachable as error:
            _tell(number, error)
            line = line or error
    return line


def _tell(number: int, error: ProviderUnreachable) -> None:
    log.warning("take not downloaded", extra={"take": number, "code": error.code})


def _spare(audio: Path, others: Iterable[Path | ProviderUnreachable | None]) -> Path | None:
    """Return the next take, unless its bytes are the same: some services deliver one song twice."""
    for other in others:
        if isinstance(other, Path):
            if not filecmp.cmp(audio, other, shallow=False):
                return other
            atomic.remove(other)
    return None
