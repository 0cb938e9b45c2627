"""What a failure of an OpenAI-compatible service means for us. The decisions are the table below; the rest looks it up.

Source: the SDK's exceptions and OpenAI's error codes. What the service says in words is never passed on: it may quote
the guests.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stornello.domain.clock import SystemClock
from stornello.domain.errors import (
    AccountRefused,
    ContentRefused,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnreachable,
)
from stornello.domain.plain import AGAIN, Plain
from stornello.providers.http_answers import NOT_SENT, retry_after_s

if TYPE_CHECKING:  # 1.7 seconds; whoever has such an error has paid them already
    from openai import OpenAIError

ANY = frozenset(range(300, 1000))
UNKNOWN = "openai-unknown-model"
REFUSED = "openai-refused"
"""The code for what a server refuses without a reason that we know: it may be a field that it does not."""


@dataclass(frozen=True, slots=True)
class Row:
    """One decision: these statuses, and where ``codes`` are given only with one of these codes in the body."""

    statuses: Collection[int]
    kind: type[ProviderError]
    code: str
    what: Plain
    todo: Plain
    codes: Collection[str] = field(default=())


_ACCOUNT = Plain("Controlla il conto presso il servizio.", "Look at the account with the service.")
_UNKNOWN = Plain("Il servizio non ha dato una risposta intera.", "The service gave no whole answer.")

TABLE: tuple[Row, ...] = (
    Row(
        ANY,
        AccountRefused,
        "openai-no-credit",
        Plain("Il credito presso il servizio è finito.", "The credit with the service is used up."),
        _ACCOUNT,
        codes=("insufficient_quota", "billing_hard_limit_reached", "credit_balance_exhausted"),
    ),
    Row(
        (400, 403, 422),
        ContentRefused,
        "openai-content",
        Plain("Il servizio rifiuta queste parole.", "The service refuses these words."),
        Plain("Si prova con parole più dolci.", "Gentler words are tried."),
        codes=("content_policy_violation", "content_filter", "moderation_blocked"),
    ),
    Row(
        (402,),
        AccountRefused,
        "openai-no-credit",
        Plain("Il servizio vuole essere pagato.", "The service wants to be paid."),
        _ACCOUNT,
    ),
    Row(
        (401, 403),
        AccountRefused,
        "openai-key-refused",
        Plain("Il servizio non accetta la chiave.", "The service does not accept the key."),
        Plain("Controlla la chiave e l'indirizzo per cui è data.", "Check the key and the address that it is for."),
    ),
    Row(
        (429,),
        ProviderUnreachable,
        "openai-too-many",
        Plain("Il servizio chiede di rallentare.", "The service asks us to slow down."),
        AGAIN,
    ),
    Row((504, 524), OutcomeUnknown, "openai-no-answer", _UNKNOWN, AGAIN),
    Row(
        frozenset({408, 409, *range(500, 1000)}),
        ProviderUnreachable,
        "openai-trouble",
        Plain("Il servizio è in difficoltà.", "The service is in trouble."),
        AGAIN,
    ),
    Row(
        range(300, 400),
        ProviderRefused,
        "openai-moved",
        Plain("A questo indirizzo il servizio non c'è più.", "The service is no longer at this address."),
        Plain("Correggi l'indirizzo nelle impostazioni.", "Mend the address in the settings."),
    ),
    Row(
        (404,),
        ProviderRefused,
        UNKNOWN,
        Plain("Il servizio non conosce il modello o l'indirizzo.", "The service knows no such model or address."),
        Plain("Controlla modello e indirizzo nelle impostazioni.", "Check model and address in the settings."),
    ),
    Row(
        (413,),
        ProviderRefused,
        "openai-too-large",
        Plain("Per il servizio è troppo grande.", "It is too large for the service."),
        Plain("Usa un altro modello o il motore di casa.", "Use another model or the embedded engine."),
    ),
    Row(
        ANY,
        ProviderRefused,
        REFUSED,
        Plain("Il servizio non accetta la richiesta.", "The service does not accept the request."),
        Plain("Controlla il modello nelle impostazioni.", "Check the model in the settings."),
    ),
)
"""The first row that fits holds; the last fits every status."""


def translated(error: "OpenAIError") -> ProviderError:
    """Return the house's error for one of the SDK."""
    from openai import APIConnectionError, APIStatusError  # noqa: PLC0415 - see above

    if isinstance(error, APIStatusError):
        return of_status(error.status_code, code_in(error.body), error.response.headers)
    if isinstance(error, APIConnectionError) and isinstance(error.__cause__, NOT_SENT):
        return ProviderUnreachable(
            "openai-unreachable",
            Plain("Il servizio non si raggiunge.", "The service cannot be reached."),
            Plain("Controlla la rete e l'indirizzo.", "Check the network and the address."),
        )
    return malformed()


def of_status(status: int, code: str, headers: Mapping[str, str]) -> ProviderError:
    """Return what an HTTP error status means, with ``code`` from its body."""
    row = next(row for row in TABLE if status in row.statuses and (not row.codes or code in row.codes))
    if issubclass(row.kind, ProviderUnreachable):
        wait_s = retry_after_s(headers, SystemClock().now())
        return row.kind(row.code, row.what, row.todo, retry_after_s=wait_s)
    return row.kind(row.code, row.what, row.todo)


def malformed() -> OutcomeUnknown:
    """Return the error for an answer that broke off, never came or cannot be read: it may have been charged."""
    return OutcomeUnknown("openai-no-answer", _UNKNOWN, AGAIN)


def unlisted(model: str) -> ProviderRefused:
    """Return the error for a model that a server does not list among its own."""
    return ProviderRefused(
        UNKNOWN,
        Plain(f"Il servizio non elenca il modello {model}.", f"The service does not list the model {model}."),
        Plain("Controlla il nome, o installalo su quel server.", "Check its name, or install it there."),
    )


def code_in(body: object) -> str:
    """Return the ``code``, else the ``type``, in an error's body; empty when it has none."""
    inner = body.get("error", body) if isinstance(body, dict) else None
    told = (inner.get("code") or inner.get("type") or "") if isinstance(inner, dict) else ""
    return str(told)
