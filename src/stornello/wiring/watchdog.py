"""Builds AudioWatchdog."""

from stornello.audio_watchdog import AudioWatchdog
from stornello.audio_watchdog.door import Arrival, Door
from stornello.audio_watchdog.ears import Ears, Rules
from stornello.chains import ChainedTranscriber
from stornello.domain.clock import SystemClock
from stornello.settings import Settings
from stornello.spool import conditions, mounts
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
        most_an_hour=settings.max_arrivals_per_hour,
    )
    hearing = ChainedTranscriber(chain("transcribers", venue, settings), venue.answers)
    journal = Journal(venue.journal)
    journal.check()
    ears = Ears(venue, hearing, rules, journal, clock)
    door = Door(venue.from_tables, settings.stable_seconds)

    def may_begin() -> bool:
        return conditions.may_begin(venue, settings.free_space_floor_mb)

    def fits(arrival: Arrival) -> bool:
        """Whether a copy fits; within one device, a rename needs no room."""
        is_copied = mounts.are_apart(arrival.path.parent, venue.hearing)
        return not is_copied or conditions.fits(venue, arrival.size, settings.free_space_floor_mb)

    return AudioWatchdog(
        *(venue, door, ears, clock, settings.poll_seconds, settings.hearing_workers), may_begin=may_begin, fits=fits
    )
