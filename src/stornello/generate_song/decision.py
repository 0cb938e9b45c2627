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
from stornello.spool.orders import Request

TRIES = 3

_REQUESTS = 2
"""So many songs may fail at one studio."""


@dataclass(frozen=True, slots=True)
class Move:
    """What to do; ``studio`` and ``gently`` tell whom to ask, and with which lyrics."""

    do: Literal["ask", "collect", "hold", "wait", "give-up"]
    studio: str = ""
    gently: bool = False


def decide(requests: Sequence[Request], studios: Sequence[str], away: Collection[str]) -> Move:
    """Return the next move. ``studios`` is the chain in order, ``away`` are those whose breakers are open."""
    return _after(requests, studios, away) or _next_studio(requests, studios, away)


def _after(requests: Sequence[Request], studios: Sequence[str], away: Collection[str]) -> Move | None:
    """Return what the last request alone decides."""
    last = requests[-1] if requests else None
    match last:
        case Request(state="cooking" | "done"):
            return Move("collect", last.studio, last.gently)
        case Request(state="asking", is_paid=True):
            return Move("hold", last.studio, last.gently)
        case Request(state="asking"):
            return decide(requests[:-1], studios, away)
        case Request(hope="gently", gently=True):
            return Move("give-up")
        case Request(hope="gently") if last.studio in studios:
            return Move("ask", last.studio, gently=True)
    return None


def _next_studio(requests: Sequence[Request], studios: Sequence[str], away: Collection[str]) -> Move:
    standing = [studio for studio in studios if _stands(requests, studio)]
    here = [studio for studio in standing if studio not in away and not _is_tired(requests, studio)]
    if here:
        return Move("ask", here[0], gently=any(one.gently for one in requests))
    return Move("wait" if standing else "give-up")


def _stands(requests: Sequence[Request], studio: str) -> bool:
    """Return whether the studio may be asked: it has not ended the matter, or left a hope that was not used up."""
    ended = [one for one in requests if one.studio == studio and one.state in {"failed", "refused"}]
    if not ended:
        return True
    failed = [one for one in ended if one.hope == "again"]
    may_gently = ended[-1].hope == "gently" and not ended[-1].gently
    return may_gently or (ended[-1].hope == "again" and len(failed) < _REQUESTS)


def _is_tired(requests: Sequence[Request], studio: str) -> bool:
    """Return whether the studio is better left alone for a while."""
    not_taken = [one for one in requests if one.studio == studio and one.state == "not-taken"]
    return len(not_taken) >= TRIES or any((one.retry_after_s or 0.0) > LONG_WISH_S for one in not_taken)
