"""Speech to text on this machine: Whisper by faster-whisper (CTranslate2, int8, CPU)."""

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stornello.domain.errors import ModelMissing, ProviderRefused, ProviderUnreachable, RecordingError
from stornello.domain.plain import Plain
from stornello.providers.speech.guards import believable, without_loops
from stornello.seams import Hearing

if TYPE_CHECKING:  # half a second and 100 MB, only where somebody speaks
    from faster_whisper import WhisperModel

RATE = 16_000
LEAST_OWN_CHANCE = 0.1
"""Less than this for all of the venue's languages together: somebody speaks another one."""

_IDLE_THREADS_SLEEP = ("OMP_WAIT_POLICY", "PASSIVE")
"""The engine's threads wait for each other by spinning, which takes the processor from whoever they wait for.

Measured on two cores beside two songs in the making: up to 9 s of work for a note of 13 s, 2.5 s so. Read by the
engine's OpenMP (GNU libgomp) once, when the engine is imported.
"""

LEAST_SPEECH_S = 0.8
"""Less than this after voice activity detection (which pads by 0.4 s on both sides) is a cough or a chair."""


class FasterWhisperTranscriber:
    """Hears with one Whisper model, loaded at the first recording; safe to call from several threads.

    Args:
        model_dir: the folder of a CTranslate2 Whisper model, or what finds (and perhaps fetches) it.
        threads: processor threads of one recognition.
        workers: recognitions that may run at once; further callers wait.
    """

    name = "embedded"
    is_paid = False
    longest_s: float | None = None

    def __init__(self, model_dir: Callable[[], Path] | Path, threads: int = 2, workers: int = 1) -> None:
        self._model_dir = model_dir
        self._threads = threads
        self._workers = workers
        self._loading = threading.Lock()
        self._model: WhisperModel | None = None

    def hear(self, audio: Path, languages: Sequence[str]) -> Hearing:
        """Transcribe ``audio`` in whichever of ``languages`` is spoken; anything PyAV decodes will do.

        Raises:
            RecordingError: this is not audio.
            ModelMissing: the model's files are not to be had, or cannot be used.
            ProviderUnreachable: not enough memory, or the engine stumbled; later it may work.
            ProviderRefused: the engine is not installed, or knows none of ``languages``.
        """
        samples = _decoded(audio)
        speech_s = _speech_s(samples)
        if speech_s < LEAST_SPEECH_S:
            return Hearing("", languages[0], speech_s)
        model = self._loaded()
        try:
            language = _spoken(model, samples, languages)
            return Hearing(_text(model, samples, language), language, speech_s)
        except (MemoryError, RuntimeError) as error:
            raise _stumbled() from error

    def _loaded(self) -> "WhisperModel":
        with self._loading:
            if self._model is None:
                self._model = _load(self._folder(), self._threads, self._workers)
            return self._model

    def _folder(self) -> Path:
        folder = self._model_dir if isinstance(self._model_dir, Path) else self._model_dir()
        if not (folder / "model.bin").is_file():
            raise _unusable(folder)
        return folder


def download(model: str) -> Path:
    """Return the folder of a faster-whisper model that our manifest does not have, by its own client.

    ``model`` is a size such as ``large-v3`` or a hub repository. Unlike the manifest's, its bytes are not pinned.

    Raises:
        ModelMissing: there is none of that name, or the hub does not answer.
    """
    _installed()
    from faster_whisper import download_model  # noqa: PLC0415 - extra [embedded]

    try:
        return Path(download_model(model))
    except Exception as error:  # the hub client's errors differ from version to version
        what = Plain(f"Il modello «{model}» non si scarica.", f"The model “{model}” cannot be downloaded.")
        todo = Plain(
            "Controlla il nome e la rete, o usa SPEECH_MODEL=base.",
            "Check its name and the network, or use SPEECH_MODEL=base.",
        )
        raise ModelMissing("model-missing", what, todo) from error


def _installed() -> None:
    os.environ.setdefault(*_IDLE_THREADS_SLEEP)
    try:
        import faster_whisper  # noqa: F401, PLC0415 - extra [embedded]: is it there?
    except ImportError as error:
        what = Plain("Il motore che riconosce il parlato non è installato.", "The speech engine is not installed.")
        todo = Plain("Installa «stornello[embedded]».", "Install “stornello[embedded]”.")
        raise ProviderRefused("speech-not-installed", what, todo) from error


def _decoded(audio: Path) -> Any:  # noqa: ANN401 - float32 samples (frames,), mono, 16 kHz; numpy is not imported here
    _installed()
    from faster_whisper.audio import decode_audio  # noqa: PLC0415 - extra [embedded]

    try:
        return decode_audio(str(audio), sampling_rate=RATE)
    except (ValueError, IndexError, OSError) as error:  # PyAV's InvalidDataError is a ValueError; no stream: IndexError
        what = Plain("Questo file non contiene audio leggibile.", "This file holds no audio that can be read.")
        todo = Plain("Registra di nuovo il messaggio.", "Record the message again.")
        raise RecordingError("not-audio", what, todo) from error


def _speech_s(samples: Any) -> float:  # noqa: ANN401 - as above
    """Return how long somebody speaks, in seconds, by the voice activity detector that transcription uses too."""
    from faster_whisper.vad import get_speech_timestamps  # noqa: PLC0415 - extra [embedded]

    if not len(samples):
        return 0.0
    spoken: int = sum(chunk["end"] - chunk["start"] for chunk in get_speech_timestamps(samples))
    return spoken / RATE


def _load(folder: Path, threads: int, workers: int) -> "WhisperModel":
    from faster_whisper import WhisperModel  # noqa: PLC0415 - extra [embedded]

    try:
        return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads, num_workers=workers)
    except MemoryError as error:
        raise _stumbled() from error
    except Exception as error:  # tokenizers raises bare Exception for a damaged file
        raise _unusable(folder) from error


def _spoken(model: "WhisperModel", samples: Any, languages: Sequence[str]) -> str:  # noqa: ANN401 - as above
    """Return the likeliest of ``languages``: left to itself, detection once turned English into invented Welsh."""
    known = [language for language in languages if language in model.supported_languages]
    if not known:
        what = Plain("Il motore non conosce le lingue scelte.", "The engine knows none of the chosen languages.")
        todo = Plain("Scegli «languages», per esempio it ed en.", "Choose “languages”, such as it and en.")
        raise ProviderRefused("languages-unknown", what, todo)
    if len(known) == 1:
        return known[0]
    _, _, chances = model.detect_language(samples, vad_filter=True)
    by_language = {language: chance for language, chance in chances if language in known}
    if sum(by_language.values()) < LEAST_OWN_CHANCE:
        return known[0]  # none of the venue's: the venue's own makes less nonsense than a neighbour's
    return max(known, key=lambda language: by_language.get(language, 0.0))


def _text(model: "WhisperModel", samples: Any, language: str) -> str:  # noqa: ANN401 - as above
    segments, _ = model.transcribe(
        samples, language=language, beam_size=5, vad_filter=True, condition_on_previous_text=False
    )
    heard = (s.text.strip() for s in segments if believable(s.text, s.no_speech_prob, s.avg_logprob))
    return without_loops(" ".join(heard))


def _stumbled() -> ProviderUnreachable:
    what = Plain("Il motore che riconosce il parlato si è fermato.", "The speech engine stopped.")
    todo = Plain("Forse manca memoria: chiudi altri programmi.", "Memory may be short: close other programs.")
    return ProviderUnreachable("speech-engine-stopped", what, todo)


def _unusable(folder: Path) -> ModelMissing:
    what = Plain(
        f"In {folder} non c'è un modello Whisper utilizzabile.", f"There is no usable Whisper model in {folder}."
    )
    todo = Plain("Lancia «stornello models fetch».", "Run “stornello models fetch”.")
    return ModelMissing("model-unusable", what, todo)
