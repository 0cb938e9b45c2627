"""ACE-Step 1.5 on a server of one's own: lyrics to music on the venue's own graphics card.

Source: ACE-Step-1.5, docs/en/API.md, and its server's answers: a task that it has lost in a restart is told as cooking
(status 0) with an empty result, one that cooks has an entry.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2

from stornello.domain.clock import SystemClock
from stornello.domain.errors import ProviderRefused
from stornello.domain.plain import Plain
from stornello.domain.songs import Lyrics
from stornello.providers.download import Downloads
from stornello.providers.http_answers import exchange, json_or_none, number_or_none
from stornello.providers.music import acestep_errors
from stornello.seams import RequestId, SongOrder, Take
from stornello.settings import Settings

_MOST_PROMPT, _MOST_LYRICS = 512, 4096
"""Characters. Source: ACE-Step-1.5, docs/en/INFERENCE.md."""

_OK = 200
_DONE, _FAILED = 1, 2
_AUDIO = "/v1/audio"
_JSON = {"Content-Type": "application/json"}


def build(settings: Settings) -> "AceStepStudio":
    """Build the studio; the door by which it comes in. Raises ProviderRefused when no address is set."""
    if settings.acestep_base_url is None:
        raise ProviderRefused(
            "acestep-no-address",
            Plain("Manca l'indirizzo del server ACE-Step.", "The address of the ACE-Step server is missing."),
            Plain("Per esempio: ACESTEP_BASE_URL=http://nas:8001", "For example: ACESTEP_BASE_URL=http://nas:8001"),
        )
    base, key = settings.acestep_base_url.rstrip("/"), settings.acestep_api_key
    headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
    return AceStepStudio(
        base,
        Downloads.of(settings, base, headers),
        settings.song_seconds,
        settings.acestep_thinking,
        settings.request_timeout_seconds,
        headers,
    )


@dataclass(frozen=True, slots=True)
class AceStepStudio:
    """The studio at ``base``. Free, so not counted in any budget: what a repetition wastes is time on the card."""

    base: str
    downloads: Downloads
    seconds: int
    thinking: bool
    timeout_s: float
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    name: str = "acestep"
    is_paid: bool = False

    def check(self) -> None:
        """Return when the server is there and opens to the key."""
        self._ask("GET", "/health")
        self._ask("POST", "/query_result", {"task_id_list": []})

    def request(self, order: SongOrder) -> RequestId:
        """Queue the song; the request is the server's task."""
        data = self._ask("POST", "/release_task", self._task(order), changes=True)
        task = data.get("task_id") if isinstance(data, dict) else None
        if not isinstance(task, str) or not task:
            raise acestep_errors.no_answer(changes=True)
        return RequestId(task)

    def collect(self, request: RequestId, into: Path) -> Take | None:
        """Return the song, fetched into ``into``, or None while it is queued or cooking."""
        row, made = self._row(request)
        if row.get("status") == _FAILED:
            raise acestep_errors.failed()
        if row.get("status") != _DONE:
            if not made:
                raise acestep_errors.forgotten()
            return None
        song = next((one for one in made if isinstance(one.get("file"), str) and one["file"]), None)
        if song is None:
            raise acestep_errors.failed()
        audio = self.downloads.fetch(self._address(song["file"]), into, "take")
        return Take(audio, f"acestep ({_text(song.get('dit_model')) or 'ACE-Step 1.5'})", claimed_s=_length(song))

    def _row(self, request: RequestId) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Return what the server says of the task, and what it has made of it so far."""
        rows = self._ask("POST", "/query_result", {"task_id_list": [request]})
        row = next((row for row in _objects(rows) if row.get("task_id") == request), None)
        if row is None:
            raise acestep_errors.no_answer()
        result = row.get("result")
        return row, _objects(json_or_none(result) if isinstance(result, str) else result)

    def _task(self, order: SongOrder) -> dict[str, object]:
        return {
            "prompt": ", ".join(order.lyrics.style)[:_MOST_PROMPT],
            "lyrics": _tagged(order.lyrics),
            "vocal_language": order.lyrics.language,
            "use_cot_language": False,  # or its language model may guess another
            "audio_duration": self.seconds,
            "audio_format": "mp3",
            "thinking": self.thinking,
            "batch_size": 1,  # a second take would cost the card as much again
            "use_random_seed": False,
            "seed": order.seed,
        }

    def _address(self, file: str) -> str:
        if file.startswith(("http://", "https://")):
            return file
        return self.base + (
            file if file.startswith(_AUDIO) else f"{_AUDIO}?path={quote(file, safe='', errors='replace')}"
        )

    def _ask(self, method: str, path: str, body: object = None, *, changes: bool = False) -> Any:  # noqa: ANN401 - JSON
        """Return ``data`` of the answer. ``changes``: an answer that is lost leaves open what has happened."""
        sent = None if body is None else json.dumps(body)
        headers = {**self.headers, **_JSON}
        try:
            answer = exchange(method, self.base + path, self.timeout_s, SystemClock(), content=sent, headers=headers)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise acestep_errors.translated(error, changes=changes) from None
        told = json_or_none(answer.body)
        code = told.get("code", _OK) if isinstance(told, dict) else _OK
        if answer.status != _OK or code != _OK:
            status = answer.status if answer.status != _OK else code if isinstance(code, int) else None
            raise acestep_errors.of_status(status, answer.headers, changes=changes)
        if not isinstance(told, dict):
            raise acestep_errors.no_answer(changes=changes)
        return told.get("data")


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _length(song: Mapping[str, Any]) -> float | None:
    metas = song.get("metas")
    return (number_or_none(metas.get("duration")) or None) if isinstance(metas, dict) else None


def _tagged(lyrics: Lyrics) -> str:
    """Return the lyrics with a tag before each section, cut after a line where they are too long."""
    lines = [line for part in lyrics.sections for line in (f"[{part.kind.capitalize()}]", *part.lines, "")]
    text = "\n".join(lines).strip()
    return text if len(text) <= _MOST_LYRICS else text[: _MOST_LYRICS + 1].rsplit("\n", 1)[0][:_MOST_LYRICS]
