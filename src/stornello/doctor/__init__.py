"""``stornello doctor``: everything that a night needs, looked at one by one, each with the way to mend it."""

from datetime import date

from stornello.doctor import engines, live, machine, money
from stornello.doctor.finding import Finding
from stornello.doctor.machine import sounds
from stornello.settings import Settings
from stornello.spool.paths import Venue

__all__ = ["Finding", "examine", "sounds"]


def examine(venue: Venue, settings: Settings, today: date) -> list[Finding]:
    """Look at everything; never raises for what it finds, and costs nothing but a few seconds."""
    return [
        *machine.examine(venue, settings),
        *engines.examine(settings, today),
        *live.examine(settings),
        *money.examine(settings),
    ]
