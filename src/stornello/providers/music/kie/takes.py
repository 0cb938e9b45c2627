"""From what the studio offers to files: the first take that downloads well, and another as a spare."""

import filecmp
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from stornello.domain.errors import NotDelivered, ProviderUnreachable
from stornello.providers.music.kie.progress import Offer

log = logging.getLogger(__name__)

Fetch = Callable[[str, Path, str], Path]
"""As :meth:`stornello.providers.download.Downloads.fetch` does."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A take on disk. ``number`` counts from 1, as the studio lists them."""

    number: int
    offer: Offer
    audio: Path


def deliver(offers: Sequence[Offer], fetch: Fetch, into: Path) -> tuple[Delivered | None, Path | None]:
    """Download into the folder ``into`` the first take that can be had, and the next with other bytes as a spare.

    The files are ``take-N`` and its ending; a second call overwrites them. Either is None when there is none.

    Raises:
        ProviderUnreachable: there is none, and one of them the line may have kept from us.
    """
    troubles: list[ProviderUnreachable] = []
    arriving = _arriving(enumerate(offers, start=1), fetch, into, troubles)
    first = next(arriving, None)
    line = next((trouble for trouble in troubles if not isinstance(trouble, NotDelivered)), None)
    if line and not first:
        raise line
    return first, _spare(first.audio, arriving) if first else None


def _arriving(
    numbered: Iterable[tuple[int, Offer]], fetch: Fetch, into: Path, troubles: list[ProviderUnreachable]
) -> Iterator[Delivered]:
    for number, offer in numbered:
        if audio := _fetched(number, offer, fetch, into, troubles):
            yield Delivered(number, offer, audio)


def _fetched(number: int, offer: Offer, fetch: Fetch, into: Path, troubles: list[ProviderUnreachable]) -> Path | None:
    for url in offer.urls:
        try:
            return fetch(url, into, f"take-{number}")
        except ProviderUnreachable as error:
            troubles.append(error)
            log.warning("take not downloaded", extra={"take": number, "code": error.code})
    return None


def _spare(audio: Path, others: Iterable[Delivered]) -> Path | None:
    """Return the next take, unless its bytes are the same: some services deliver one song twice."""
    for other in others:
        if not filecmp.cmp(audio, other.audio, shallow=False):
            return other.audio
        other.audio.unlink()
    return None
