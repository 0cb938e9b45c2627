"""The service: look at the door, claim what is finished, have it heard beside the scan."""

import logging
import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from stornello.audio_watchdog.door import Door
from stornello.audio_watchdog.ears import Ears
from stornello.domain.backoff import backoff
from stornello.domain.clock import Clock
from stornello.spool.paths import Venue
from stornello.spool.recordings import Claims, Recording, recordings

log = logging.getLogger(__name__)

_RETRY_BASE_S = 2.0


class AudioWatchdog:
    """Takes recordings in and has each heard by ``ears``, ``workers`` at a time, never waiting for one.

    ``wake`` ends the pause between two passes early: whoever knows that a file has changed may set it.
    """

    def __init__(self, venue: Venue, door: Door, ears: Ears, clock: Clock, poll_s: float, workers: int) -> None:
        self.venue = venue
        self.door = door
        self.ears = ears
        self.clock = clock
        self.poll_s = poll_s
        self.wake = threading.Event()
        self._claims = Claims(venue)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="ears")
        self._attended: dict[str, Future[int]] = {}
        self._not_before: dict[str, float] = {}

    def tick(self) -> None:
        """One pass: collect results, claim what is finished at the door, give every claimed recording to the ears."""
        self._collect()
        self._take_in()
        for recording in recordings(self.venue):
            self._attend(recording)

    def run(self, stop: threading.Event) -> None:
        """Pass after pass until ``stop``; then let the recordings in hand come to their end or be resumed later."""
        while not stop.is_set():
            self.tick()
            self.wake.wait(
                min(self.poll_s, self.door.stable_s or self.poll_s) if self.door.is_watching() else self.poll_s
            )
            self.wake.clear()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def is_idle(self) -> bool:
        """Return whether nothing is in hand or waiting for another attempt."""
        return not self._attended and not self._not_before

    def _take_in(self) -> None:
        for arrival in self.door.finished(self.clock.monotonic()):
            try:
                self._claims.claim(arrival.path, arrival.name, self.clock.now())
            except OSError as error:
                log.warning("recording could not be claimed", extra={"recording": arrival.name, "errno": error.errno})
            else:
                log.info("recording claimed", extra={"recording": arrival.name, "bytes": arrival.size})

    def _attend(self, recording: Recording) -> None:
        waits = self._not_before.get(recording.arrival, 0.0) > self.clock.monotonic()
        if recording.arrival in self._attended or waits:
            return
        self._not_before.pop(recording.arrival, None)
        self._attended[recording.arrival] = self._pool.submit(self.ears.attend, recording)
        self._attended[recording.arrival].add_done_callback(lambda _: self.wake.set())

    def _collect(self) -> None:
        for arrival, future in _done(self._attended):
            del self._attended[arrival]
            if attempt := _result(future):
                self._not_before[arrival] = self.clock.monotonic() + backoff(attempt, _RETRY_BASE_S)


def _done(futures: dict[str, Future[int]]) -> Iterable[tuple[str, Future[int]]]:
    return [(arrival, future) for arrival, future in futures.items() if future.done()]


def _result(future: Future[int]) -> int:
    """Return the attempt to repeat; an unexpected error (a full disk, a bug) counts as one, so that nothing stalls."""
    try:
        return future.result()
    except Exception:
        log.exception("recording could not be attended")
        return 4
