"""Finished songs on their way into the queue: in fair order, but none is overtaken by more than a few."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from stornello.domain.fairness import Finished, Policy, goes_out, overtaken_by
from stornello.domain.names import JobId
from stornello.domain.songs import SongCard
from stornello.spool.jobs import Job

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Ready:
    """A finished song; ``place`` and ``overtaken`` as in :class:`Finished`, and as in the job's status once it waits.

    ``seconds``: how long it was in the making; None: not known any more.
    """

    job: Job
    card: SongCard
    seconds: float | None
    place: int
    overtaken: int
    is_noted: bool


class Outlet:
    """Holds finished songs of tables that are ahead, within the policy's window.

    How often a song was overtaken is in its job's status, written before the overtaking: a crash between may count one
    that did not happen, never forget one.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._ready: dict[JobId, _Ready] = {}

    def take_in(self, job: Job, card: SongCard, seconds: float) -> None:
        """Hold the finished song of ``job``. Nothing happens if it is here."""
        if job.id in self._ready:
            return
        status = job.status
        is_noted = status.finished > 0
        made_in = None if is_noted else seconds
        self._ready[job.id] = _Ready(job, card, made_in, status.finished, status.overtaken, is_noted)

    def forget(self, job: Job) -> None:
        """Hold the song no more."""
        self._ready.pop(job.id, None)

    def let_out(
        self,
        songs_of: Callable[[JobId], int],
        least: Callable[[], int],
        is_queue_empty: Callable[[], bool],
        deliver: Callable[[Job, SongCard, float | None], None],
    ) -> None:
        """Deliver the songs that may go, one after another, and note on disk which wait from now on."""
        self._give_places()
        while self._ready:
            finished = [self._seen(ready, songs_of) for ready in self._ready.values()]
            song = goes_out(finished, least(), self._policy, queue_is_empty=is_queue_empty())
            if song is None:
                break
            for other in overtaken_by(song, finished):
                self._note(self._ready[other.job], overtaken=other.overtaken + 1)
            out = self._ready[song.job]
            deliver(out.job, out.card, out.seconds)
            self._ready.pop(song.job, None)
        for ready in self._ready.values():
            if not ready.is_noted:
                self._note(ready, overtaken=ready.overtaken)
                log.info("song waits for tables behind", extra={"job": ready.job.id})

    def _give_places(self) -> None:
        """Put those that have just finished behind those that wait, some of which an earlier life has noted."""
        for ready in self._ready.values():
            ready.place = ready.place or max(other.place for other in self._ready.values()) + 1

    @staticmethod
    def _seen(ready: _Ready, songs_of: Callable[[JobId], int]) -> Finished:
        return Finished(ready.job.id, songs_of(ready.job.id), ready.place, ready.overtaken)

    @staticmethod
    def _note(ready: _Ready, overtaken: int) -> None:
        ready.job.update(finished=ready.place, overtaken=overtaken)
        ready.overtaken, ready.is_noted = overtaken, True
