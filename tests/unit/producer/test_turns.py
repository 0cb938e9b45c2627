"""Whose turn it is, and how much is begun."""

import json

from builders import a_card
from kitchen import Kitchen
from stornello.domain.names import SongId
from stornello.spool.paths import Venue


def test_tables_take_turns(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_notes=1, max_queue_size=100)
    for table in (1, 2, 3):
        kitchen.note(table, count=3)
    assert kitchen.serve(9) == [1, 2, 3] * 3


def test_a_table_that_comes_late_does_not_take_the_whole_night(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_notes=1, max_queue_size=100)
    kitchen.note(1, count=10)
    kitchen.note(2, count=10)
    kitchen.serve(8)
    kitchen.note(3, count=10)
    assert sorted(kitchen.serve(6)) == [1, 1, 2, 2, 3, 3]


def test_a_table_that_comes_while_the_producer_is_away_does_not_either(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_notes=1, max_queue_size=100)
    kitchen.note(1, count=10)
    kitchen.note(2, count=10)
    kitchen.serve(8)
    kitchen.note(3, count=10)
    kitchen.begin()
    assert sorted(kitchen.serve(6)) == [1, 1, 2, 2, 3, 3]


def test_a_table_has_one_job_at_a_time(venue: Venue) -> None:
    kitchen = Kitchen(venue, workers=4, max_notes=1)
    kitchen.note(7, count=3)
    assert kitchen.tick(3) == [7]


def test_no_more_workers_than_places(venue: Venue) -> None:
    kitchen = Kitchen(venue, workers=2)
    for table in (1, 2, 3):
        kitchen.note(table)
    assert kitchen.tick(3) == [1, 2]
    assert len(kitchen.open_jobs()) == 2


def test_queued_and_in_flight_together_never_exceed_the_queue_size(venue: Venue) -> None:
    kitchen = Kitchen(venue, workers=4, max_queue_size=3, max_notes=1)
    for table in range(1, 9):
        kitchen.note(table, count=2)
    for _ in range(6):
        kitchen.tick()
        assert len(kitchen.queued()) + len(kitchen.open_jobs()) <= 3
        kitchen.sing_all()
    assert len(kitchen.queued()) == 3


def test_a_song_that_is_taken_makes_room_for_one(venue: Venue) -> None:
    kitchen = Kitchen(venue, workers=4, max_queue_size=2, max_notes=1)
    for table in (1, 2, 3, 4):
        kitchen.note(table)
    kitchen.tick()
    kitchen.sing_all()
    assert kitchen.tick() == []
    kitchen.playlist.take(SongId(kitchen.pool.started[0]))
    assert kitchen.tick(2) == [3]


def test_a_batch_is_as_large_as_the_settings_say_oldest_first(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_notes=2)
    kitchen.note(4, count=3)
    kitchen.tick()
    (job,) = kitchen.open_jobs()
    assert sorted(path.read_text() for path in job.transcripts.iterdir()) == ["note 1", "note 2"]
    assert job.status.notes == 2
    assert job.status.guests == ("Anna",)


def test_a_fast_worker_does_not_put_its_table_ahead_while_the_queue_has_something_to_play(venue: Venue) -> None:
    kitchen = Kitchen(venue, workers=2, max_queue_size=100, max_notes=1)
    kitchen.note(1, count=3)
    kitchen.note(2, count=3)
    kitchen.tick()
    slow, fast = kitchen.pool.in_hand
    kitchen.sing(fast)
    assert kitchen.tick(2) == [2]
    kitchen.sing(next(job for job in kitchen.pool.in_hand if job != slow))
    kitchen.tick(3)
    assert kitchen.queued() == [2], "table 2's second song waits for table 1's first"
    kitchen.sing(slow)
    kitchen.tick(2)
    assert kitchen.queued() == [2, 1, 2]


def test_an_empty_queue_waits_for_nobody(venue: Venue) -> None:
    kitchen = Kitchen(venue, workers=2, max_queue_size=100, max_notes=1)
    kitchen.note(1, count=3)
    kitchen.note(2, count=3)
    kitchen.tick()
    fast = kitchen.pool.in_hand[1]
    kitchen.sing(fast)
    kitchen.tick(2)
    kitchen.sing(kitchen.pool.in_hand[1])
    kitchen.playlist.take(SongId(fast))
    kitchen.tick()
    assert kitchen.queued() == [2]


def test_counts_are_the_songs_and_survive_a_restart(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_notes=1, max_queue_size=100)
    kitchen.note(1, count=2)
    kitchen.note(2)
    kitchen.serve(3)
    kitchen.begin()
    assert kitchen.tonight() == {1: 2, 2: 1}
    assert json.loads(venue.producer_state.read_text())["songs_tonight"] == {"1": 2, "2": 1}


def test_another_night_begins_with_equal_chances_and_remembers_the_sum(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_notes=1, max_queue_size=100)
    kitchen.note(1, count=2)
    kitchen.serve(2)
    kitchen.another_night()
    kitchen.tick()
    assert kitchen.tonight() == {}
    assert kitchen.producer.counts.ever == {1: 2}


def test_a_damaged_state_is_kept_aside_and_the_night_goes_on(venue: Venue) -> None:
    venue.open()
    venue.producer_state.write_text("{ torn")
    kitchen = Kitchen(venue)
    kitchen.note(1)
    kitchen.serve(1)
    assert kitchen.tonight() == {1: 1}
    assert venue.producer_state.with_name("producer_state.json.bad").exists()


def test_a_song_that_somebody_else_queued_counts_for_the_queue(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_queue_size=1)
    kitchen.playlist.put(a_card("9_203000_ffffff", table=9))
    kitchen.note(1)
    assert kitchen.tick() == []
