"""An engine with a bug is an engine that failed: it costs no other engine its turn, and the night nothing."""

import logging
from collections.abc import Callable
from typing import TypeVar

from stornello.domain import disk
from stornello.domain.errors import EngineBroken, GenerationFailed, OutcomeUnknown, ProviderError, StornelloError
from stornello.domain.plain import Plain

log = logging.getLogger(__name__)

R = TypeVar("R")


def guarded(
    engine: str, call: Callable[[], R], kind: type[EngineBroken | OutcomeUnknown | GenerationFailed] = EngineBroken
) -> R:
    """Return what ``call`` returns. What the seams do not know becomes an error of ``kind``, its text told to nobody.

    It counts as paid, since nobody knows better.

    Raises:
        StornelloError: what ``call`` raised of our own errors, or ``kind`` for any other.
        OSError: our own disk has a trouble.
    """
    try:
        return call()
    except StornelloError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in disk.OURS:
            raise
        log.exception("engine has a bug", extra={"engine": engine})
        raise _broken(engine, type(error).__name__, kind) from None


def _broken(engine: str, error: str, kind: type[EngineBroken | OutcomeUnknown | GenerationFailed]) -> ProviderError:
    told = (
        "engine-bug",
        Plain(
            f"Il motore «{engine}» si è interrotto per un errore suo ({error}).",
            f"The engine '{engine}' stopped on an error of its own ({error}).",
        ),
        Plain("Dillo a chi l'ha scritto: stornello provider test", "Tell who wrote it: stornello provider test"),
    )
    return EngineBroken(*told, charged=True) if issubclass(kind, EngineBroken) else kind(*told)
