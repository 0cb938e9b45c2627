"""A seeded storm of kill -9 over a night of real processes; the rig is their init system and their operator.

The seed decides who is met, how and after what pause; the machine decides where they are just then.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from doubles.stornello_doubles import ACCOUNT
from night import INSTANT, Night
from storm_guests import Door

VICTIMS = {
    "supervisor": "stornello up",
    "watchdog": "stornello watchdog",
    "manager": "stornello producer",
    "dj": "stornello riproduzione",
    "worker": "multiprocessing.spawn",
    "tracker": "multiprocessing.resource_tracker",
    "child": "generate-song",
    "player": "mpv",
    "tool": "ffmpeg",
}
"""What tells each kind of process by its command line; the tracker is multiprocessing's own helper."""

WANTED = dict(zip(VICTIMS, (10, 6, 7, 7, 18, 3, 26, 15, 8), strict=True))
"""How often a gust looks for each kind, in percent: more often for those that others take with them."""

WAYS = {"one": 60, "two": 15, "pause": 10, "newborn": 15}
"""How often a gust meets one process, two at once, one that it stops and lets go on, or one in its first 200 ms."""

INIT_S = 0.5
"""So long the init system waits before it starts ``up`` again."""


def a_stormy_night(folder: Path, **settings: str) -> Night:
    """Return a night in ``folder`` with the storm's engines, one that is in a hurry."""
    account = folder.with_name("account")
    account.mkdir()
    return Night(
        folder,
        INSTANT
        | {
            "STORNELLO_TRANSCRIBER": "stormy",
            "STORNELLO_STUDIO": "counting,thrifty",
            "STORNELLO_PRICES": '{"studios.counting": 0.05}',
            ACCOUNT: str(account),
            "MAX_WORKERS": "2",
            "MAX_QUEUE_SIZE": "1000",
            "MAX_ARRIVALS_PER_HOUR": "0",
            "STORNELLO_MAX_NOTES_PER_SONG": "2",
            "STORNELLO_HEARING_WORKERS": "2",
            "POLL_SECONDS": "0.2",
            "STABLE_SECONDS": "0.2",
            "STORNELLO_POLL_FIRST_SECONDS": "0.2",
            "STORNELLO_POLL_LONGEST_SECONDS": "0.5",
            "STORNELLO_ENGINE_REST_SECONDS": "0.5",
            "STORNELLO_SOUND_OUTPUT": "null",
        }
        | settings,
    )


@dataclass
class Storm:
    """Kills processes of ``night``, starts ``up`` again when it is gone, and minds the ``door``.

    Between two gusts it is still for up to ``still_s``, now and then for up to ``lull_s``. ``killed`` counts the kills
    of each kind, ``met`` the gusts of each way.
    """

    night: Night
    chance: Random
    door: Door
    still_s: float = 0.4
    lull_s: float = 2.5
    killed: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    _init_at: float = 0.0

    def blow(self, kills: int, tell: Callable[[int], object] = lambda _: None) -> None:
        """Kill so many, while the guests of ``door`` come in; ``tell`` hears after each gust how many it were."""
        before = self.killed.total()
        while (done := self.killed.total() - before) < kills:
            self.door.open(0.9 * done / kills)
            self._gust()
            tell(done)
        self.let_all_in()

    def let_all_in(self) -> None:
        """Wait until every guest is in."""
        self.door.open(1)
        while not self.door.is_closed:
            self.wait(0.1)

    def meet(self, kinds: Iterable[str], most_s: float) -> None:
        """Kill one process of each of these kinds, in turn, as soon as there is one and it has lived for a moment."""
        for kind in kinds:
            moment, which = self.chance.uniform(0, self.still_s), self.chance.random()
            until = time.monotonic() + most_s
            before = self.killed[kind]
            while self.killed[kind] == before:
                assert time.monotonic() < until, f"no {kind} within {most_s} s"
                self.wait(0.02)
                if list(self._victims([kind], which)):
                    self.wait(moment)
                    moment = 0.0  # it may have been gone by then
                    for victim in self._victims([kind], which):
                        self._kill(*victim)

    def wait(self, seconds: float) -> None:
        """Let the night go on for so long."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.keep_up()
            self.door.look()
            time.sleep(min(left, 0.05))

    def keep_up(self) -> None:
        """Start ``up`` if it is not there."""
        if self.night.begun and self.night.begun[-1].poll() is None:
            self._init_at = time.monotonic() + INIT_S
        elif time.monotonic() >= self._init_at:
            self._init_at = time.monotonic() + INIT_S
            self.night.start("up")

    def _gust(self) -> None:
        """Draw first, then look who is there: so that the same seed always draws the same."""
        way = self.chance.choices(list(WAYS), list(WAYS.values()))[0]
        kinds = self.chance.choices(list(WANTED), list(WANTED.values()), k=2)
        still_s = self.chance.uniform(0.02, self.still_s)
        lull_s = self.chance.uniform(0.5, self.lull_s) if self.chance.random() < 0.25 else 0.0
        moment, which = self.chance.random(), self.chance.random()
        self.wait(still_s + lull_s)
        victims = list(self._victims(kinds, which))
        if not victims:
            return
        self.met[way] += 1
        kind, pid = victims[0]
        if way == "pause":
            self._pause(pid, 0.2 + 1.5 * moment)
        else:
            self._kill(kind, pid)
        if way == "two":
            self._kill(*victims[-1])
        elif way == "newborn":
            self._kill_newborn(kind, 0.2 * moment)

    def _victims(self, kinds: list[str], which: float) -> Iterator[tuple[str, int]]:
        """Yield one living process of each kind, in the order of ``kinds``."""
        living = self.night.left()
        for kind in dict.fromkeys(kinds):
            if pids := sorted(pid for pid, line in living.items() if kind_of(line) == kind):
                yield kind, pids[int(which * len(pids))]

    def _kill(self, kind: str, pid: int) -> None:
        if _send(pid, signal.SIGKILL):
            self.killed[kind] += 1

    def _pause(self, pid: int, seconds: float) -> None:
        _send(pid, signal.SIGSTOP)
        try:
            self.wait(seconds)
        finally:
            _send(pid, signal.SIGCONT)

    def _kill_newborn(self, kind: str, age_s: float) -> None:
        """Wait for the next process of this kind, for no longer than 2 s, and kill it so long after its birth."""
        known = set(self.night.left())
        until = time.monotonic() + 2
        while time.monotonic() < until:
            self.wait(0.01)
            for pid, line in self.night.left().items():
                if pid not in known and kind_of(line) == kind:
                    self.wait(age_s)
                    self._kill(kind, pid)
                    return


def kind_of(line: str) -> str:
    """Return which kind of process has this command line; empty for none that we know."""
    return next((kind for kind, sign in VICTIMS.items() if sign in line), "")


def _send(pid: int, what: signal.Signals) -> bool:
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return False
    return True
