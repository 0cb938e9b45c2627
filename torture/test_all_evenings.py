"""A whole evening for every operation at which a service may die, each way: ``make torture ARGS="-k evening"``."""

from random import Random

import pytest

from crashes import HOWS, How, machine, rooms
from evening import SERVICES, Death, Service, an_evening, deaths_of
from ram import each_sound_once, ram

__all__ = ["each_sound_once", "ram"]

CUTS: tuple[How, ...] = ("dropped", "torn")


@pytest.mark.timeout(1800)
@pytest.mark.usefixtures("ram", "each_sound_once")
@pytest.mark.parametrize("knows_links", [True, False])
@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("service", SERVICES)
def test_an_evening_for_every_death(service: Service, how: How, *, knows_links: bool) -> None:
    fresh = rooms()
    machine().knows_links = knows_links
    for death in deaths_of(service, how, next(fresh)):
        an_evening(next(fresh), (service, death, how))


@pytest.mark.timeout(1800)
@pytest.mark.usefixtures("ram", "each_sound_once")
def test_evenings_that_are_cut_off_twice(seed: int) -> None:
    """A process is killed, goes on, and then the power goes, with all that either has left unsynced."""
    fresh, chance = rooms(), Random(seed)  # noqa: S311 - seeded, so that what failed can be repeated
    most = {service: len(deaths_of(service, "before", next(fresh))) for service in SERVICES}
    for _ in range(500):
        first, second = chance.choice(SERVICES), chance.choice(SERVICES)
        kill: Death = (first, chance.randint(1, most[first]), "after")
        cut: Death = (second, chance.randint(1, most[second]), chance.choice(CUTS))
        an_evening(next(fresh), kill, cut)
