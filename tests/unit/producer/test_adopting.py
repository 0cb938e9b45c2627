"""What an earlier life has claimed is taken up in the order of its claims."""

from kitchen import Kitchen
from stornello.spool.paths import Venue


def test_jobs_are_adopted_in_the_order_of_their_claims_though_the_clock_is_set_back_each_time(venue: Venue) -> None:
    kitchen = Kitchen(venue, workers=3)
    for table in (9, 5, 7):
        kitchen.note(table)
        kitchen.tick()
        kitchen.clock.set_by_s -= 3600
    kitchen.begin()
    assert kitchen.tick() == [9, 5, 7]
    assert sorted(job.status.place for job in kitchen.open_jobs()) == [1, 2, 3]
