"""AudioWatchdog: from a voice note in FROM_TABLES to a staged transcript."""

from stornello.audio_watchdog.service import AudioWatchdog

__all__ = ["AudioWatchdog"]
