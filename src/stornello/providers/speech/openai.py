"""Speech to text by OpenAI or any server that speaks its API (speaches, LocalAI, vLLM, whisper.cpp's server).

Source: OpenAI's audio transcription reference; ``gpt-transcribe`` takes a list of languages and tells which it heard,
Whisper takes one and tells how sure it is of each segment.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stornello import media
from stornello.providers.openai_client import Question, Service
from stornello.providers.speech.guards import believable, is_credit, without_loops
from stornello.seams import Hearing
from stornello.settings import Settings
from stornello.spool import atomic

if TYPE_CHECKING:  # costs 1.7 seconds
    from openai import OpenAI

LARGEST_BYTES = 25_000_000
"""The service takes no larger file. What is larger is sent as FLAC; a part of ``longest_s`` never is."""

_NAMES = {"english": "en", "italian": "it"}
"""Whisper's names of the languages that a venue can have."""


def build(settings: Settings) -> "OpenAITranscriber":
    """Return the engine ``openai`` of the seam ``transcribers``."""
    return OpenAITranscriber(Service.of(settings, "transcription"), settings.transcription_model)


class OpenAITranscriber:
    """Hears by asking ``service`` for ``model``; safe to call from several threads."""

    is_paid = True
    longest_s: float | None = 780.0  # fits as it is: loud noise as FLAC is no smaller than as WAV

    def __init__(self, service: Service, model: str) -> None:
        self.name = f"openai ({model})"
        self._service = service
        self._model = model

    def check(self) -> None:
        """Look whether the service is there, opens to the key and knows the model. Raises as the seam says."""
        self._service.check(self._model)

    def hear(self, audio: Path, languages: Sequence[str]) -> Hearing:
        """Transcribe ``audio`` (16 kHz mono 16-bit WAV), in whichever of ``languages`` is spoken.

        Raises:
            ProviderError: as the seam says.
            RecordingError: it holds no sound.
        """
        length_s = media.length_s(audio)
        if not length_s:
            return Hearing("", languages[0], 0.0)
        with _small_enough(audio) as file:
            answer = self._service.ask(self._question(file), _wishes(self._model, languages))
        return heard_in(answer, languages, length_s)

    def _question(self, file: Path) -> Question:
        def question(client: "OpenAI", wishes: Mapping[str, Any]) -> object:
            kind = "audio/flac" if file.suffix == ".flac" else "audio/wav"
            with file.open("rb") as sound:  # its own name may tell who the guest is
                upload = (f"recording{file.suffix}", sound, kind)
                return client.audio.transcriptions.with_raw_response.create(file=upload, model=self._model, **wishes)

        return question


def heard_in(answer: Mapping[str, Any], languages: Sequence[str], length_s: float) -> Hearing:
    """Return what the service says was heard in a recording of ``length_s``; whatever is of another type is not there.

    Whisper's segments are held to the same figures as those of the embedded engine.
    """
    segments = answer.get("segments")
    if isinstance(segments, list) and segments:
        kept = [segment for segment in segments if isinstance(segment, dict) and _is_heard(segment)]
        text = " ".join(_text(segment).strip() for segment in kept)
        speech_s = sum(max(0.0, _number(segment, "end") - _number(segment, "start")) for segment in kept)
    else:
        text, speech_s = _text(answer), length_s
    text = without_loops(text)
    if not text or is_credit(text):
        return Hearing("", languages[0], 0.0)
    return Hearing(text, _language(answer, languages), min(speech_s, length_s))


def _wishes(model: str, languages: Sequence[str]) -> dict[str, Any]:
    """Return the optional fields that ``model`` knows."""
    if "gpt-transcribe" in model:
        return {"languages": list(languages), "response_format": "json"}
    one = {"language": languages[0]} if len(languages) == 1 else {}
    return {**one, "response_format": "verbose_json" if "whisper" in model.lower() else "json"}


def _is_heard(segment: Mapping[str, Any]) -> bool:
    return believable(_text(segment), _number(segment, "no_speech_prob"), _number(segment, "avg_logprob"))


def _text(answer: Mapping[str, Any]) -> str:
    text = answer.get("text")
    return text.encode(errors="replace").decode() if isinstance(text, str) else ""


def _number(segment: Mapping[str, Any], name: str) -> float:
    number = segment.get(name)
    return float(number) if isinstance(number, int | float) else 0.0


def _language(answer: Mapping[str, Any], languages: Sequence[str]) -> str:
    """Return which of ``languages`` the service heard, the first where it does not tell."""
    told = [answer.get("language")]
    with suppress(TypeError, AttributeError):
        told = [one.get("code") for one in answer.get("languages") or ()] + told
    codes = [_NAMES.get(one.lower(), one.lower()[:2]) for one in told if isinstance(one, str)]
    return next((code for code in codes if code in languages), languages[0])


@contextmanager
def _small_enough(audio: Path) -> Iterator[Path]:
    """Yield ``audio``, or the same as FLAC beside it where it is too large to be sent."""
    if audio.stat().st_size <= LARGEST_BYTES:
        yield audio
        return
    packed = audio.with_suffix(".flac")
    try:
        media.to_flac(audio, packed)
        yield packed
    finally:
        atomic.remove(packed)
