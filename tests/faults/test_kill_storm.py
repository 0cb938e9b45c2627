"""kill -9 of every kind of process at moments nobody chose, on a whole night: every recording comes to its one end.

A slice of ``make torture``, which goes on for a thousand kills.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from kill_storm import Storm, a_stormy_night
from night import INSTANT, Night, wait_until
from storm_books import what_is_wrong
from storm_guests import BAD, DUPLICATE, STRAY, Door, evening
from storm_operator import Operator

GUESTS = (*("sung",) * 4, "free", "flaky", "refused", "deaf", "short", BAD, STRAY, DUPLICATE)
VICTIMS = ("watchdog", "manager", "worker", "child", "player", "dj", "supervisor")
SETTINGS = {"STORNELLO_MAX_NOTES_PER_SONG": "6"}


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    night = a_stormy_night(tmp_path / "venue", **SETTINGS)
    yield night
    night.end()
    night.sweep()


@pytest.mark.timeout(240)
def test_every_recording_comes_to_one_end_whoever_is_killed(night: Night) -> None:
    assert night.run("init").returncode == 0
    chance = Random(20)  # noqa: S311 - a seed
    guests = evening(chance, len(GUESTS), GUESTS)
    storm = Storm(night, chance, Door(night.venue.from_tables, guests, chance))
    for share, victims in ((0.5, chance.sample(VICTIMS, len(VICTIMS))), (1, ["child"])):
        storm.door.open(share)
        storm.meet(victims, 30)
    storm.let_all_in()
    assert set(storm.killed) == set(VICTIMS)
    operator = Operator(storm)
    operator.calm(150)
    operator.stop()
    assert what_is_wrong(night, guests) == []


@pytest.mark.timeout(60)
def test_a_child_that_dies_in_the_studio_goes_on_from_there(night: Night, tmp_path: Path) -> None:
    deaths = tmp_path / "deaths"
    deaths.mkdir()
    calls = tmp_path / "calls"
    night.settings |= INSTANT | {"DOUBLES_DIE_ONCE": str(deaths), "DOUBLES_CALLS": str(calls)}
    assert night.run("init").returncode == 0
    folder = night.venue.work_in_progress / "1"
    folder.mkdir(exist_ok=True)
    (folder / "note.txt").write_text("note 0")
    night.start("producer")
    wait_until(lambda: night.tonight() == {1: 1}, 30)
    assert calls.read_text().split() == ["summarise", "write", "request", "collect", "collect"]
