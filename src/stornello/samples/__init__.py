"""Sample voice notes of a dinner: honest input, like any other. Nothing downstream knows what they say."""

from pathlib import Path

_VOICES = Path(__file__).parent / "voices"
_TELLING_ORDER = ("3-giulia", "8-tom", "5-anna", "12-rose", "3-marco", "8-maggie", "5-carlo", "12-walter")
"""Every table has spoken before the first song is made: so the first songs are of different tables."""
_TOO_SHORT = "7-sandro"


def voices() -> list[Path]:
    """Return the eight voice notes (Ogg Opus, mono, 12 s each) of four tables, in the order in which they are told.

    Their names are those a recorder would give: table, then guest.
    """
    return [_VOICES / f"{name}.opus" for name in _TELLING_ORDER]


def too_short() -> Path:
    """Return the note of somebody who only says hello: too short for a song."""
    return _VOICES / f"{_TOO_SHORT}.opus"
