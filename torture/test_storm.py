"""A long storm of kill -9 over a whole night of real processes: no invariant may break."""

import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from kill_storm import Storm, a_stormy_night, kind_of
from night import Night, wait_until
from storm_books import what_is_wrong
from storm_guests import Door, evening
from storm_operator import Operator, bills, under_way

CALM_S = 900
"""So long a calm may last until everything has come to its end, on a machine that others use too."""


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    night = a_stormy_night(tmp_path / "venue")
    yield night
    night.end()
    night.sweep()


@pytest.mark.timeout(4 * 3600)
def test_nothing_is_lost_or_doubled_or_paid_twice(night: Night, seed: int, request: pytest.FixtureRequest) -> None:
    kills, recordings, every = (int(request.config.getoption(name)) for name in ("kills", "recordings", "calm_every"))
    chosen = f"--seed {seed} --kills {kills} --recordings {recordings} --calm-every {every}"
    repeat = f'make torture ARGS="-k test_nothing_is_lost {chosen}"'
    print(f"\nto repeat: {repeat}\nvenue: {night.folder}", flush=True)
    assert night.run("init").returncode == 0
    chance = Random(seed)  # noqa: S311 - a seed
    guests = evening(chance, recordings)
    storm = Storm(night, chance, Door(night.venue.from_tables, [], chance))
    operator = Operator(storm)
    progress = Progress(storm)
    arrived = 0
    while (done := storm.killed.total()) < kills:
        more = min(every, kills - done)
        share = guests[arrived : round(recordings * (done + more) / kills)]
        arrived += len(share)
        storm.door = Door(night.venue.from_tables, share, chance)
        storm.blow(more, progress.look)
        operator.calm(CALM_S)
        start_once_more(operator)
        wrong = what_is_wrong(night, guests[:arrived])
        assert not wrong, "\n".join([*wrong, f"to repeat: {repeat}"])
        print(f"{storm.killed.total()} kills, {arrived} recordings, {len(bills(night))} songs paid for: all well")
    progress.tell()
    print(
        f"put back: {operator.retried.total()}, resolved: {dict(operator.resolved)}; no invariant broken; seed {seed}"
    )


def start_once_more(operator: Operator) -> None:
    """Stop the night in the ordinary way, start it and stop it again: what a crash may leave until then is gone."""
    operator.stop()
    night = operator.night
    operator.storm.wait(6)
    wait_until(lambda: is_up(night) and not under_way(night.venue), 60)
    operator.stop()


def is_up(night: Night) -> bool:
    """Return whether every service runs."""
    return {"watchdog", "manager", "dj"} <= {kind_of(line) for line in night.left().values()}


class Progress:
    """Says how far ``storm`` is, every so many kills."""

    def __init__(self, storm: Storm, every: int = 10) -> None:
        self.storm = storm
        self.every = every
        self.began = time.monotonic()
        self._told = 0

    def look(self, _: int = 0) -> None:
        """Say it, if it is time."""
        if self.storm.killed.total() >= self._told + self.every:
            self.tell()

    def tell(self) -> None:
        """Say it."""
        self._told = self.storm.killed.total()
        songs = sum(self.storm.night.tonight().values())
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.storm.killed.items()))
        ways = ", ".join(f"{way} {count}" for way, count in sorted(self.storm.met.items()))
        took_s = time.monotonic() - self.began
        print(f"{took_s:6.0f} s  {self._told} kills ({kinds}; gusts: {ways})  {songs} songs", flush=True)
