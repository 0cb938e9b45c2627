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
    """An engine, embedded or remote, did not deliver."""


class ProviderUnreachable(ProviderError):  # noqa: N818 - the seam's own vocabulary, see conventions.md
    """Network, time-out, 408, 429 or 5xx, or an engine that is not ready: the same call may work later."""

    retryable = True


class ProviderRefused(ProviderError):  # noqa: N818 - as above
    """The engine understood and said no: the same call will fail again."""


class GenerationFailed(ProviderError):  # noqa: N818 - as above
    """The song was accepted and then failed for good."""


class PlayerLost(ProviderError):  # noqa: N818 - as above
    """The player process or its socket is gone, or does not answer in time."""

    retryable = True


class ModelMissing(ProviderError):  # noqa: N818 - as above
    """A model file is not on this machine and no source answered."""

    retryable = True
