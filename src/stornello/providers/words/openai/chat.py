"""One conversation with a language model: ask, judge the answer, and ask once more with the reason when it is none."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from stornello.domain.errors import ContentRefused, ProviderRefused
from stornello.domain.plain import Plain
from stornello.providers.openai_client import Service
from stornello.providers.words.openai.answers import Unusable

if TYPE_CHECKING:  # costs 1.7 seconds
    from openai import OpenAI

T = TypeVar("T")

_MOST_TOKENS: Final = 8_000
"""Room for a model that thinks first."""

_MOST_REPEATED: Final = 4_000
"""Characters of an unusable answer that the model is shown again."""


class Chat:
    """Talks to ``model``, named by ``setting``.

    ``options`` go with every request; ``schema`` is what answers must look like, if any.
    """

    def __init__(
        self,
        service: Service,
        model: str,
        setting: str,
        options: Mapping[str, Any],
        schema: Mapping[str, Any] | None = None,
    ) -> None:
        self.service = service
        self.model = model
        self._setting = setting
        self._options = dict(options)
        self._shape = {"response_format": dict(schema)} if schema else {}

    def ask(self, rules: str, request: str, again: str, read: Callable[[str], T]) -> T:
        """Return what ``read`` makes of the answer. ``again`` says ``{reason}`` when it raises Unusable the first time.

        Raises:
            ContentRefused: the model would not write about this.
            ProviderRefused: two answers could not be used.
            ProviderError: as ``openai_errors`` has it.
        """
        messages = [{"role": "system", "content": rules}, {"role": "user", "content": request}]
        answer = self._complete(messages)
        try:
            return read(answer)
        except Unusable as unusable:
            reason = unusable.reason
        told = {"role": "assistant", "content": answer[:_MOST_REPEATED]}
        second = self._complete([*messages, told, {"role": "user", "content": again.replace("{reason}", reason)}])
        try:
            return read(second)
        except Unusable:
            raise _unusable(self._setting) from None

    def _complete(self, messages: list[dict[str, str]]) -> str:
        def question(client: "OpenAI", shape: Mapping[str, Any]) -> object:
            chat: Any = client.chat.completions.with_raw_response  # its overloads know no messages made of plain dicts
            return chat.create(
                model=self.model, messages=messages, max_completion_tokens=_MOST_TOKENS, **self._options, **shape
            )

        return text_in(self.service.ask(question, self._shape))


def text_in(answer: Mapping[str, Any]) -> str:
    """Return what the model wrote; empty when it wrote nothing or something else than text.

    Raises:
        ContentRefused: it declined, or a filter stopped it. That is charged like any answer.
    """
    match answer:
        case {"choices": [{"finish_reason": "content_filter"}, *_]}:
            raise _declined()
        case {"choices": [{"message": {"refusal": str(refusal)}}, *_]} if refusal.strip():
            raise _declined()
        case {"choices": [{"message": {"content": str(content)}}, *_]}:
            return content.encode(errors="replace").decode()
    return ""


def _declined() -> ContentRefused:
    return ContentRefused(
        "words-declined",
        Plain("Il modello non vuole scrivere di questo.", "The model would not write about this."),
        Plain("Si prova con un altro motore.", "Another engine is tried."),
        charged=True,
    )


def _unusable(setting: str) -> ProviderRefused:
    return ProviderRefused(
        "words-unusable",
        Plain("Il modello ha risposto due volte con qualcosa di inutilizzabile.", "Two answers could not be used."),
        Plain(f"Prova un modello più capace ({setting}).", f"Try a more able model ({setting})."),
        charged=True,
    )
