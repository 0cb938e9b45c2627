"""An engine with a bug is an engine that failed: it costs no other engine its turn, and the night nothing."""

import errno
import logging
from collections.abc import Callable
from typing import TypeVar

from stornello.domain.errors import GenerationFailed, OutcomeUnknown, StornelloError
from stornello.domain.plain import Plain

log = logging.getLogger(__name__)

R = TypeVar("R")

_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})


def guarded(engine: str, call: Callable[[], R], kind: type[OutcomeUnknown | GenerationFailed] = OutcomeUnknown) -> R:
    """Return what ``call`` returns. What the seams do not know becomes an error of ``kind``, its text told to nobody.

    Raises:
        StornelloError: what ``call`` raised of our own errors, or ``kind`` for any other.
        OSError: our own disk has a trouble.
    """
    try:
        return call()
    except StornelloError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _DISK:
            raise
        log.exception("engine has a bug", extra={"engine": engine})
        raise kind(
            "engine-bug",
            Plain(
                f"Il motore «{engine}» si è interrotto per un errore suo ({type(error).__name__}).",
                f"The engine '{engine}' stopped on an error of its own ({type(error).__name__}).",
            ),
            Plain("Dillo a chi l'ha scritto: stornello provider test", "Tell who wrote it: stornello provider test"),
        ) from None
