"""Builds our own engines, and finds the models that they need. Their packages are the extra [embedded]."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from stornello import models
from stornello.domain.errors import ModelMissing
from stornello.domain.plain import Language
from stornello.domain.seam import Seam
from stornello.seams import Lyricist, MusicStudio, Transcriber
from stornello.settings import Settings
from stornello.wiring.packaged import AUTO


def ears(settings: Settings) -> Transcriber:
    """Build the engine that hears. Its model is loaded, or fetched, when the first recording comes."""
    from stornello.providers.speech.embedded import FasterWhisperTranscriber  # noqa: PLC0415 - extra [embedded]

    return FasterWhisperTranscriber(
        lambda: speech_model(settings.speech_model),
        workers=settings.hearing_workers,
    )


def pen(_: Settings) -> Lyricist:
    """Build the engine that writes."""
    from stornello.providers.words.embedded import EmbeddedLyricist  # noqa: PLC0415 - extra [embedded]

    return EmbeddedLyricist()


def studio(_: Settings) -> MusicStudio:
    """Build the engine that plays and sings."""
    from stornello.providers.music.embedded import EmbeddedStudio  # noqa: PLC0415 - extra [embedded]

    return EmbeddedStudio(soundfont)


ENGINES: Mapping[Seam, Callable[[Settings], Any]] = MappingProxyType(
    {"transcribers": ears, "lyricists": pen, "studios": studio}
)


def soundfont() -> Path:
    """Return the General MIDI SoundFont of this machine, fetching it if need be."""
    return next(models.ensure("soundfont").glob("*.sf2"))


def speech_model_here() -> Path | None:
    """Return the folder of the best of our speech models that is on this machine; never uses the network."""
    return models.find("whisper-small") or models.find("whisper-base")


def speech_model(name: str) -> Path:
    """Return the folder of the speech model ``name``.

    ``auto`` is the better one that is already here; on a new machine small if its source answers, else base.
    """
    if name != AUTO:
        return _chosen_speech_model(name)
    if here := speech_model_here():
        return here
    try:
        return models.ensure("whisper-small")
    except ModelMissing:
        return models.ensure("whisper-base")


def renew_speech_model(name: str, language: Language) -> Path:
    """Fetch the model that :func:`speech_model` is to use, or read every byte of it again; return its folder.

    Unlike there, ``auto`` asks again for the better one where only the other is here.
    """
    if name == AUTO:
        try:
            return models.fetch_all(["whisper-small"], language)[0]
        except ModelMissing:
            return models.fetch_all(["whisper-base"], language)[0]
    if f"whisper-{name}" in models.names():
        return models.fetch_all([f"whisper-{name}"], language)[0]
    return _chosen_speech_model(name)


def _chosen_speech_model(name: str) -> Path:
    if Path(name).is_dir():
        return Path(name)
    if f"whisper-{name}" in models.names():
        return models.ensure(f"whisper-{name}")
    from stornello.providers.speech.embedded import download  # noqa: PLC0415 - extra [embedded]

    return download(name)
