"""OpenAI and every server that speaks its API: which address, with which key, and one question asked of it.

A key goes to the address that it was given for and to no other. The SDK is imported when a call is made: it costs 1.7
seconds and 52 MiB. It retries nothing and follows no redirect: what comes back is decided here and in ``chains/``.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import SecretStr

from stornello.domain.errors import AccountRefused
from stornello.domain.plain import Plain
from stornello.providers import openai_errors
from stornello.settings import Settings

if TYPE_CHECKING:  # costs too much to have it for the others
    from openai import OpenAI

OPENAI_URL = "https://api.openai.com/v1"
_NO_KEY = "none"
"""What a server of one's own is told; the SDK wants to say something."""

_CONNECT_S = 10.0

Use = Literal["transcription", "summary", "lyrics"]


@dataclass(frozen=True)
class Service:
    """One server: its base URL and the key that was given for it.

    ``timeout_s`` is the longest wait for an answer to begin, and again for its end.
    """

    base_url: str
    key: SecretStr | None = field(repr=False)
    timeout_s: float

    @classmethod
    def of(cls, settings: Settings, use: Use) -> Self:
        """Return the server that the settings have for ``use``."""
        common = settings.openai_base_url or OPENAI_URL
        own: str = getattr(settings, f"{use}_base_url") or common
        key: SecretStr | None = getattr(settings, f"{use}_api_key")
        if key is None and _same(own, common):
            key = settings.openai_api_key
        return cls(own, key, settings.openai_timeout_seconds)

    def ask(self, question: Callable[["OpenAI"], Any]) -> dict[str, Any]:
        """Return the JSON object that answers ``question``, a call of ``with_raw_response``.

        Raises:
            ProviderError: as ``openai_errors`` has it. Never an error of the SDK: its text may hold guests' words.
        """
        self._require_key()
        import httpx2  # noqa: PLC0415 - with the SDK
        from openai import OpenAIError  # noqa: PLC0415 - see above

        try:
            answer = question(self._client).http_response
        except OpenAIError as error:
            raise openai_errors.translated(error) from None
        except httpx2.InvalidURL:
            raise openai_errors.of_status(404, "", {}) from None
        return _object_in(answer.content)

    @cached_property
    def _client(self) -> "OpenAI":
        import httpx2  # noqa: PLC0415 - with the SDK
        from openai import DefaultHttpx2Client, OpenAI  # noqa: PLC0415 - see above

        from stornello.providers.bounded_answers import bounded  # noqa: PLC0415 - with the HTTP client

        timeout = httpx2.Timeout(self.timeout_s, connect=min(self.timeout_s, _CONNECT_S))
        # A connection that was kept and is closed by the server as we ask would leave us not knowing what was charged.
        no_keeping = httpx2.Limits(max_keepalive_connections=0)
        return OpenAI(
            base_url=self.base_url,
            api_key=self.key.get_secret_value() if self.key else _NO_KEY,
            admin_api_key="",  # else the SDK looks for one in the environment
            max_retries=0,
            timeout=timeout,
            http_client=DefaultHttpx2Client(
                timeout=timeout,
                limits=no_keeping,
                follow_redirects=False,
                event_hooks={"response": [bounded(self.timeout_s)]},
            ),
        )

    def _require_key(self) -> None:
        if self.key is None and _same(self.base_url, OPENAI_URL):
            raise AccountRefused(
                "openai-no-key",
                Plain("Manca la chiave di OpenAI.", "The key for OpenAI is missing."),
                Plain(
                    "Metti OPENAI_API_KEY in .env, o OPENAI_BASE_URL per un server tuo.",
                    "Put OPENAI_API_KEY into .env, or OPENAI_BASE_URL for a server of your own.",
                ),
            )


def _object_in(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):  # also a UnicodeDecodeError
        raise openai_errors.malformed() from None
    if not isinstance(answer, dict):
        raise openai_errors.malformed()
    return answer


def _same(one: str, other: str) -> bool:
    return one.rstrip("/") == other.rstrip("/")
