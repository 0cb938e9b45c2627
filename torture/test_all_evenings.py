"""A whole evening for every operation at which a service may die, each way: ``make torture ARGS="-k evening"``."""

import pytest

from crashes import HOWS, How, rooms
from evening import SERVICES, Service, an_evening, deaths_of
from ram import each_sound_once, ram

__all__ = ["each_sound_once", "ram"]


@pytest.mark.timeout(1800)
@pytest.mark.usefixtures("ram", "each_sound_once")
@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("service", SERVICES)
def test_an_evening_for_every_death(service: Service, how: How) -> None:
    fresh = rooms()
    for death in deaths_of(service, how, next(fresh)):
        an_evening(next(fresh), service, death, how)
