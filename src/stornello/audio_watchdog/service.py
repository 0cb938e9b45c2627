"""The service: look at the door, claim what is finished, have it heard beside the scan."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from stornello.audio_watchdog.door import Arrival, Door
from stornello.audio_watchdog.ears import Ears
from stornello.domain.backoff import backoff
from stornello.domain.clock import Clock
from stornello.spool.paths import Venue
from stornello.spool.recordings import Claims, Recording, recordings

log = logging.getLogger(__name__)

_RETRY_BASE_S = 2.0
_LONGEST_WAIT_S = 600.0
_UNEXPECTED = 4
"""An unexpected error (a full disk, a bug) is waited out like this many failed attempts."""


class _Failed(NamedTuple):
    """How often a claim has failed, and when to try again (monotonic)."""

    times: int
    not_before: float


_NEVER = _Failed(0, 0.0)


class AudioWatchdog:
    """Takes recordings in and has each heard by ``ears``, ``workers`` at a time, never waiting for one.

    ``wake`` ends the pause between two passes early: whoever knows that a file has changed may set it.
    """

    last_words_s = 1.8
    """So long a stop waits for what is being heard; the supervisor kills after 2.5 seconds."""

    def __init__(self, venue: Venue, door: Door, ears: Ears, clock: Clock, poll_s: float, workers: int) -> None:
        self.venue = venue
        self.door = door
        self.ears = ears
        self.clock = clock
        self.poll_s = poll_s
        self.workers = workers
        self.wake = threading.Event()
        self._claims = Claims(venue)
        self._in_hand: list[_Attending] = []
        self._not_before: dict[str, float] = {}
        self._unclaimed: dict[Path, _Failed] = {}

    def tick(self) -> None:
        """One pass: collect results, claim what is finished at the door, give the oldest recordings to free ears."""
        self._collect()
        self._take_in()
        for recording in recordings(self.venue):
            self._attend(recording)

    def run(self, stop: threading.Event) -> None:
        """Pass after pass until ``stop``; what then does not come to its end soon is heard anew at the next start."""
        while not stop.is_set():
            self.tick()
            self.wake.wait(self._pause_s())
            self.wake.clear()
        self._finish()

    def _finish(self) -> None:
        """Let what is in hand come to its end, because it may be paid for; excuse what does not in time."""
        until = self.clock.monotonic() + self.last_words_s
        for attending in self._in_hand:
            attending.wait(max(0.0, until - self.clock.monotonic()))
            if not attending.ended:
                self.ears.excuse(attending.recording)

    def _pause_s(self) -> float:
        """Return how long to wait for the next pass: no longer than what stands at the door needs to be finished."""
        return min(self.poll_s, self.door.stable_s or self.poll_s) if self.door.is_watching() else self.poll_s

    def _take_in(self) -> None:
        finished = self.door.finished(self.clock.monotonic())
        there = {arrival.path for arrival in finished}
        self._unclaimed = {path: failed for path, failed in self._unclaimed.items() if path in there}
        for arrival in finished:
            if self._unclaimed.get(arrival.path, _NEVER).not_before <= self.clock.monotonic():
                self._claim(arrival)

    def _claim(self, arrival: Arrival) -> None:
        try:
            recording = self._claims.claim(arrival.path, arrival.name, self.clock.now())
        except OSError as error:
            times = self._unclaimed.get(arrival.path, _NEVER).times + 1
            wait_s = backoff(times, _RETRY_BASE_S, _LONGEST_WAIT_S)
            self._unclaimed[arrival.path] = _Failed(times, self.clock.monotonic() + wait_s)
            log.warning("recording could not be claimed", extra={"recording": arrival.name, "errno": error.errno})
        else:
            self.ears.came_in(recording)
            log.info("recording claimed", extra={"recording": arrival.name, "bytes": arrival.size})

    def _attend(self, recording: Recording) -> None:
        waits = self._not_before.get(recording.arrival, 0.0) > self.clock.monotonic()
        is_in_hand = any(attending.recording.arrival == recording.arrival for attending in self._in_hand)
        if waits or is_in_hand or len(self._in_hand) >= self.workers:
            return
        self._not_before.pop(recording.arrival, None)
        self._in_hand.append(_Attending(recording, self.ears.attend, self.wake))

    def _collect(self) -> None:
        ended = [attending for attending in self._in_hand if attending.ended]
        self._in_hand = [attending for attending in self._in_hand if attending not in ended]
        for attending in ended:
            if attending.failed_attempt:
                wait_s = backoff(attending.failed_attempt, _RETRY_BASE_S)
                self._not_before[attending.recording.arrival] = self.clock.monotonic() + wait_s


class _Attending:
    """One recording in hand, in a thread of its own that does not keep a stopping process alive."""

    def __init__(self, recording: Recording, attend: Callable[[Recording], int], wake: threading.Event) -> None:
        self.recording = recording
        self.failed_attempt = 0
        self.ended = False
        self._attend = attend
        self._wake = wake
        self._thread = threading.Thread(target=self._run, name=f"ears-{recording.arrival}", daemon=True)
        self._thread.start()

    def wait(self, longest_s: float) -> None:
        """Wait for the end, but no longer than that."""
        self._thread.join(longest_s)

    def _run(self) -> None:
        try:
            self.failed_attempt = self._attend(self.recording)
        except Exception:
            log.exception("recording could not be attended")
            self.failed_attempt = _UNEXPECTED
        self.ended = True
        self._wake.set()
