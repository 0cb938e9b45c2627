"""One seam's engines in order, and how one is asked: within the budget, with its breaker, again after a hiccup."""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar

from stornello.chains.breaker import Breaker
from stornello.chains.guard import guarded
from stornello.domain import disk
from stornello.domain.backoff import LONG_WISH_S, backoff
from stornello.domain.clock import Clock
from stornello.domain.errors import (
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnreachable,
    SettingsError,
)
from stornello.domain.plain import AGAIN, Plain
from stornello.spool.charges import Charge, ChargeId, State
from stornello.spool.ledger import Ledger, Purpose

log = logging.getLogger(__name__)

T = TypeVar("T")
R = TypeVar("R")

_TRIES = 3
_BASE_S, _CAP_S = 1.0, 8.0


@dataclass(frozen=True)
class Link(Generic[T]):
    """One engine by the name that the settings know. ``price`` in euro a unit: a request, a call or a minute."""

    name: str
    build: Callable[[], T] = field(repr=False)
    price: float = 0.0

    @cached_property
    def engine(self) -> T:
        """The engine, built when it is first needed.

        Raises:
            ProviderRefused: the settings do not hold what it needs, such as a key: the next one is asked.
        """
        try:
            return self.build()
        except SettingsError as error:
            raise ProviderRefused(error.code, error.what, error.todo) from error


@dataclass(frozen=True, slots=True)
class Chain(Generic[T]):
    """The engines of one seam, in the order in which they are asked."""

    links: Sequence[Link[T]]
    breaker: Breaker
    ledger: Ledger
    clock: Clock
    on_charge: Callable[[Charge], None] = lambda _: None

    def named(self, name: str) -> Link[T] | None:
        """Return the link called ``name``."""
        return next((link for link in self.links if link.name == name), None)

    def usable(self) -> list[Link[T]]:
        """Return the links whose breakers are closed."""
        return [link for link in self.links if not self.breaker.is_open(link.name)]

    def first(self, ask: Callable[[Link[T]], R], rather_not: Collection[str] = ()) -> R:
        """Return what the first link answers that can; those named in ``rather_not`` are asked when no other can.

        Raises:
            ProviderError: none could. If waiting can help any of them, a retryable one.
        """
        errors: list[ProviderError] = []
        usable = sorted(self.usable(), key=lambda link: link.name in rather_not)
        for link in usable:
            try:
                return ask(link)
            except ProviderError as error:
                errors.append(error)
                log.warning("engine passed over", extra={"engine": link.name, "code": error.code})
        if len(usable) < len(self.links):
            errors.append(self.all_away())
        raise next((error for error in errors if error.retryable), errors[-1])

    def persist(
        self,
        link: Link[T],
        purpose: Purpose,
        call: Callable[[T], R],
        units: float = 1.0,
        *,
        though_unknown: bool = True,
    ) -> R:
        """Ask ``link``, again after a hiccup; for calls that may be repeated. Raises what the last attempt raised.

        ``though_unknown``: also after an attempt that may have been carried out, and paid, all the same.
        ``call`` lets a full disk (OSError) out only before anything is sent, as where it packs a recording.
        """

        def ask(engine: T, charge: ChargeId | None) -> R:
            try:
                return call(engine)
            except OSError as error:
                if error.errno in disk.FULL:
                    self.end_charge(charge, "free")
                raise

        attempt = 0
        while True:
            attempt += 1
            try:
                return self.attempt(link, purpose, ask, units)
            except ProviderUnreachable as error:
                wait_s = error.retry_after_s or backoff(attempt, _BASE_S, _CAP_S)
                is_final = isinstance(error, OutcomeUnknown) and not though_unknown
                if is_final or attempt >= _TRIES or wait_s > LONG_WISH_S or self.breaker.is_open(link.name):
                    raise
                self.clock.sleep(wait_s)

    def attempt(
        self, link: Link[T], purpose: Purpose, call: Callable[[T, ChargeId | None], R], units: float = 1.0
    ) -> R:
        """Ask ``link`` once. What it may cost is in the ledger before the call, and how it ended after.

        ``call`` gets the charge's id, None when the engine costs nothing.

        Raises:
            BudgetSpent: a cap forbids it; nothing was called.
            ProviderError: what the engine raised.
        """
        euro = link.price * units
        charge = self.ledger.begin(link.name, purpose, euro) if euro else None
        try:
            answer = guarded(link.name, lambda: call(link.engine, charge))
        except ProviderError as error:
            self.end_charge(charge, _end_of(error))
            self._tell(self.breaker.failed, link.name, error)
            raise
        self.end_charge(charge, "paid")
        self._tell(self.breaker.worked, link.name)
        return answer

    def _tell(self, breaker: Callable[..., None], name: str, *error: ProviderError) -> None:
        """Tell the breaker; a disk that takes no more costs neither an answer that was paid for nor its error."""
        try:
            breaker(name, *error)
        except OSError as full:
            log.warning("breaker not written", extra={"engine": name, "errno": full.errno})

    def end_charge(self, charge: ChargeId | None, state: State, credits_: float | None = None) -> None:
        """Write down how a charge has ended. Safe to repeat."""
        if charge and (ended := self.ledger.end(charge, state, credits_)):
            self.on_charge(ended)

    def all_away(self) -> ProviderError:
        """Return why nobody can be asked now."""
        states = [self.breaker.state(link.name) for link in self.links]
        why = next((state.why for state in states if state.why), Plain("", ""))
        names = ", ".join(link.name for link in self.links)
        return ProviderUnreachable(
            "engines-away",
            Plain(f"Nessun motore risponde ({names}). {why.it}", f"No engine answers ({names}). {why.en}"),
            AGAIN,
        )


def _end_of(error: ProviderError) -> State:
    if isinstance(error, OutcomeUnknown):
        return "unknown"
    return "paid" if error.charged else "free"
