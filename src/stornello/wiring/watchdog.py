"""Builds AudioWatchdog."""

from stornello.audio_watchdog import AudioWatchdog
from stornello.audio_watchdog.door import Door
from stornello.audio_watchdog.ears import Ears, Rules
from stornello.chains import ChainedTranscriber
from stornello.domain.clock import SystemClock
from stornello.settings import Settings
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue
from stornello.wiring.engines import chain, require_engines


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
    hearing = ChainedTranscriber(chain("transcribers", venue, settings), venue.answers)
    ears = Ears(venue, hearing, rules, Journal(venue.journal), clock)
    door = Door(venue.from_tables, settings.stable_seconds)
    return AudioWatchdog(venue, door, ears, clock, settings.poll_seconds, settings.hearing_workers)
