"""How many recordings of one table are heard within an hour: a recorder gone mad is not to eat the night.

The hour slides by the monotonic clock and is kept in memory: a start of the watchdog begins it anew.
"""

import threading
from dataclasses import dataclass, field
from typing import Final

from stornello.domain.clock import Clock
from stornello.domain.names import TableId

HOUR_S: Final = 3600.0


@dataclass(slots=True)
class Flood:
    """Lets at most ``most`` recordings of a table through within any hour; 0: all. From any thread."""

    most: int
    clock: Clock
    _let_through: dict[TableId, dict[str, float]] = field(default_factory=dict)
    """Per table, the arrivals of the last hour and when they were let through (monotonic), in that order."""

    _lock: threading.Lock = field(default_factory=threading.Lock)

    def admits(self, table: TableId, arrival: str) -> bool:
        """Return whether the recording is heard now; it is counted once, however often it is asked for."""
        with self._lock:
            within = self._within_the_hour(table)
            if self.most and arrival not in within and len(within) >= self.most:
                return False
            within.setdefault(arrival, self.clock.monotonic())
            return True

    def _within_the_hour(self, table: TableId) -> dict[str, float]:
        within = self._let_through.setdefault(table, {})
        since_s = self.clock.monotonic() - HOUR_S
        for arrival, at_s in list(within.items()):
            if at_s > since_s:
                break
            del within[arrival]
        return within
