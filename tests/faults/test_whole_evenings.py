"""One service dies, or the power goes, at any operation of a whole evening: nothing is lost, and nothing doubled."""

from typing import Literal

import pytest

from crashes import HOWS, How, machine, rooms
from evening import SERVICES, Service, an_evening, deaths_of

pytestmark = pytest.mark.usefixtures("ram", "each_sound_once")

MOST = 5
"""Deaths of a service that are tried each way, spread over all; ``torture/test_all_evenings.py`` tries every one."""


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("service", SERVICES)
def test_a_death_anywhere_in_the_evening_loses_nothing_and_doubles_nothing(service: Service, how: How) -> None:
    fresh = rooms()
    sweep = deaths_of(service, how, next(fresh))
    assert sweep
    for death in sweep[:: -(-len(sweep) // MOST)]:
        an_evening(next(fresh), (service, death, how))


@pytest.mark.parametrize("how", HOWS)
def test_the_same_holds_where_files_have_one_name_only(how: How) -> None:
    fresh = rooms()
    machine().knows_links = False
    sweep = deaths_of("watchdog", how, next(fresh))
    for death in sweep[:: -(-len(sweep) // MOST)]:
        an_evening(next(fresh), ("watchdog", death, how))


@pytest.mark.parametrize("how", HOWS)
def test_the_same_holds_where_the_door_is_on_a_network_share(how: How) -> None:
    fresh = rooms()
    machine().share = "FROM_TABLES"
    sweep = deaths_of("watchdog", how, next(fresh))
    for death in sweep[:: -(-len(sweep) // MOST)]:
        an_evening(next(fresh), ("watchdog", death, how))


@pytest.mark.parametrize(("forgotten", "how"), [("sync", "torn"), ("sync_folder", "dropped")])
@pytest.mark.parametrize("service", SERVICES)
def test_a_house_that_forgets_to_sync_does_not_come_through(
    service: Service, forgotten: Literal["sync", "sync_folder"], how: How
) -> None:
    fresh = rooms()
    machine().ignores = forgotten
    sweep = deaths_of(service, how, next(fresh))
    tried: list[int] = []
    with pytest.raises((AssertionError, OSError, ValueError)):  # noqa: PT012 - what is met first: lost, gone or torn
        for death in sweep[:: -(-len(sweep) // MOST)]:
            tried.append(death)
            an_evening(next(fresh), (service, death, how))
    machine().ignores = ""
    an_evening(next(fresh), (service, tried[-1], how))  # which shows that it is not the test's own fault
