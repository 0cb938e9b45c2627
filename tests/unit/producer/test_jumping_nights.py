"""A clock that jumps takes no counts away and keeps nobody in a night that is not."""

from kitchen import Kitchen
from stornello.spool.counts import NIGHTS
from stornello.spool.paths import Venue

DAY = 86_400.0


def test_a_jump_over_the_morning_and_back_finds_tonights_counts_again(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_notes=1, max_queue_size=100)
    kitchen.note(1, count=3)
    kitchen.serve(2)
    for jump in (DAY, 9 * 365 * DAY, -DAY):
        kitchen.clock.set_by_s = jump
        kitchen.tick()
        assert kitchen.tonight() == {}, jump
        kitchen.clock.set_by_s = 0
        kitchen.begin()
        kitchen.tick()
        assert kitchen.tonight() == {1: 2}, jump
    kitchen.note(2, count=2)
    kitchen.sing_all()
    assert kitchen.serve(2) == [2, 2], "table 1 has had three"


def test_songs_of_a_night_that_was_not_are_forgotten_only_there(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_notes=1, max_queue_size=100)
    kitchen.note(1)
    kitchen.serve(1)
    kitchen.clock.set_by_s = DAY
    kitchen.note(1)
    kitchen.serve(1)
    kitchen.clock.set_by_s = 0
    kitchen.tick()
    assert kitchen.tonight() == {1: 1}
    assert kitchen.producer.counts.ever == {1: 2}


def test_only_a_few_nights_are_kept(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_notes=1, max_queue_size=100)
    for _ in range(NIGHTS + 3):
        kitchen.note(1)
        kitchen.serve(1)
        kitchen.another_night()
    assert len(kitchen.producer.counts.nights) == NIGHTS
