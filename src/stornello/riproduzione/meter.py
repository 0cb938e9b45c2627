"""A level meter: a bar that rises at once and falls slowly, and the last peak, held for a while."""

from dataclasses import dataclass

from stornello.riproduzione.lines import Line, Span

FLOOR_DBFS = -48.0
"""What the bar's left end stands for; its right end is full scale."""

FALL_DB_S = 20.0
"""How fast the bar falls: 20 dB in a second, where IEC 60268-10 takes 1.7, for few pictures are drawn in that time."""

HOLD_S = 2.0

WARM_DBFS, HOT_DBFS = -9.0, -1.0
"""From here on it is yellow, and red: nothing that we play gets above -1 dBTP."""


@dataclass(frozen=True, slots=True)
class Level:
    """What a meter shows, in dBFS."""

    now_dbfs: float
    held_dbfs: float


class Meter:
    """Remembers what a bar has to; ``now_s`` is monotonic."""

    def __init__(self) -> None:
        self._bar_dbfs = self._held_dbfs = FLOOR_DBFS
        self._at_s = self._held_at_s = 0.0

    def take(self, peak_dbfs: float | None, now_s: float) -> Level | None:
        """Take in the peak measured last and return what to show; None while nothing sounds."""
        if peak_dbfs is None:
            self._bar_dbfs = self._held_dbfs = FLOOR_DBFS
            return None
        fallen = self._bar_dbfs - FALL_DB_S * max(0.0, now_s - self._at_s)
        self._bar_dbfs, self._at_s = max(FLOOR_DBFS, fallen, peak_dbfs), now_s
        if peak_dbfs >= self._held_dbfs or now_s - self._held_at_s > HOLD_S:
            self._held_dbfs, self._held_at_s = max(FLOOR_DBFS, peak_dbfs), now_s
        return Level(self._bar_dbfs, self._held_dbfs)


def bar(level: Level | None, width: int) -> Line:
    """Return the bar in exactly ``width`` cells."""
    if level is None:
        return (Span("─" * width, "dim"),)
    lit, held = _cells(level.now_dbfs, width), _cells(level.held_dbfs, width) - 1
    spans, done = [], 0
    for style, upto in (("green", WARM_DBFS), ("yellow", HOT_DBFS), ("bold red", 0.0)):
        end = min(lit, _cells(upto, width))
        if end > done:
            spans.append(Span("━" * (end - done), style))
            done = end
    if held < done:
        return (*spans, Span("─" * (width - done), "dim"))
    mark = Span("┃", "bold red" if level.held_dbfs > HOT_DBFS else "yellow" if level.held_dbfs > WARM_DBFS else "green")
    return (*spans, Span("─" * (held - done), "dim"), mark, Span("─" * (width - held - 1), "dim"))


def _cells(dbfs: float, width: int) -> int:
    share = 1 - min(max(dbfs, FLOOR_DBFS), 0.0) / FLOOR_DBFS
    return round(share * width)
