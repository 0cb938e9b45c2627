"""Which night it is: a night begins in the morning or afternoon, not at midnight."""

from datetime import date, datetime, timedelta


def night_of(now: datetime, begins: int) -> date:
    """Return the date on which the night of ``now`` began; nights begin at the hour ``begins``, local time."""
    return (now.astimezone() - timedelta(hours=begins)).date()
