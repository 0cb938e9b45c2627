"""A request on its way to the DJ's thread and back."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Final

from stornello.domain.errors import StornelloError
from stornello.riproduzione import refusals

log = logging.getLogger(__name__)

OBEYED_WITHIN_S: Final = 2.0
"""What the DJ has not begun by then it does no more: nobody waits for it."""

Request = dict[str, Any]
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that waits for the DJ's thread."""

    request: Request
    reply: Future[Facts] = field(default_factory=Future)

    @property
    def command(self) -> str:
        """What is asked for."""
        command: str = self.request["command"]
        return command

    def answer(self, do: Callable[[], Facts]) -> None:
        """Do it, unless its asker has given up meanwhile, and tell the asker what ``do`` returns or raises."""
        if not self.reply.set_running_or_notify_cancel():
            return
        try:
            self.reply.set_result(do())
        except StornelloError as error:
            self.reply.set_exception(error)
        except OSError as error:
            self.reply.set_exception(refusals.disk_refuses(error))
        except Exception:
            log.exception("a command failed; the music goes on", extra={"command": self.command})
            self.reply.set_exception(refusals.failed())
