"""What to do next about a job's song: a pure function of what was requested so far.

=====================================  ================================================================
last request                           next
=====================================  ================================================================
none                                   ask the first studio
asking, paid                           hold: whether it was taken is unknown, and asking again may pay twice
asking, costs nothing                  as if it had not been
cooking, done                          collect that very song
content refused, first time            ask the same studio, with gentler lyrics
content refused, gently                give up
anything else                          the first studio that still may be asked; none now: wait; none: give up
=====================================  ================================================================

A studio may not be asked any more once it has refused or failed; after a failure that another request may mend, it may
once more. One that did not take the request is asked ``TRIES`` times, then left until everybody has waited.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from stornello.domain.backoff import LONG_WISH_S
from stornello.spool.orders import Try

TRIES = 3

_REQUESTS = 2
"""So many songs may fail at one studio."""


@dataclass(frozen=True, slots=True)
class Move:
    """What to do; ``studio`` and ``gently`` tell whom to ask, and with which lyrics."""

    do: Literal["ask", "collect", "hold", "wait", "give-up"]
    studio: str = ""
    gently: bool = False


def decide(tries: Sequence[Try], studios: Sequence[str], away: Collection[str]) -> Move:
    """Return the next move. ``studios`` is the chain in order, ``away`` are those whose breakers are open."""
    return _after(tries, studios, away) or _next_studio(tries, studios, away)


def _after(tries: Sequence[Try], studios: Sequence[str], away: Collection[str]) -> Move | None:
    """Return what the last request alone decides."""
    last = tries[-1] if tries else None
    match last:
        case Try(state="cooking" | "done"):
            return Move("collect", last.studio, last.gently)
        case Try(state="asking", is_paid=True):
            return Move("hold", last.studio, last.gently)
        case Try(state="asking"):
            return decide(tries[:-1], studios, away)
        case Try(hope="gently", gently=True):
            return Move("give-up")
        case Try(hope="gently") if last.studio in studios:
            return Move("ask", last.studio, gently=True)
    return None


def _next_studio(tries: Sequence[Try], studios: Sequence[str], away: Collection[str]) -> Move:
    standing = [studio for studio in studios if _stands(tries, studio)]
    here = [studio for studio in standing if studio not in away and not _is_tired(tries, studio)]
    if here:
        return Move("ask", here[0], gently=any(one.gently for one in tries))
    return Move("wait" if standing else "give-up")


def _stands(tries: Sequence[Try], studio: str) -> bool:
    ended = [one for one in tries if one.studio == studio and one.state in {"failed", "refused"}]
    failed = [one for one in ended if one.hope == "again"]
    return not ended or (ended[-1].hope == "again" and len(failed) < _REQUESTS)


def _is_tired(tries: Sequence[Try], studio: str) -> bool:
    """Return whether the studio is better left alone for a while."""
    not_taken = [one for one in tries if one.studio == studio and one.state == "not-taken"]
    return len(not_taken) >= TRIES or any((one.retry_after_s or 0.0) > LONG_WISH_S for one in not_taken)
