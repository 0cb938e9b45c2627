"""What a check is, and what it finds on its bench."""

import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

from stornello.contract import stories
from stornello.domain.clock import Clock, SystemClock
from stornello.domain.errors import StornelloError
from stornello.domain.plain import Plain
from stornello.domain.seam import Seam
from stornello.seams import RequestId, SongOrder, Take

T = TypeVar("T")


class Broken(Exception):  # noqa: N818 - the contract is
    """The engine did not do what the check asks; ``why`` tells people what it did instead."""

    def __init__(self, it: str, en: str) -> None:
        super().__init__(en)
        self.why = Plain(it, en)


class NotAsked(Exception):  # noqa: N818 - no error: there is nothing to check
    """The check does not concern this engine."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The engine under test. ``build`` makes a fresh one each time and can be pickled: another process builds it too.

    ``secrets`` must appear in no error. ``patience_s`` is how long a song may cook.
    """

    seam: Seam
    build: Callable[[], Any]
    secrets: Collection[str] = field(default=(), repr=False)
    patience_s: float = 900.0
    clock: Clock = field(default_factory=SystemClock)


@dataclass
class Bench:
    """Where one engine is checked. What costs money is done once: the checks share it."""

    subject: Subject
    folder: Path
    orderer: Callable[[Callable[[], Any], SongOrder], RequestId]
    is_local: bool = False
    known: dict[str, object] = field(default_factory=dict)

    @cached_property
    def engine(self) -> Any:  # noqa: ANN401 - whatever is installed
        """An engine for all checks that need no fresh one."""
        return self.subject.build()

    @property
    def ordered(self) -> RequestId:
        """The one song that is ordered, by a process that has been killed since."""
        return self._once("ordered", lambda: self.orderer(self.subject.build, stories.ORDER))

    @property
    def take(self) -> Take:
        """The song, collected."""
        return self._once("take", lambda: self.collected("first"))

    def _once(self, name: str, do: Callable[[], T]) -> T:
        """Return what ``do`` did the first time, or raise what it raised: an order that failed is not repeated."""
        if name not in self.known:
            try:
                self.known[name] = do()
            except Exception as error:  # noqa: BLE001 - whatever it was, it holds
                self.known[name] = error
        found = self.known[name]
        if isinstance(found, Exception):
            raise found
        return cast("T", found)

    def collected(self, name: str) -> Take:
        """Wait for the song with a fresh engine and collect it into a folder of this name."""
        into = self.folder / name
        into.mkdir(exist_ok=True)
        engine, clock = self.subject.build(), self.subject.clock
        until, wait_s = clock.monotonic() + self.subject.patience_s, 0.05
        while (take := engine.collect(self.ordered, into)) is None:
            if clock.monotonic() + wait_s > until:
                raise Broken(
                    f"La canzone non è pronta dopo {self.subject.patience_s:g} s.",
                    f"The song is not ready after {self.subject.patience_s:g} s.",
                )
            clock.sleep(wait_s)
            wait_s = min(wait_s * 2, 5.0)
        if not isinstance(take, Take):
            raise Broken(f"collect() dà {type(take).__name__}.", f"collect() returns {type(take).__name__}.")
        return take


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that an engine must do. ``sentence`` says it, ``todo`` what its author can do where it does not."""

    name: str
    sentence: Plain
    todo: Plain
    run: Callable[[Bench], None] = field(repr=False)


def require(holds: object, it: str, en: str) -> None:
    """Raise Broken with this sentence unless ``holds``."""
    if not holds:
        raise Broken(it, en)


def discreet(error: BaseException, secrets: Collection[str]) -> None:
    """Raise Broken when the error's text, or that of one behind it, holds a guest's word or a key."""
    text = "".join(traceback.format_exception(error)) + repr(error)
    if isinstance(error, StornelloError):
        text += f"{error.what} {error.todo}"
    leaked = any(word in text for word in stories.WORDS)
    require(not leaked, "L'errore ripete parole degli ospiti.", "The error repeats guests' words.")
    require(not any(key in text for key in secrets if key), "L'errore contiene una chiave.", "The error holds a key.")


def raw(error: BaseException, where: str) -> Broken:
    """Return the finding that ``where`` let an error out that is none of ours."""
    kind = type(error).__name__
    return Broken(f"{where} lascia uscire {kind}.", f"{where} lets a {kind} out.")
