"""One question to a language model, and whether its answer is one."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from stornello.domain.errors import AnswerUnusable, ContentRefused
from stornello.domain.plain import Plain
from stornello.providers.openai_client import Service
from stornello.providers.words.openai.answers import Unusable

if TYPE_CHECKING:  # costs 1.7 seconds
    from openai import OpenAI

T = TypeVar("T")

_MOST_TOKENS: Final = 8_000
"""Room for a model that thinks first."""


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

    def ask(self, rules: str, request: str, read: Callable[[str], T]) -> T:
        """Return what ``read`` makes of the answer.

        Raises:
            ContentRefused: the model would not write about this.
            AnswerUnusable: ``read`` has raised Unusable.
            ProviderError: as ``openai_errors`` has it.
        """
        answer = self._complete([{"role": "system", "content": rules}, {"role": "user", "content": request}])
        try:
            return read(answer)
        except Unusable as unusable:
            raise _unusable(self._setting, unusable.reason) from None

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


def _unusable(setting: str, reason: str) -> AnswerUnusable:
    return AnswerUnusable(
        "words-unusable",
        Plain("Il modello ha risposto con qualcosa di inutilizzabile.", "The model's answer could not be used."),
        Plain(f"Prova un modello più capace ({setting}).", f"Try a more able model ({setting})."),
        reason=reason,
    )
