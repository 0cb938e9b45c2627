"""Builds AudioWatchdog and the engine that hears."""

from pathlib import Path

from stornello import models
from stornello.audio_watchdog import AudioWatchdog
from stornello.audio_watchdog.door import Door
from stornello.audio_watchdog.ears import Ears, Rules
from stornello.chains import ChainedTranscriber
from stornello.domain.clock import SystemClock
from stornello.domain.errors import ModelMissing
from stornello.domain.plain import Language
from stornello.seams import Transcriber
from stornello.settings import Settings
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue
from stornello.wiring.engines import chain, require_engines, speech_model_here


def build(venue: Venue, settings: Settings) -> AudioWatchdog:
    """Build AudioWatchdog. Raises SettingsError, like the other builders, when its engine is not to be had."""
    require_engines(settings)
    clock = SystemClock()
    rules = Rules(
        languages=settings.languages,
        min_chars=settings.min_chars_transcription,
        retry=settings.retry,
        most_s=settings.max_recording_seconds,
        most_mb=settings.max_recording_mb,
    )
    hearing = ChainedTranscriber(chain("transcribers", venue, settings, lambda: own_ears(settings)), venue.answers)
    ears = Ears(venue, hearing, rules, Journal(venue.journal), clock)
    door = Door(venue.from_tables, settings.stable_seconds)
    return AudioWatchdog(venue, door, ears, clock, settings.poll_seconds, settings.hearing_workers)


def own_ears(settings: Settings) -> Transcriber:
    """Build our own engine that hears. Its model is loaded, or fetched, when the first recording comes."""
    from stornello.providers.speech.embedded import FasterWhisperTranscriber  # noqa: PLC0415 - extra [embedded]

    return FasterWhisperTranscriber(
        lambda: speech_model(settings.speech_model),
        workers=settings.hearing_workers,
    )


def speech_model(name: str) -> Path:
    """Return the folder of the speech model ``name``.

    ``auto`` is the better one that is already here; on a new machine small if its source answers, else base.
    """
    if name != "auto":
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
    if name == "auto":
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
