"""The circuit breaker: an engine that keeps failing is left alone for a while, whichever process would ask it.

Source: "Circuit Breaker", M. Nygard, Release It! (2007). After its time an open breaker lets calls through again; the
next failure opens it for longer.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from stornello.domain.backoff import LONG_WISH_S, backoff
from stornello.domain.clock import Clock
from stornello.domain.errors import AccountRefused, EngineBroken, ProviderError
from stornello.domain.seam import Seam
from stornello.spool import engines
from stornello.spool.engines import EngineState

_FAILURES = 3
"""So many failures in a row open it."""

_SHARE = 20
"""The first rest is this share of the longest."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """The breakers of one seam's engines, on disk in ``folder``.

    ``longest_s`` is the longest rest, and how long an account is left alone that a person has to mend.
    """

    folder: Path
    seam: Seam
    clock: Clock
    longest_s: float = 600.0

    def state(self, engine: str) -> EngineState:
        """Return how ``engine`` was when it was last asked."""
        return engines.read(self.folder, self.seam, engine)

    def is_open(self, engine: str) -> bool:
        """Return whether ``engine`` is to be left alone now."""
        until, now = self.state(engine).away_until, self.clock.now()
        # longer than we ever close it for: the clock was wrong then, and has been put right
        return bool(until) and now < datetime.fromisoformat(until) <= now + timedelta(seconds=self.longest_s)

    def failed(self, engine: str, error: ProviderError) -> None:
        """Count a failure that says something about the engine; a refusal of these words or that file says nothing."""
        if isinstance(error, AccountRefused):
            self._change(engine, error, self.longest_s, at_once=True)
        elif error.retryable or isinstance(error, EngineBroken):
            asked_s = error.retry_after_s or 0.0
            self._change(engine, error, asked_s, at_once=asked_s > LONG_WISH_S)

    def worked(self, engine: str) -> None:
        """Close the breaker: the engine has answered."""
        engines.change(self.folder, self.seam, engine, _well)

    def tell_credits(self, engine: str, left: float) -> None:
        """Remember what the engine's account holds."""
        engines.change(self.folder, self.seam, engine, lambda state: replace(state, credits=left))

    def _change(self, engine: str, error: ProviderError, least_s: float, *, at_once: bool = False) -> None:
        def how(state: EngineState) -> EngineState:
            failures = state.failures + 1
            opens = at_once or failures >= _FAILURES
            again = backoff(failures - _FAILURES + 1, self.longest_s / _SHARE, self.longest_s)
            wait_s = min(self.longest_s, max(least_s, again if failures >= _FAILURES else 0.0))
            until = (self.clock.now() + timedelta(seconds=wait_s)).isoformat(timespec="seconds") if opens else ""
            return replace(state, failures=failures, away_until=until, code=error.code, why=error.what)

        engines.change(self.folder, self.seam, engine, how)


def _well(state: EngineState) -> EngineState:
    return replace(state, failures=0, away_until="", code="", why=None)
