"""Waiting for a song that a studio has taken: asked again and again, ordered never again."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stornello.chains import Link, guarded
from stornello.domain.backoff import backoff
from stornello.domain.errors import GenerationFailed, NotDelivered, ProviderError, StudioAway
from stornello.domain.plain import Plain
from stornello.generate_song.delivery import Delivered, StillThere
from stornello.generate_song.patience import Patience, Polls
from stornello.seams import MusicStudio, RequestId, Take
from stornello.spool import orders

_TROUBLE_CAP_S = 60.0
_DELIVERIES = 5
"""A take that is no song may only have been late: it is fetched again, so often."""


@dataclass(frozen=True, slots=True)
class Cooking:
    """One song that ``link`` has taken as ``request``; its files come into the folder ``into``.

    ``on_trouble`` hears of every question that got no answer. After ``away_s`` of them the studio is away.
    After ``slow_s`` of answers that it
    cooks, ``when_slow`` is raised.
    """

    link: Link[MusicStudio]
    request: RequestId
    into: Path
    polls: Polls
    patience: Patience
    inspect: Callable[[Take], Delivered]
    on_trouble: Callable[[ProviderError], None]
    away_s: float
    slow_s: float
    when_slow: ProviderError

    def collect(self) -> Delivered:
        """Return the song.

        Raises:
            StillThere: it is not ready, or no song, when patience ends.
            GenerationFailed: it failed for good.
            ContentRefused: it failed because of its words.
            ProviderRefused: the studio does not let us ask; what was taken is still there.
            StudioAway: it does not answer; somebody else may have the worker meanwhile.
        """
        troubles = unreadable = 0
        began = answered_at = self.patience.clock.monotonic()
        end: ProviderError = never_ready()
        for asked in range(1, self.polls.attempts + 1):
            try:
                if take := self._asked():
                    return self.inspect(take)
            except (StillThere, NotDelivered) as error:
                unreadable += 1
                if unreadable >= _DELIVERIES:
                    raise never_whole(error) from None
                end, wait_s = error, backoff(unreadable, self.polls.first_s, _TROUBLE_CAP_S)
            except ProviderError as error:
                if not error.retryable:
                    raise
                troubles += 1
                self.on_trouble(error)
                end = away(error)
                if self.patience.clock.monotonic() - answered_at >= self.away_s:
                    raise end from error
                wait_s = max(error.retry_after_s or 0.0, backoff(troubles, self.polls.first_s, _TROUBLE_CAP_S))
            else:
                troubles, answered_at = 0, self.patience.clock.monotonic()
                if answered_at - began >= self.slow_s:
                    raise self.when_slow
                end, wait_s = never_ready(), backoff(asked, self.polls.first_s, self.polls.longest_s)
            self.patience.sleep(wait_s, end)
        raise end

    def _asked(self) -> Take | None:
        engine = self.link.engine
        return guarded(self.link.name, lambda: engine.collect(self.request, self.into), GenerationFailed)


def away(error: ProviderError) -> StudioAway:
    """Return what it means that the studio of a song in hand does not answer."""
    return StudioAway(error.code, error.what, error.todo, retry_after_s=error.retry_after_s)


def slow() -> StudioAway:
    """Return what it means that a song takes longer than songs do."""
    return StudioAway(
        "song-slow",
        Plain("Lo studio ci mette più del solito.", "The studio takes longer than usual."),
        Plain("Si guarda ogni tanto, intanto lavorano gli altri.", "It is looked at now and then while others work."),
    )


def never_whole(error: ProviderError) -> StillThere:
    """Return why there is no song although the studio says that it is done."""
    return error if isinstance(error, StillThere) else StillThere(error.code, error.what, orders.KEPT)


def never_ready() -> StillThere:
    """Return why there is no song yet."""
    return StillThere(
        "song-never-ready",
        Plain("Lo studio non ha finito la canzone in tempo.", "The studio did not finish the song in time."),
        orders.KEPT,
    )
