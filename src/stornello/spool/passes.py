"""A service's passes: one that the disk breaks off is told once, and is no end."""

import logging
from collections.abc import Callable


class Passes:
    """What became of the last pass; ``log`` is the service's own, for what is told."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._trouble: tuple[str, int | None] | None = None
        self.is_whole = False

    def attempt(self, one: Callable[[], None]) -> bool:
        """Make ``one`` pass; return whether it came to its end. One broken off like the last is not told again."""
        try:
            one()
        except OSError as error:
            self._note((type(error).__name__, error.errno))
            return False
        self._trouble, self.is_whole = None, True
        return True

    def _note(self, trouble: tuple[str, int | None]) -> None:
        if trouble != self._trouble:
            self._log.error("pass broken off, will go on", extra={"error": trouble[0], "errno": trouble[1]})
        self._trouble, self.is_whole = trouble, False
