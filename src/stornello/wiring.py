"""The composition root: settings -> providers -> services. It alone names concrete providers.

Engines are built by name. ``auto`` and ``embedded`` are ours; any other name is looked up among the installed packages'
entry points (``stornello.transcribers``, ``stornello.lyricists``, ``stornello.studios``): a callable that takes the
:class:`Settings` and returns the engine.
"""

import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, cast

from stornello import models
from stornello.audio_watchdog import AudioWatchdog
from stornello.audio_watchdog.door import Door
from stornello.audio_watchdog.ears import Ears, Rules
from stornello.domain.clock import SystemClock
from stornello.domain.errors import ModelMissing, SettingsError
from stornello.domain.plain import Plain
from stornello.generate_song import SongMaker
from stornello.producer import Producer
from stornello.producer.pool import Pool
from stornello.providers.player.mpv import MpvPlayer
from stornello.riproduzione import sockets
from stornello.riproduzione.service import Riproduzione
from stornello.seams import Lyricist, MusicStudio, Transcriber
from stornello.settings import Settings
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue

EMBEDDED = "embedded"
_OWN = frozenset({"auto", EMBEDDED})


_EMBEDDED_PACKAGES = ("faster_whisper", "midirenderer", "pedalboard", "pyworld")
"""What tells whether the extra [embedded] is installed."""


def missing_packages() -> list[str]:
    """Return which packages of the embedded engines are not installed."""
    return [name for name in _EMBEDDED_PACKAGES if importlib.util.find_spec(name) is None]


def require_engines(settings: Settings) -> None:
    """Raise SettingsError when the settings want an embedded engine and those are not installed."""
    wanted = _OWN & {settings.transcriber, settings.lyricist, settings.studio}
    if wanted and missing_packages():
        raise SettingsError(
            "engines-not-installed",
            Plain("I motori di casa non sono installati.", "The embedded engines are not installed."),
            Plain("Installali: pip install 'stornello[embedded]'", "Install them: pip install 'stornello[embedded]'"),
        )


def watchdog(venue: Venue, settings: Settings) -> AudioWatchdog:
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
    ears = Ears(venue, transcriber(settings), rules, Journal(venue.journal), clock)
    door = Door(venue.from_tables, settings.stable_seconds)
    return AudioWatchdog(venue, door, ears, clock, settings.poll_seconds, settings.hearing_workers)


def producer(venue: Venue, settings: Settings) -> Producer:
    """Build Producer with its pool."""
    require_engines(settings)

    def command(folder: Path) -> Sequence[str]:
        return [sys.executable, "-u", "-m", "stornello", "generate-song", str(folder), "--folder", str(venue.root)]

    return Producer(
        venue,
        Pool(settings.max_workers, command, settings.job_deadline_seconds, venue.logs),
        Journal(venue.journal),
        SystemClock(),
        max_queue_size=settings.max_queue_size,
        max_notes=settings.max_notes_per_song,
        night_begins=settings.night_begins,
        poll_s=settings.poll_seconds,
    )


def riproduzione(venue: Venue, settings: Settings) -> Riproduzione:
    """Build Riproduzione with mpv decks."""
    player = MpvPlayer(sockets.folder(venue.run), settings.sound_output)
    return Riproduzione(venue, settings, player, SystemClock(), Journal(venue.journal))


def song_maker(venue: Venue, settings: Settings, milestone: Callable[[str], None]) -> SongMaker:
    """Build GenerateSong."""
    return SongMaker(
        venue=venue,
        lyricist=lyricist(settings),
        studio=studio(settings),
        languages=settings.languages,
        heard_by=EMBEDDED if settings.transcriber in _OWN else settings.transcriber,
        deadline_s=settings.job_deadline_seconds,
        clock=SystemClock(),
        milestone=milestone,
    )


def transcriber(settings: Settings) -> Transcriber:
    """Build the engine that hears. Its model is loaded, or fetched, when the first recording comes."""
    if settings.transcriber not in _OWN:
        return cast("Transcriber", _installed("transcribers", settings.transcriber)(settings))
    from stornello.providers.speech.embedded import FasterWhisperTranscriber  # noqa: PLC0415 - extra [embedded]

    return FasterWhisperTranscriber(lambda: speech_model(settings.speech_model), settings.speech_model)


def lyricist(settings: Settings) -> Lyricist:
    """Build the engine that writes."""
    if settings.lyricist not in _OWN:
        return cast("Lyricist", _installed("lyricists", settings.lyricist)(settings))
    from stornello.providers.words.embedded import EmbeddedLyricist  # noqa: PLC0415 - extra [embedded]

    return EmbeddedLyricist()


def studio(settings: Settings) -> MusicStudio:
    """Build the engine that plays and sings."""
    if settings.studio not in _OWN:
        return cast("MusicStudio", _installed("studios", settings.studio)(settings))
    from stornello.providers.music.embedded import EmbeddedStudio  # noqa: PLC0415 - extra [embedded]

    return EmbeddedStudio(soundfont)


def soundfont() -> Path:
    """Return the General MIDI SoundFont of this machine, fetching it if need be."""
    return next(models.ensure("soundfont").glob("*.sf2"))


def speech_model(name: str) -> Path:
    """Return the folder of the speech model ``name``.

    ``auto`` is the better one that is already here; on a new machine small if its source answers, else base.
    """
    if name != "auto":
        return _chosen_speech_model(name)
    here = models.find("whisper-small") or models.find("whisper-base")
    if here:
        return here
    try:
        return models.ensure("whisper-small")
    except ModelMissing:
        return models.ensure("whisper-base")


def _chosen_speech_model(name: str) -> Path:
    if Path(name).is_dir():
        return Path(name)
    if f"whisper-{name}" in models.names():
        return models.ensure(f"whisper-{name}")
    from stornello.providers.speech.embedded import download  # noqa: PLC0415 - extra [embedded]

    return download(name)


def _installed(kind: str, name: str) -> Callable[[Settings], Any]:
    group = f"stornello.{kind}"
    found = {entry.name: entry for entry in entry_points(group=group)}
    if name in found:
        return cast("Callable[[Settings], Any]", found[name].load())
    known = ", ".join([*sorted(_OWN), *sorted(found)])
    raise SettingsError(
        "unknown-engine",
        Plain(f"Non c'è un motore «{name}» ({group}).", f"There is no engine '{name}' ({group})."),
        Plain(f"Quelli installati: {known}.", f"Installed: {known}."),
    )
