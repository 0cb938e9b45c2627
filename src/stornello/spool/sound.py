"""The sound device that was chosen at ``stornello devices``, in ``sound.json`` of the scratch folder."""

import json
from pathlib import Path

from stornello.spool import atomic, outside
from stornello.spool.paths import Venue

AUTO = "auto"
"""The player's own choice."""


def remember(venue: Venue, device: str) -> None:
    """Remember the device, by the player's name for it, durably. Raises OSError."""
    atomic.write_json(_file(venue), {"device": device})


def remembered(venue: Venue) -> str | None:
    """Return the device that was chosen last, None when none was, or when nobody can read which."""
    try:
        device = json.loads(outside.text(_file(venue)))["device"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return device if isinstance(device, str) and device else None


def chosen(venue: Venue, setting: str) -> str:
    """Return the device to play to: the one remembered, else that of the settings."""
    return remembered(venue) or setting


def _file(venue: Venue) -> Path:
    return venue.scratch / "sound.json"
