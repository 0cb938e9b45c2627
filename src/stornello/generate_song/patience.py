"""How long a song may take: one deadline for all its waiting."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from stornello.domain.backoff import backoff
from stornello.domain.clock import Clock
from stornello.domain.errors import ProviderError, StornelloError

T = TypeVar("T")

_BASE_S, _CAP_S = 5.0, 60.0


@dataclass(frozen=True, slots=True)
class Polls:
    """How a studio is asked for a song that cooks: at most so often, from ``first_s`` to ``longest_s`` apart."""

    first_s: float
    longest_s: float
    attempts: int


@dataclass(frozen=True, slots=True)
class Patience:
    """Waits, but never beyond ``until`` (monotonic seconds); ``milestone`` tells people why."""

    clock: Clock
    until: float
    milestone: Callable[[str], None]

    def sleep(self, seconds: float, otherwise: StornelloError) -> None:
        """Wait. Raises ``otherwise``, at once, when that would be too long."""
        if self.clock.monotonic() + seconds > self.until:
            raise otherwise
        self.clock.sleep(seconds)

    def wait_for(self, error: ProviderError, round_: int, least_s: float = 0.0) -> None:
        """Wait for engines that are away, longer each ``round_`` (1, 2, ...); raises ``error`` when it is too long."""
        self.milestone(f"WAITING {error.code}")
        self.sleep(max(least_s, backoff(round_, _BASE_S, _CAP_S)), error)

    def outlast(self, do: Callable[[], T]) -> T:
        """Return what ``do`` returns, tried again while engines are away. Raises its last error at the deadline."""
        round_ = 0
        while True:
            round_ += 1
            try:
                return do()
            except ProviderError as error:
                if not error.retryable:
                    raise
                self.wait_for(error, round_)
