"""The requests of one job while its song is made: each change is on disk before anything else happens."""

from dataclasses import replace
from pathlib import Path

from stornello.domain.errors import (
    ContentRefused,
    GenerationFailed,
    OutcomeUnknown,
    ProviderError,
    ProviderUnreachable,
)
from stornello.domain.plain import Plain
from stornello.spool import charges, orders
from stornello.spool.orders import Hope, Request, State


class Book:
    """The requests of the job in ``folder``. Raises JobHeldError when they cannot be read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.requests = orders.read(folder)

    @property
    def last(self) -> Request:
        """The request in hand."""
        return self.requests[-1]

    def add(self, one: Request) -> None:
        """Write down a request that is about to be made."""
        self._write((*self.requests, one))

    def change(self, **facts: object) -> None:
        """Change the request in hand."""
        self._replace(replace(self.last, **facts))  # type: ignore[arg-type]  # names and types of Request, checked by their callers' tests

    def end(self, error: ProviderError) -> charges.State:
        """Write down how ``error`` has ended the request in hand, and return what it has cost."""
        state, charge_state = _end_of(self.last, error)
        self._replace(self.last.ended(state, charge_state, error, _hope(error)))
        return charge_state

    def not_taken(self, studio: str | None = None) -> list[Request]:
        """Return the requests that did not arrive, at ``studio`` or anywhere."""
        return [one for one in self.requests if one.state == "not-taken" and studio in {None, one.studio}]

    def forget_not_taken(self) -> None:
        """Give every studio that did not take the request all its chances again."""
        if self.not_taken():
            self._write(tuple(one for one in self.requests if one.state != "not-taken"))

    def reason(self, otherwise: ProviderError) -> ProviderError:
        """Return why there is no song: what the last studio that explained itself has said."""
        told = [one for one in self.requests if one.what and one.todo]
        return as_error(told[-1]) if told else otherwise

    def _replace(self, last: Request) -> None:
        self._write((*self.requests[:-1], last))

    def _write(self, requests: tuple[Request, ...]) -> None:
        orders.write(self.folder, requests)
        self.requests = requests


def _end_of(last: Request, error: ProviderError) -> tuple[State, charges.State]:
    """Return state and cost of a request: whether it was taken decides, then what the studio says of money."""
    if isinstance(error, OutcomeUnknown) and last.is_paid:
        return "asking", "unknown"
    if error.retryable:
        return "not-taken", "free"
    return "refused" if last.state == "asking" else "failed", "paid" if error.charged else "free"


def _hope(error: ProviderError) -> Hope:
    if isinstance(error, ContentRefused):
        return "gently"
    return "again" if isinstance(error, GenerationFailed) and error.again else "none"


def as_error(one: Request) -> ProviderError:
    """Return what ended a request, as an error again: one that waiting may mend when it was not taken."""
    what, todo = one.what or Plain("", ""), one.todo or Plain("", "")
    if one.state == "not-taken":
        return ProviderUnreachable(one.code, what, todo, retry_after_s=one.retry_after_s)
    return GenerationFailed(one.code, what, todo)


def same_id(studio: str) -> OutcomeUnknown:
    """Return what it means that a studio has answered with the id of an earlier song."""
    return OutcomeUnknown(
        "same-task-id",
        Plain(
            f"«{studio}» ha risposto con l'identificativo di un'altra canzone.",
            f"'{studio}' has answered with the id of another song.",
        ),
        Plain("Guarda nel conto dello studio.", "Look into the studio's account."),
    )
