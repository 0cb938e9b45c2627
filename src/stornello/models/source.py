"""What a source of model files is."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from stornello.domain.plain import Plain

T = TypeVar("T")

ANSWER_S = 6.0
"""How long a source may take to answer at all."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file; ``size`` in bytes, ``sha256`` in lower-case hex."""

    name: str
    size: int
    sha256: str


class SourceSilent(Exception):  # noqa: N818 - the next source is asked; it is no error yet
    """This source cannot deliver now; ``why`` says so to people."""

    def __init__(self, why: Plain) -> None:
        super().__init__(why.en)
        self.why = why


class Source(Protocol):
    """Somewhere that files come from. Nothing it sends is trusted; the store verifies every byte."""

    @property
    def label(self) -> str:
        """Return where this is, for people."""
        ...

    def fetch(self, files: Sequence[ModelFile], into: Path) -> None:
        """Write ``files`` into the folder ``into``, which outlives an interruption: what lies there may be resumed.

        Raises:
            SourceSilent: no answer within seconds, or it broke off.
            OSError: the disk refused.
        """
        ...


def within(seconds: float, call: Callable[[], T]) -> T:
    """Return what ``call`` returns, or raise TimeoutError after ``seconds`` (the call is left behind).

    Name look-ups know no time-out of their own: this is what makes a dead network fail fast.
    """
    result: list[T] = []
    failure: list[Exception] = []

    def run() -> None:
        try:
            result.append(call())
        except Exception as error:  # noqa: BLE001 - carried over to the caller's thread as it is
            failure.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if failure:
        raise failure[0]
    if not result:
        raise TimeoutError
    return result[0]


def no_answer(error: Exception) -> SourceSilent:
    """Return the reason for a source that failed with ``error``."""
    if isinstance(error, TimeoutError):
        return SourceSilent(Plain("non risponde", "does not answer"))
    reason = str(getattr(error, "reason", error)).strip()  # urllib wraps what happened
    first_line = (reason or type(error).__name__).splitlines()[0][:200]
    return SourceSilent(Plain(f"non risponde ({first_line})", f"does not answer ({first_line})"))
