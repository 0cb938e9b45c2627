"""What a failure of an ACE-Step server means for us. Its own words go no further: they may quote the lyrics."""

from collections.abc import Mapping

from stornello.domain.clock import SystemClock
from stornello.domain.errors import (
    AccountRefused,
    GenerationFailed,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnreachable,
)
from stornello.domain.plain import AGAIN, Plain
from stornello.providers.http_answers import NOT_SENT, retry_after_s

_QUEUE_FULL = 429
_BUSY = frozenset({408, _QUEUE_FULL, 503})
_BROKEN_OFF = frozenset({502, 504, 524})
"""A gateway that lost the server: it may have begun."""
_KEY = frozenset({401, 403})
_SERVER = 500
_LOOK = Plain(
    "Guarda se il server ACE-Step gira e se ACESTEP_BASE_URL è giusto.",
    "See whether the ACE-Step server runs and whether ACESTEP_BASE_URL is right.",
)


def translated(error: Exception, *, changes: bool) -> ProviderError:
    """Return the house's error for one of the HTTP client."""
    if isinstance(error, NOT_SENT):
        what = Plain("Il server ACE-Step non si raggiunge.", "The ACE-Step server cannot be reached.")
        return ProviderUnreachable("acestep-unreachable", what, _LOOK)
    return no_answer(changes=changes)


def of_status(status: int | None, headers: Mapping[str, str], *, changes: bool) -> ProviderError:
    """Return what a status, or a ``code`` other than 200, means; None for a code that is no number."""
    if status in _KEY:
        return AccountRefused(
            "acestep-key-refused",
            Plain("Il server ACE-Step non accetta la chiave.", "The ACE-Step server does not accept the key."),
            Plain("Controlla ACESTEP_API_KEY.", "Check ACESTEP_API_KEY."),
        )
    if status in _BUSY:
        what = Plain("La coda del server ACE-Step è piena.", "The ACE-Step server's queue is full.")
        wait_s = retry_after_s(headers, SystemClock().now())
        return ProviderUnreachable("acestep-busy", what, AGAIN, retry_after_s=wait_s)
    if status is None or status in _BROKEN_OFF:
        return no_answer(changes=changes)
    if status >= _SERVER:
        what = Plain("Il server ACE-Step è in difficoltà.", "The ACE-Step server is in trouble.")
        return ProviderUnreachable("acestep-trouble", what, AGAIN)
    what = Plain("Il server ACE-Step non accetta la richiesta.", "The ACE-Step server does not accept the request.")
    return ProviderRefused("acestep-refused", what, _LOOK)


def no_answer(*, changes: bool = False) -> ProviderUnreachable:
    """Return the error for an answer that never came or cannot be read; ``changes``: the song may be cooking."""
    kind = OutcomeUnknown if changes else ProviderUnreachable
    what = Plain("Il server ACE-Step non ha dato una risposta intera.", "The ACE-Step server gave no whole answer.")
    return kind("acestep-no-answer", what, _LOOK)


def failed() -> GenerationFailed:
    """Return the error for a song that the server could not make."""
    return GenerationFailed(
        "acestep-failed",
        Plain("Il server ACE-Step non è riuscito a fare la canzone.", "The ACE-Step server could not make the song."),
        Plain("Il perché è nel suo registro.", "Its own log tells why."),
        again=True,
        charged=False,
    )


def forgotten() -> GenerationFailed:
    """Return the error for a task that the server does not know (any more)."""
    return GenerationFailed(
        "acestep-forgotten",
        Plain("Il server ACE-Step non sa più di questa canzone.", "The ACE-Step server knows no such song any more."),
        Plain("È ripartito? La si chiede di nuovo.", "Was it restarted? The song is asked for again."),
        again=True,
        charged=False,
    )
