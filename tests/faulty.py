"""Faults as wrappers: ``Faulty(studio, {2: ProviderUnreachable(...)})`` fails the second call, whatever it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from stornello.domain.errors import (
    AccountRefused,
    ContentRefused,
    GenerationFailed,
    OutcomeUnknown,
    ProviderRefused,
    ProviderUnreachable,
)
from stornello.domain.plain import Plain

SAID = Plain("È andata così.", "That is how it went.")
TODO = Plain("Fai qualcosa.", "Do something.")


@dataclass(frozen=True)
class After:
    """The call is carried out, and then its answer gets lost."""

    error: BaseException


class Faulty:
    """``engine``, whose n-th call (1 is the first) fails as ``faults`` say; ``only`` counts these."""

    def __init__(self, engine: object, faults: Mapping[int, BaseException | After], only: str = "") -> None:
        self._engine = engine
        self._faults = faults
        self._only = only
        self.calls = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the engine has
        found = getattr(self._engine, name)
        return self._faulty(found) if callable(found) and self._only in {"", name} else found

    def _faulty(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: object, **kwargs: object) -> object:
            self.calls += 1
            fault = self._faults.get(self.calls)
            if isinstance(fault, BaseException):
                raise fault
            answer = call(*args, **kwargs)
            if fault:
                raise fault.error
            return answer

        return called


def always(error: BaseException) -> Mapping[int, BaseException]:
    """Return faults for every call there may be."""
    return dict.fromkeys(range(1, 10_000), error)


def away(retry_after_s: float | None = None) -> ProviderUnreachable:
    return ProviderUnreachable("away", SAID, TODO, retry_after_s=retry_after_s)


def lost() -> OutcomeUnknown:
    return OutcomeUnknown("answer-lost", SAID, TODO)


def no_credit() -> AccountRefused:
    return AccountRefused("no-credit", SAID, TODO)


def refused(*, charged: bool = False) -> ProviderRefused:
    return ProviderRefused("refused", SAID, TODO, charged=charged)


def coarse(*, charged: bool = False) -> ContentRefused:
    return ContentRefused("content", SAID, TODO, charged=charged)


def burnt(*, again: bool = False, charged: bool = True) -> GenerationFailed:
    return GenerationFailed("burnt", SAID, TODO, again=again, charged=charged)
