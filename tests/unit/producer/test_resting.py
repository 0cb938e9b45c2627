"""A table whose jobs keep failing rests, so that it takes nobody's time, and comes back."""

from kitchen import Kitchen, refused
from stornello.spool import counts, quarantine
from stornello.spool.paths import Venue

MINUTE = 60.0


def fails(kitchen: Kitchen) -> None:
    kitchen.fail(kitchen.pool.in_hand[-1], refused())
    kitchen.tick()


def until_it_is_asked_again(kitchen: Kitchen) -> float:
    """Turn the clock until the next job begins; return the minutes."""
    began = kitchen.clock.monotonic()
    while not kitchen.tick():
        kitchen.later(MINUTE / 4)
        assert kitchen.clock.monotonic() - began < 20 * MINUTE
    return (kitchen.clock.monotonic() - began) / MINUTE


def test_each_failed_job_in_a_row_makes_the_rest_longer(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_notes=1)
    kitchen.note(5, count=7)
    kitchen.tick()
    rests = []
    for _ in range(6):
        fails(kitchen)
        rests.append(until_it_is_asked_again(kitchen))
    assert rests == [1, 2, 4, 8, 15, 15]


def test_others_sing_meanwhile_and_failures_count_for_no_song(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_notes=1)
    kitchen.note(5, count=3)
    kitchen.note(6, count=2)
    assert kitchen.tick() == [5]
    fails(kitchen)
    assert kitchen.tonight() == {}
    kitchen.sing_all()
    assert kitchen.tick() == [6]
    kitchen.sing_all()
    assert kitchen.tick() == []
    kitchen.later(MINUTE)
    assert kitchen.tick() == [5]
    assert kitchen.tonight() == {6: 2}


def test_a_song_ends_it(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_notes=1)
    kitchen.note(5, count=4)
    kitchen.tick()
    fails(kitchen)
    fails_again = until_it_is_asked_again(kitchen)
    kitchen.sing_all()
    assert (fails_again, kitchen.tick()) == (1, [5]), "at once"
    fails(kitchen)
    assert until_it_is_asked_again(kitchen) == 1, "and begins anew"


def test_a_restart_ends_no_rest_and_a_clock_that_is_set_neither_ends_nor_lengthens_one(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_notes=1)
    kitchen.note(5, count=5)
    kitchen.tick()
    fails(kitchen)
    kitchen.later(MINUTE / 2)
    kitchen.begin()
    assert until_it_is_asked_again(kitchen) == 0.5
    fails(kitchen)
    kitchen.clock.set_by_s = 3 * 3600
    assert until_it_is_asked_again(kitchen) == 2
    fails(kitchen)
    kitchen.clock.set_by_s = 0
    kitchen.begin()
    assert until_it_is_asked_again(kitchen) == 4, "no more than the whole, though the end was written by a wrong clock"


def test_what_an_operator_puts_back_waits_for_no_rest(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_notes=1)
    kitchen.note(5)
    kitchen.tick()
    job = kitchen.pool.in_hand[-1]
    fails(kitchen)
    quarantine.put_back(venue, job, kitchen.clock.now())
    assert kitchen.tick() == [5]
    assert counts.look(venue.producer_state).failed[5].in_a_row == 1  # type: ignore[index]  # a plain number
