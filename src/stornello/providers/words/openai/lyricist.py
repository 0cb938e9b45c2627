"""The lyricist `openai`: a summary model, then a lyrics model; what guests said reaches them as data only."""

from typing import Any, Final, get_args

from stornello.domain.songs import Lyrics, SectionKind
from stornello.providers.openai_client import Service
from stornello.providers.words import prompts
from stornello.providers.words.openai.answers import lyrics_in, summary_in
from stornello.providers.words.openai.chat import Chat
from stornello.providers.words.openai.material import material
from stornello.providers.words.prompts import Prompts
from stornello.seams import Story
from stornello.settings import Settings

_TEXT: Final = {"type": "string"}


def build(settings: Settings) -> "OpenAILyricist":
    """Return the engine ``openai`` of the seam ``lyricists``. Raises SettingsError for a broken prompts.toml."""
    thinking = {"reasoning_effort": settings.reasoning_effort} if settings.reasoning_effort else {}
    warmth = {} if settings.lyrics_temperature is None else {"temperature": settings.lyrics_temperature}
    languages = tuple(settings.languages)
    return OpenAILyricist(
        Chat(Service.of(settings, "summary"), settings.summary_model, "summary_model", thinking),
        Chat(
            Service.of(settings, "lyrics"), settings.lyrics_model, "lyrics_model", thinking | warmth, schema(languages)
        ),
        prompts.load(settings.prompts_file),
        languages,
    )


class OpenAILyricist:
    """Writes in one of ``languages``, with ``prompts``. Safe to call from several threads."""

    is_paid = True

    def __init__(self, summaries: Chat, songs: Chat, texts: Prompts, languages: tuple[str, ...]) -> None:
        self.name = f"openai ({songs.model})"
        self._summaries = summaries
        self._songs = songs
        self._texts = texts
        self._languages = languages

    def check(self) -> None:
        """Look whether the services are there, open to their keys and know the models. Raises as the seam says."""
        summaries, songs = self._summaries, self._songs
        if summaries.service == songs.service:
            songs.service.check(summaries.model, songs.model)
            return
        summaries.service.check(summaries.model)
        songs.service.check(songs.model)

    def summarise(self, story: Story, *, complaint: str = "") -> str:
        """Return in a few sentences, in the story's language, what was told and by whom. Raises as the seam says."""
        rules = self._texts.summary_rules
        request = self._request(self._texts.summary_request, material(story), complaint)
        return self._summaries.ask(rules, request, lambda answer: summary_in(answer, rules))

    def write(self, story: Story, summary: str, *, gently: bool = False, complaint: str = "") -> Lyrics:
        """Write the song's lyrics. Raises as the seam says."""
        texts = self._texts
        rules = f"{texts.lyrics_rules}\n\n{texts.lyrics_gently}" if gently else texts.lyrics_rules
        request = self._request(texts.lyrics_request, material(story, summary), complaint)
        return self._songs.ask(rules, request, lambda answer: lyrics_in(answer, rules, story.language, self._languages))

    def _request(self, template: str, told: str, complaint: str) -> str:
        """Return the user's message: one, because some models' templates know no second in a row."""
        again = self._texts.again.replace("{reason}", complaint)
        request = template.replace("{material}", told)
        return f"{request}\n\n{again}" if complaint else request


def schema(languages: tuple[str, ...]) -> dict[str, Any]:
    """Return the shape of lyrics as OpenAI's structured outputs take it."""
    section = _shaped(kind={**_TEXT, "enum": list(get_args(SectionKind))}, lines=_many(_TEXT))
    language = {**_TEXT, "enum": list(languages)}
    song = _shaped(title=_TEXT, language=language, style=_many(_TEXT), sections=_many(section))
    return {"type": "json_schema", "json_schema": {"name": "song", "strict": True, "schema": song}}


def _shaped(**properties: object) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _many(items: object) -> dict[str, Any]:
    return {"type": "array", "items": items}
