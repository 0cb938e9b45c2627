"""Songs that finish out of turn wait for the tables behind, but not for long."""

from kitchen import Kitchen, refused
from stornello.domain.fairness import FAIR, FEWEST, WINDOW, Policy
from stornello.domain.names import JobId, SongId
from stornello.spool import jobs
from stornello.spool.paths import Venue

FAST = 1
SLOW = (2, 3, 4, 5, 6, 7)


def a_song_ahead(venue: Venue, policy: Policy = FAIR) -> tuple[Kitchen, JobId]:
    """Let table 1 have a song in the queue and another one ready while six tables still wait for their first."""
    kitchen = Kitchen(venue, workers=7, max_queue_size=100, max_notes=1, policy=policy)
    kitchen.note(FAST, count=2)
    for table in SLOW:
        kitchen.note(table)
    for _ in range(2):
        kitchen.tick()
        ahead = job_of(kitchen, FAST)
        kitchen.sing(ahead)
        kitchen.tick()
    return kitchen, ahead


def job_of(kitchen: Kitchen, table: int) -> JobId:
    return next(job for job in kitchen.pool.in_hand if jobs.table_of(job) == table)


def finish(kitchen: Kitchen, *tables: int) -> None:
    for table in tables:
        kitchen.sing(job_of(kitchen, table))
        kitchen.tick()


def test_a_song_ahead_is_overtaken_by_no_more_than_the_window(venue: Venue) -> None:
    kitchen, _ = a_song_ahead(venue)
    assert kitchen.queued() == [FAST]
    finish(kitchen, *SLOW[: WINDOW - 1])
    assert kitchen.queued() == [FAST, *SLOW[: WINDOW - 1]]
    finish(kitchen, SLOW[WINDOW - 1])
    assert kitchen.queued() == [FAST, *SLOW[:WINDOW], FAST], "though two tables have had none yet"


def test_a_restart_does_not_begin_the_count_anew(venue: Venue) -> None:
    kitchen, ahead = a_song_ahead(venue)
    finish(kitchen, *SLOW[:2])
    held = next(job for job in kitchen.open_jobs() if job.id == ahead)
    assert (held.status.finished, held.status.overtaken) == (1, 2)
    kitchen.begin()
    kitchen.tick()
    finish(kitchen, *SLOW[2:WINDOW])
    assert kitchen.queued() == [FAST, *SLOW[:WINDOW], FAST]


def test_what_finished_while_no_manager_lived_finished_later_than_what_waits(venue: Venue) -> None:
    kitchen, ahead = a_song_ahead(venue)
    finish(kitchen, SLOW[0])
    kitchen.sing(job_of(kitchen, SLOW[1]))
    kitchen.begin()
    kitchen.tick()
    held = next(job for job in kitchen.open_jobs() if job.id == ahead)
    assert (held.status.finished, held.status.overtaken) == (1, 2)


def test_nobody_waits_for_a_table_that_rests(venue: Venue) -> None:
    kitchen = Kitchen(venue, workers=2, max_queue_size=100, max_notes=1)
    kitchen.note(1, count=2)
    kitchen.note(2, count=2)
    kitchen.tick()
    kitchen.sing(job_of(kitchen, 1))
    kitchen.tick(2)
    kitchen.sing(job_of(kitchen, 1))
    kitchen.tick()
    assert kitchen.queued() == [1]
    kitchen.fail(job_of(kitchen, 2), refused())
    kitchen.tick(2)
    assert kitchen.queued() == [1, 1]


def test_an_empty_queue_waits_for_nobody_after_a_restart_either(venue: Venue) -> None:
    kitchen, ahead = a_song_ahead(venue)
    for card in kitchen.playlist.waiting():
        kitchen.playlist.take(SongId(card.id))
    kitchen.begin()
    kitchen.tick()
    assert [card.job for card in kitchen.playlist.waiting()] == [ahead]


def test_songs_go_out_as_they_finish_by_the_plain_rule(venue: Venue) -> None:
    kitchen, _ = a_song_ahead(venue, policy=FEWEST)
    assert kitchen.queued() == [FAST, FAST]


def test_the_plain_rule_counts_all_nights(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_notes=1, max_queue_size=100, policy=FEWEST)
    kitchen.note(1, count=3)
    kitchen.serve(3)
    kitchen.another_night()
    kitchen.note(1)
    kitchen.note(2, count=4)
    assert kitchen.serve(4) == [2, 2, 2, 1]
