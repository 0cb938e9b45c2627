"""The studio: an order out, a task id back; the task's progress in, a take back."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stornello.domain.errors import ProviderError
from stornello.domain.songs import Lyrics, SungLine
from stornello.providers.http_answers import number_or_none
from stornello.providers.music.kie import karaoke
from stornello.providers.music.kie.client import Api
from stornello.providers.music.kie.decisions import Do, decide
from stornello.providers.music.kie.progress import Offer, Progress, pick
from stornello.providers.music.kie.takes import Arrived, Fetch, deliver
from stornello.providers.music.kie.telling import error_of
from stornello.seams import LONGEST_REQUEST_ID, RequestId, SongOrder, Take

log = logging.getLogger(__name__)

_TIMES = "/api/v1/generate/get-timestamped-lyrics"


@dataclass(frozen=True, slots=True)
class Addresses:
    """How a dialect orders, asks and tells. ``body`` makes an order, ``read`` understands an answer."""

    submit: str
    poll: str
    credits: str
    body: Callable[[Lyrics], dict[str, Any]]
    read: Callable[[Mapping[str, Any]], Progress]


class KieStudio:
    """Songs from Kie. One request costs once and brings two takes; its id is Kie's own task id."""

    is_paid = True

    def __init__(self, name: str, addresses: Addresses, api: Api, fetch: Fetch) -> None:
        self.name = name
        self._addresses = addresses
        self._api = api
        self._fetch = fetch

    def request(self, order: SongOrder) -> RequestId:
        """Order the song, once. Raises as the decision table says of a submit."""
        data = self._api.call("submit", "POST", self._addresses.submit, json=self._addresses.body(order.lyrics))
        task = pick(data, "taskId") if isinstance(data, dict) else None
        id_ = str(task).strip() if isinstance(task, str | int) and not isinstance(task, bool) else ""
        if not _is_id(id_):
            raise self._api.error("submit", "shape", "no-task-id")
        return RequestId(id_)

    def collect(self, request: RequestId, into: Path) -> Take | None:
        """Ask once, without waiting; download when the song is there. Safe to repeat: the files are overwritten.

        Raises as the decision table says of a poll, and OSError when the disk is full.
        """
        progress = self._progress(request)
        if progress is None:
            return None
        decision = decide(self._api.dialect, "poll", "status", progress.value)
        if decision.do is Do.COOKING:
            return None
        if decision.do is not Do.DONE:
            raise error_of(decision, self._api.service)
        return self._take(request, progress, into)

    def credits(self) -> float:
        """Return the credits that are left."""
        left = number_or_none(self._api.call("account", "GET", self._addresses.credits))
        if left is None:
            raise self._api.error("account", "shape", "no-number")
        return left

    def check(self) -> None:
        """Look whether the service is there and opens to the key."""
        self.credits()

    def _progress(self, request: RequestId) -> Progress | None:
        """Return how the task is; None for one that the service does not know yet."""
        if not _is_id(request):
            raise self._api.error("poll", "shape", "no-id")
        data = self._api.call("poll", "GET", self._addresses.poll, params={"taskId": request})
        if isinstance(data, dict):
            return self._addresses.read(data)
        if decide(self._api.dialect, "poll", "shape", "null" if data is None else "no-task").do is Do.COOKING:
            return None
        raise self._api.error("poll", "shape", "no-task")

    def _take(self, request: RequestId, progress: Progress, into: Path) -> Take:
        first, spare = deliver(progress.offers, self._fetch, into)
        if first is None:
            raise self._api.error("poll", "shape", "no-audio")
        return Take(
            audio=first.audio,
            engine=self._engine(first),
            synced_lyrics=self._lines(request, first.offer),
            spare=spare,
            claimed_s=first.offer.duration_s,
            credits=progress.credits,
        )

    def _engine(self, take: Arrived) -> str:
        return self.name if take.number == 1 else f"{self.name}, take {take.number}"

    def _lines(self, request: RequestId, offer: Offer) -> tuple[SungLine, ...]:
        """Return when each line is sung. The song never depends on it."""
        if not offer.id:
            return ()
        try:
            data = self._api.call("poll", "POST", _TIMES, json={"taskId": request, "audioId": offer.id})
        except ProviderError as error:
            log.info("no times of the lyrics", extra={"code": error.code})
            return ()
        return karaoke.lines_of(pick(data, "alignedWords"), offer.lyrics) if isinstance(data, dict) else ()


def _is_id(text: str) -> bool:
    return 0 < len(text) <= LONGEST_REQUEST_ID and text.isascii() and text.isprintable()
