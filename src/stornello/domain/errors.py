"""One small tree of errors; each class says whether doing the same again can help.

Every error has a ``code`` (for logs and ``reason.json``), what happened and what to do, both as :class:`Plain`.
What guests said never enters an error.
"""

from stornello.domain.plain import Plain


class StornelloError(Exception):
    """Something went wrong that we can explain.

    Args:
        code: short, stable, kebab-case; goes into logs and reason.json.
        what: what happened.
        todo: what a person can do about it.
    """

    retryable = False
    holds = False
    parks = False

    def __init__(self, code: str, what: Plain, todo: Plain) -> None:
        super().__init__(code, what, todo)
        self.code = code
        self.what = what
        self.todo = todo

    def __str__(self) -> str:
        return f"{self.what.en} {self.todo.en}"


class SettingsError(StornelloError):
    """The settings cannot be used as they are."""


class VenueBusyError(StornelloError):
    """Another process holds this venue."""


class RecordingError(StornelloError):
    """This recording cannot be used; another attempt gives the same answer."""


class ProviderError(StornelloError):
    """An engine, embedded or remote, did not deliver.

    ``charged``: it cost something all the same. ``retry_after_s`` is how long the service asked to be left alone.
    """

    charged = False
    retry_after_s: float | None = None


class ProviderUnreachable(ProviderError):  # noqa: N818 - the seam's own vocabulary, see conventions.md
    """Network, time-out, 408, 429 or 5xx, or an engine that is not ready: the same call may work later.

    Unless a subclass says otherwise the call was certainly not carried out.
    """

    retryable = True

    def __init__(self, code: str, what: Plain, todo: Plain, *, retry_after_s: float | None = None) -> None:
        super().__init__(code, what, todo)
        self.retry_after_s = retry_after_s


class OutcomeUnknown(ProviderUnreachable):
    """The call went out and no answer came back: it may have been carried out, and charged, all the same.

    Repeating it may pay twice. For a song request that is never done by itself.
    """


class StudioAway(ProviderUnreachable):
    """The studio that has our song in hand does not answer: the job makes room for others and asks again later."""

    parks = True


class NotDelivered(ProviderUnreachable):
    """The song is done, but what lies at its address is none: it may be late, or lost. Asking again costs nothing."""


class ProviderRefused(ProviderError):  # noqa: N818 - as above
    """The engine understood and said no: the same call will fail again."""

    def __init__(self, code: str, what: Plain, todo: Plain, *, charged: bool = False) -> None:
        super().__init__(code, what, todo)
        self.charged = charged


class AnswerUnusable(ProviderRefused):
    """An answer came and cannot be used; another one may do, if the engine is told why.

    ``reason`` says so to the engine, as the next call's ``complaint``; it holds nothing of the answer.
    """

    def __init__(self, code: str, what: Plain, todo: Plain, *, reason: str, charged: bool = True) -> None:
        super().__init__(code, what, todo, charged=charged)
        self.reason = reason


class AccountRefused(ProviderRefused):
    """The key does not open, or the account has no credit: no call works until a person has mended it."""


class EngineBroken(ProviderRefused):
    """The engine stopped on an error of its own, which its seam does not know."""


class ContentRefused(ProviderRefused):
    """The words were refused; gentler ones may pass."""


class BudgetSpent(ProviderRefused):
    """The next paid call would go beyond a cap of ours; nothing was called."""


class GenerationFailed(ProviderError):  # noqa: N818 - as above
    """The song was accepted and then failed for good.

    ``again``: one new request may work. ``charged``: what was accepted is paid for, as far as anybody can tell.
    """

    def __init__(self, code: str, what: Plain, todo: Plain, *, again: bool = False, charged: bool = True) -> None:
        super().__init__(code, what, todo)
        self.again = again
        self.charged = charged


class JobHeldError(StornelloError):
    """Only a person can tell how it goes on, because the other way might pay twice: the job waits in held/."""

    holds = True


class PlayerLost(ProviderError):  # noqa: N818 - as above
    """The player process or its socket is gone, or does not answer in time."""

    retryable = True


class ModelMissing(ProviderError):  # noqa: N818 - as above
    """A model file is not on this machine and no source answered."""

    retryable = True
