"""Waiting for a song that a studio has taken: asked again and again, ordered never again."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stornello.chains import Link
from stornello.domain.backoff import backoff
from stornello.domain.errors import NotDelivered, ProviderError
from stornello.domain.plain import Plain
from stornello.generate_song.delivery import KEPT, Delivered, StillThere
from stornello.generate_song.patience import Patience, Polls
from stornello.seams import MusicStudio, RequestId, Take

_TROUBLE_CAP_S = 60.0
_DELIVERIES = 5
"""A take that is no song may only have been late: it is fetched again, so often."""


@dataclass(frozen=True, slots=True)
class Cooking:
    """One song that ``link`` has taken as ``request``; its files come into the folder ``into``."""

    link: Link[MusicStudio]
    request: RequestId
    into: Path
    polls: Polls
    patience: Patience
    inspect: Callable[[Take], Delivered]

    def collect(self) -> Delivered:
        """Return the song.

        Raises:
            StillThere: it is not ready, or no song, when patience ends.
            GenerationFailed: it failed for good.
            ContentRefused: it failed because of its words.
            ProviderRefused: the studio does not let us ask; what was taken is still there.
            ProviderUnreachable: it could not be asked until the deadline.
        """
        troubles = unreadable = 0
        end: ProviderError = never_ready()
        for asked in range(1, self.polls.attempts + 1):
            try:
                if take := self.link.engine.collect(self.request, self.into):
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
                end, wait_s = (
                    error,
                    max(error.retry_after_s or 0.0, backoff(troubles, self.polls.first_s, _TROUBLE_CAP_S)),
                )
            else:
                troubles = 0
                end, wait_s = never_ready(), backoff(asked, self.polls.first_s, self.polls.longest_s)
            self.patience.sleep(wait_s, end)
        raise end


def never_whole(error: ProviderError) -> StillThere:
    """Return why there is no song although the studio says that it is done."""
    return error if isinstance(error, StillThere) else StillThere(error.code, error.what, KEPT)


def never_ready() -> StillThere:
    """Return why there is no song yet."""
    return StillThere(
        "song-never-ready",
        Plain("Lo studio non ha finito la canzone in tempo.", "The studio did not finish the song in time."),
        KEPT,
    )
