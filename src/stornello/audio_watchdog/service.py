"""The service: look at the door, claim what is finished, have it heard beside the scan."""

import errno
import logging
import math
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from stornello.audio_watchdog.door import Arrival, Door
from stornello.audio_watchdog.ears import Ears
from stornello.domain.backoff import backoff
from stornello.domain.clock import Clock
from stornello.spool.passes import Passes
from stornello.spool.paths import Venue
from stornello.spool.recordings import Claims, Recording, recordings

log = logging.getLogger(__name__)

_RETRY_BASE_S = 2.0
_LONGEST_WAIT_S = 600.0
AHEAD = 64
"""So many are claimed before their turn, so that a failing engine costs few an attempt; the others wait at the door."""

SCANNING_SHARE = 0.05
"""Of our time. A scan of 50,000 files takes a third of a second."""

SOONEST_UNSCANNED_S = 5.0
"""However long a scan takes, the door is not left unseen for longer when nothing known is left to be claimed."""

LONGEST_UNSCANNED_S = 60.0
"""Nor for longer than this while there is."""

_UNEXPECTED = 4
"""An unexpected error (a full disk, a bug) is waited out like this many failed attempts."""

MOST_REFUSALS = 5
"""So often in a row the disk may refuse one recording while it is well otherwise: then that is set aside."""


class _Failed(NamedTuple):
    """How often a claim has failed, and when to try again (monotonic)."""

    times: int
    not_before: float


_NEVER = _Failed(0, 0.0)


class AudioWatchdog:
    """Takes recordings in and has each heard by ``ears``, ``workers`` at a time, never waiting for one.

    ``wake`` ends the pause between two passes early: whoever knows that a file has changed may set it. ``may_begin``
    tells whether the disk lets anything new be begun, ``fits`` whether it has room for a file: else they wait.
    """

    last_words_s = 1.8
    """So long a stop waits for what is being heard; the supervisor kills after 2.5 seconds."""

    def __init__(
        self,
        venue: Venue,
        door: Door,
        ears: Ears,
        clock: Clock,
        poll_s: float,
        workers: int,
        may_begin: Callable[[], bool] = lambda: True,
        fits: Callable[[Arrival], bool] = lambda _: True,
    ) -> None:
        self.venue = venue
        self.door = door
        self.ears = ears
        self.clock = clock
        self.poll_s = poll_s
        self.workers = workers
        self.may_begin = may_begin
        self.fits = fits
        self.wake = threading.Event()
        self._claims = Claims(venue)
        self._claimed: dict[str, Recording] = {}
        self._list_at = -math.inf
        self._finished: deque[Arrival] = deque()
        self._scanned_at = -math.inf
        self._scan_took_s = 0.0
        self._in_hand: dict[str, _Attending] = {}
        self._not_before: dict[str, float] = {}
        self._refusals: dict[str, int] = {}
        self._unclaimed: dict[Path, _Failed] = {}
        self._passes = Passes(log)

    def tick(self) -> None:
        """One pass: collect results, claim what is finished at the door, give the oldest recordings to free ears.

        Raises:
            OSError: the disk is away, or full; what is in hand goes on.
        """
        self._collect()
        self.venue.make()
        self._list_claimed()
        if not self.may_begin():
            return
        self._take_in()
        self._attend()

    def try_tick(self) -> None:
        """Make one pass; a disk that is away breaks it off, which is told once and is no end."""
        self._passes.attempt(self.tick)

    def run(self, stop: threading.Event) -> None:
        """Pass after pass until ``stop``; what then does not come to its end soon is heard anew at the next start."""
        while not stop.is_set():
            self.try_tick()
            self.wake.wait(self._pause_s())
            self.wake.clear()
        self._finish()

    def _finish(self) -> None:
        """Let what is in hand come to its end, because it may be paid for; excuse what does not in time."""
        until = self.clock.monotonic() + self.last_words_s
        for attending in self._in_hand.values():
            attending.wait(max(0.0, until - self.clock.monotonic()))
            if not attending.ended:
                self.ears.excuse(attending.recording)

    def _pause_s(self) -> float:
        """Return how long to wait for the next pass: no longer than what stands at the door needs to be finished."""
        return min(self.poll_s, self.door.stable_s or self.poll_s) if self.door.is_watching() else self.poll_s

    def _list_claimed(self) -> None:
        """Learn what an earlier life claimed, or an operator put back; seldom, for the rest is known."""
        now = self.clock.monotonic()
        if now >= self._list_at:
            self._claimed = {recording.arrival: recording for recording in recordings(self.venue)}
            self._list_at = now + self.poll_s

    def _take_in(self) -> None:
        """Claim the oldest of what is finished, not far ahead of the ears; the rest is as safe at the door."""
        now = self.clock.monotonic()
        if self._is_scan_due(now):
            self._scan(now)
        while self._finished and len(self._claimed) < AHEAD + self.workers:
            arrival = self._finished.popleft()
            if self._unclaimed.get(arrival.path, _NEVER).not_before <= now and arrival.is_as_seen():
                self._claim(arrival)

    def _is_scan_due(self, now: float) -> bool:
        """Return whether to look at the door: where very much lies there, seldom, since what is known is the oldest."""
        longest_s = LONGEST_UNSCANNED_S if self._finished else SOONEST_UNSCANNED_S
        return now - self._scanned_at >= min(self._scan_took_s / SCANNING_SHARE, longest_s)

    def _scan(self, now: float) -> None:
        self._finished = deque(self.door.finished(now))
        self._scanned_at, self._scan_took_s = now, self.clock.monotonic() - now
        if self._unclaimed:
            there = {arrival.path for arrival in self._finished}
            self._unclaimed = {path: failed for path, failed in self._unclaimed.items() if path in there}

    def _claim(self, arrival: Arrival) -> None:
        try:
            if not self.fits(arrival):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(arrival.path))  # noqa: TRY301 - as a disk says it
            recording = self._claims.claim(arrival.path, arrival.name, self.clock.now())
        except OSError as error:
            times = self._unclaimed.get(arrival.path, _NEVER).times + 1
            wait_s = backoff(times, _RETRY_BASE_S, _LONGEST_WAIT_S)
            self._unclaimed[arrival.path] = _Failed(times, self.clock.monotonic() + wait_s)
            log.warning("recording could not be claimed", extra={"recording": arrival.name, "errno": error.errno})
        else:
            self._claimed[recording.arrival] = recording
            self.ears.came_in(recording)
            log.info("recording claimed", extra={"recording": arrival.name, "bytes": arrival.size})

    def _attend(self) -> None:
        """Give the oldest recordings to free ears, but those that failed a moment ago."""
        now = self.clock.monotonic()
        for recording in islice(self._ready(now), max(0, self.workers - len(self._in_hand))):
            self._not_before.pop(recording.arrival, None)
            self._in_hand[recording.arrival] = _Attending(recording, self.ears.attend, self.wake)

    def _ready(self, now: float) -> Iterator[Recording]:
        for recording in self._claimed.values() if len(self._in_hand) < self.workers else ():
            if recording.arrival not in self._in_hand and self._not_before.get(recording.arrival, 0.0) <= now:
                yield recording

    def _collect(self) -> None:
        for arrival, attending in list(self._in_hand.items()):
            if not attending.ended:
                continue
            del self._in_hand[arrival]
            if self._is_over(attending):
                self._refusals.pop(arrival, None)
                self._claimed.pop(arrival, None)
            else:
                wait_s = backoff(attending.failed_attempt, _RETRY_BASE_S)
                self._not_before[arrival] = self.clock.monotonic() + wait_s

    def _is_over(self, attending: "_Attending") -> bool:
        if attending.refusal:
            return self._is_refused_for_good(attending.recording, attending.refusal)
        return not attending.failed_attempt

    def _is_refused_for_good(self, recording: Recording, error: OSError) -> bool:
        """Tell what the disk refused, and set it aside after so many times; a disk that is unwell is not counted."""
        if not self.may_begin():
            self._refusals.pop(recording.arrival, None)
            return False
        times = self._refusals.get(recording.arrival, 0) + 1
        try:
            self.ears.refused(recording, error, is_last=times >= MOST_REFUSALS)
        except OSError:  # nothing can be written either: that is the disk, and not the recording
            return False
        self._refusals[recording.arrival] = times
        return times >= MOST_REFUSALS


class _Attending:
    """One recording in hand, in a thread of its own that does not keep a stopping process alive."""

    def __init__(self, recording: Recording, attend: Callable[[Recording], int], wake: threading.Event) -> None:
        self.recording = recording
        self.failed_attempt = 0
        self.refusal: OSError | None = None
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
        except OSError as error:
            facts = {"arrival": self.recording.arrival, "error": type(error).__name__, "errno": error.errno}
            log.warning("recording refused by the disk", extra=facts)
            self.failed_attempt, self.refusal = _UNEXPECTED, error
        except Exception:
            log.exception("recording could not be attended")
            self.failed_attempt = _UNEXPECTED
        self.ended = True
        self._wake.set()
