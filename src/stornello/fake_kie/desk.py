"""The desk: who ordered what, what it cost, and whether anything was paid for twice. Knows nothing of HTTP."""

import uuid
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType

from stornello.domain.clock import Clock
from stornello.fake_kie.orders import Dialect, Order
from stornello.fake_kie.scenarios import SCENARIOS, Scenario, drawn

PRICE = 12.0
"""Credits a song."""

TROUBLED_POLLS = 2
_RUSH = 20
_RUSH_S = 10.0


@dataclass(slots=True)
class Task:
    """An accepted order."""

    id: str
    order: Order
    scenario: str
    seconds: float
    accepted_at: datetime
    ripe_at: datetime
    started_s: float
    polls: int = 0
    told_failed: bool = False
    success_at: datetime | None = None
    downloads: Counter[int] = field(default_factory=Counter)
    copy_of: "Task | None" = None

    @property
    def row(self) -> Scenario:
        """What its scenario does."""
        return SCENARIOS[self.scenario]


class Desk:
    """Takes orders and counts. Its owner holds one lock around every call."""

    def __init__(
        self,
        clock: Clock,
        scenario: str,
        *,
        storm: int | None,
        cook_s: float,
        spread_s: float,
        seconds: float,
    ) -> None:
        _known([scenario])
        self.clock = clock
        self.scenario = scenario
        self.cook_s = cook_s
        self.spread_s = spread_s
        self.seconds = seconds
        self.coming: deque[str] = deque()
        self.drawn: list[str] = []
        self.tasks: dict[str, Task] = {}
        self.paid_twice = 0
        self._ovens = Random(storm or 0)  # noqa: S311 - as below
        self._dice = Random(storm) if storm is not None else None  # noqa: S311 - weather, not secrets
        self._rush: deque[float] = deque()

    @property
    def charges(self) -> int:
        """How many orders were accepted, each of them charged."""
        return len(self.tasks)

    @property
    def outlook(self) -> Scenario:
        """The scenario of the next submit, as far as it is known."""
        return SCENARIOS[self.coming[0] if self.coming else self.scenario]

    def announce(self, names: Iterable[str]) -> None:
        """Queue scenarios for the next submits.

        Raises:
            ValueError: there is no such scenario.
        """
        names = list(names)
        _known(names)
        self.coming.extend(names)

    def draw(self) -> str:
        """Return the scenario of this submit."""
        name = self.coming.popleft() if self.coming else self._weather()
        self.drawn.append(name)
        return name

    def _weather(self) -> str:
        return drawn(self._dice) if self._dice else self.scenario

    def is_rushed(self) -> bool:
        """Count a submit and return whether it is one too many. Source: 20 submits in 10 s, excess rejected."""
        now = self.clock.monotonic()
        while self._rush and now - self._rush[0] >= _RUSH_S:
            self._rush.popleft()
        if len(self._rush) >= _RUSH:
            return True
        self._rush.append(now)
        return False

    def accept(self, order: Order, scenario: str) -> Task:
        """Take the order and charge for it."""
        if any(task.order.song == order.song and not task.told_failed for task in self.tasks.values()):
            self.paid_twice += 1
        now, cook_s = self.clock.now(), self.cook_s + self._ovens.random() * self.spread_s
        task = Task(
            uuid.uuid4().hex,
            order,
            scenario,
            order.seconds or self.seconds,
            now,
            now + timedelta(seconds=cook_s),
            self.clock.monotonic(),
        )
        self.tasks[task.id] = task
        return task

    def latest(self, dialect: Dialect) -> Task | None:
        """Return the latest accepted task of a dialect."""
        return next((task for task in reversed(self.tasks.values()) if task.order.dialect == dialect), None)

    def copied(self, task: Task) -> Task:
        """Return the task whose audio ``task`` passes off as its own: the last good one that was downloaded."""
        good = (
            other
            for other in reversed(self.tasks.values())
            if other is not task and other.downloads[1] and not other.row.audio[0]
        )
        task.copy_of = task.copy_of or next(good, task)
        return task.copy_of

    def ripeness(self, task: Task) -> float:
        """Return how far the song is cooked, 0 to 1; less than 1 for ever when it never ends."""
        cook_s = (task.ripe_at - task.accepted_at).total_seconds()
        share = 1.0 if cook_s <= 0 else min(1.0, (self.clock.monotonic() - task.started_s) / cook_s)
        return share if task.row.end else min(share, 0.3)

    def note_end(self, task: Task) -> None:
        """Remember that a poll is told how the task ended, which is when the outside world can know."""
        end = task.row.end
        if end and end.failed:
            task.told_failed = True
        elif not task.success_at:
            task.success_at = self.clock.now() if task.row.strange else task.ripe_at

    def report(self) -> Mapping[str, object]:
        """Return what ``/_fake/state`` shows."""
        return MappingProxyType(
            {
                "charges": self.charges,
                "paid_twice": self.paid_twice,
                "accepted": list(self.tasks),
                "scenarios": list(self.drawn),
                "coming": list(self.coming),
                "titles": [task.order.title for task in self.tasks.values()],
                "tasks": {task.id: self._row(task) for task in self.tasks.values()},
            }
        )

    def _row(self, task: Task) -> dict[str, object]:
        done = task.success_at or self._unpolled_success(task)
        return {
            "scenario": task.scenario,
            "dialect": task.order.dialect,
            "title": task.order.title,
            "seconds": task.seconds,
            "polls": task.polls,
            "told_failed": task.told_failed,
            "downloads": {str(take): count for take, count in sorted(task.downloads.items())},
            "accepted_at": task.accepted_at.isoformat(),
            "accepted_epoch": task.accepted_at.timestamp(),
            "success_at": done.isoformat() if done else None,
            "success_epoch": done.timestamp() if done else None,
        }

    def _unpolled_success(self, task: Task) -> datetime | None:
        end = task.row.end
        ripe = end and not end.failed and not task.row.strange and self.ripeness(task) >= 1
        return task.ripe_at if ripe else None


def _known(names: Iterable[str]) -> None:
    strangers = [name for name in names if name not in SCENARIOS]
    if strangers:
        raise ValueError(f"no such scenario: {', '.join(strangers)}")
