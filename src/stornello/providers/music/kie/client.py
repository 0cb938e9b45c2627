"""One call to Kie: bounded in time and size, and everything that can happen turned into a decision."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
from pydantic import SecretStr

from stornello.domain.clock import Clock
from stornello.domain.errors import ProviderError
from stornello.providers.http_answers import NOT_SENT, exchange, json_or_none, retry_after_s
from stornello.providers.music.kie.decisions import GATEWAYS, Dialect, Kind, Where, decide
from stornello.providers.music.kie.progress import pick
from stornello.providers.music.kie.telling import Service, error_of

_YES = 200
_WHOLE = re.compile(r"\s*[0-9]{1,9}\s*")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. ``body`` is empty when it was no JSON object; ``code`` None when there was none of Kie's."""

    http: int
    body: Mapping[str, Any]
    retry_after_s: float | None

    @property
    def code(self) -> int | None:
        """Kie's own code."""
        return whole(self.body.get("code"))


def whole(value: object) -> int | None:
    """Return a whole number, also one written as text, or None."""
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


@dataclass(frozen=True, slots=True)
class Api:
    """Speaks to one service."""

    dialect: Dialect
    service: Service
    base: str
    key: SecretStr | None
    timeout_s: float
    clock: Clock
    transport: httpx2.BaseTransport | None = field(default=None, repr=False)

    def call(self, where: Where, method: str, path: str, **content: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
        """Return ``data`` of an answer whose code is 200. ``content``: ``json`` or ``params``.

        Raises ProviderError, as the decision table says.
        """
        reply = self._exchange(where, method, path, content)
        if reply.code == _YES and reply.http == _YES:
            return reply.body.get("data")
        raise self.error(where, *_kind(where, reply), reply.retry_after_s)

    def error(self, where: Where, kind: Kind, value: str, retry_after_s: float | None = None) -> ProviderError:
        """Return the error that an answer stands for."""
        return error_of(decide(self.dialect, where, kind, value), self.service, retry_after_s)

    def _exchange(self, where: Where, method: str, path: str, content: Mapping[str, Any]) -> Reply:
        headers = {"Authorization": f"Bearer {self._key(where)}"}
        url = self.base.rstrip("/") + path
        try:
            answer = exchange(method, url, self.timeout_s, self.clock, self.transport, headers=headers, **content)
        except NOT_SENT as error:
            raise self.error(where, "transport", "not-sent") from error
        except httpx2.HTTPError as error:
            raise self.error(where, "transport", "sent") from error
        read = json_or_none(answer.body)
        wait_s = retry_after_s(answer.headers, self.clock.now())
        return Reply(answer.status, read if isinstance(read, dict) else {}, wait_s)

    def _key(self, where: Where) -> str:
        """Return the key. One that no header can hold would otherwise be quoted by the HTTP library's own error."""
        key = self.key.get_secret_value().strip() if self.key else ""
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise self.error(where, "shape", "no-key")
        return key


def _kind(where: Where, reply: Reply) -> tuple[Kind, str]:
    """Return where in the table an answer stands that is no plain yes."""
    if where == "submit" and _names_a_task(reply.body):
        return "shape", "task-id"
    if reply.http in GATEWAYS:
        return "http", str(reply.http)
    if reply.code not in {None, _YES}:
        return "code", str(reply.code)
    return ("shape", "unreadable") if reply.http == _YES else ("http", str(reply.http))


def _names_a_task(body: Mapping[str, Any]) -> bool:
    return any(pick(place, "taskId") for place in (body, body.get("data")) if isinstance(place, dict))
