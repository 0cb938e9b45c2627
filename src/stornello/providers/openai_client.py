"""OpenAI and every server that speaks its API: which address, with which key, and one question asked of it.

A key goes to the address that it was given for and to no other. The SDK is imported when a call is made: it costs 1.7
seconds and 52 MiB. It retries nothing and follows no redirect: what comes back is decided here and in ``chains/``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Self

import httpx2
from pydantic import SecretStr

from stornello.domain.clock import SystemClock
from stornello.domain.errors import AccountRefused, ProviderRefused
from stornello.domain.plain import Plain
from stornello.providers import openai_errors
from stornello.providers.http_answers import CONNECT_S, UNPACKED, TimedTransport, bounded, json_or_none
from stornello.settings import Settings

if TYPE_CHECKING:  # costs too much to have it for the others
    from openai import OpenAI

OPENAI_URL = "https://api.openai.com/v1"
_WHOLE_CALL = 2
"""In its time-outs: one may go by while a long recording is sent."""

_NO_KEY = "none"
"""What a server of one's own is told; the SDK wants to say something."""

Use = Literal["transcription", "summary", "lyrics"]

Question = Callable[["OpenAI", Mapping[str, Any]], Any]
"""A call of ``with_raw_response``, with fields that not every server knows."""

NO_WISHES: Mapping[str, Any] = MappingProxyType({})


@dataclass
class Service:
    """One server: its base URL and the key that was given for it.

    ``timeout_s`` is the longest wait for an answer to begin, and again for its end; all of a call, the recording's way
    there too, takes at most twice as long. No proxy of the environment is asked.
    """

    base_url: str
    key: SecretStr | None = field(repr=False)
    timeout_s: float
    _is_plain: bool = field(default=False, init=False, compare=False)

    @classmethod
    def of(cls, settings: Settings, use: Use) -> Self:
        """Return the server that the settings have for ``use``."""
        key: SecretStr | None = getattr(settings, key_name(settings, use))
        return cls(_base_url(settings, use), key, settings.openai_timeout_seconds)

    def ask(self, question: Question, wishes: Mapping[str, Any] = NO_WISHES) -> dict[str, Any]:
        """Return the JSON object that answers ``question``, asked with ``wishes`` while the server takes them.

        An old server may refuse a field that it does not know. One that then answers without is asked without for good.

        Raises:
            ProviderError: as ``openai_errors`` has it. Never an error of the SDK: its text may hold guests' words.
        """
        if wishes and not self._is_plain:
            try:
                return self._answer(question, wishes)
            except ProviderRefused as error:
                if error.code != openai_errors.REFUSED:
                    raise
        answer = self._answer(question, NO_WISHES)
        self._is_plain = self._is_plain or bool(wishes)
        return answer

    def check(self, *models: str) -> None:
        """Look whether the server is there, opens to the key and knows ``models``. Asks for its list: that is free.

        Raises:
            ProviderError: as ``openai_errors`` has it. A server without such a list is well.
        """
        try:
            answer = self._answer(lambda client, _: client.models.with_raw_response.list(), NO_WISHES)
        except ProviderRefused as error:
            if error.code not in {openai_errors.REFUSED, openai_errors.UNKNOWN}:
                raise
            return
        listed = _models_in(answer)
        for model in models:
            if listed and listed.isdisjoint({model, f"{model}:latest"}):
                raise openai_errors.unlisted(model)

    def _answer(self, question: Question, wishes: Mapping[str, Any]) -> dict[str, Any]:
        self._require_key()
        from openai import OpenAIError  # noqa: PLC0415 - see above

        try:
            answer = question(self._client, wishes).http_response
        except OpenAIError as error:
            raise openai_errors.translated(error) from None
        except httpx2.InvalidURL:
            raise openai_errors.of_status(404, "", {}) from None
        read = json_or_none(answer.content)
        if not isinstance(read, dict):
            raise openai_errors.malformed()
        return read

    @cached_property
    def _client(self) -> "OpenAI":
        from openai import DefaultHttpx2Client, OpenAI  # noqa: PLC0415 - see above

        timeout = httpx2.Timeout(self.timeout_s, connect=min(self.timeout_s, CONNECT_S))
        # No kept connection: one that the server closes as we ask would leave us not knowing what was charged.
        way = TimedTransport(_WHOLE_CALL * self.timeout_s, SystemClock())
        return OpenAI(
            base_url=self.base_url,
            api_key=self.key.get_secret_value() if self.key else _NO_KEY,
            admin_api_key="",  # else the SDK looks for one in the environment
            max_retries=0,
            timeout=timeout,
            http_client=DefaultHttpx2Client(
                transport=way,
                timeout=timeout,
                headers=UNPACKED,
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


def key_name(settings: Settings, use: Use) -> str:
    """Return the setting that holds the key for ``use``: its own, or the common one where the address is common too."""
    own = f"{use}_api_key"
    shares = _same(_base_url(settings, use), settings.openai_base_url or OPENAI_URL)
    return "openai_api_key" if shares and getattr(settings, own) is None else own


def _base_url(settings: Settings, use: Use) -> str:
    return getattr(settings, f"{use}_base_url") or settings.openai_base_url or OPENAI_URL


def _models_in(answer: Mapping[str, Any]) -> set[str]:
    listed = answer.get("data")
    found = listed if isinstance(listed, list) else []
    return {str(one["id"]) for one in found if isinstance(one, dict) and "id" in one}


def _same(one: str, other: str) -> bool:
    return one.rstrip("/") == other.rstrip("/")
