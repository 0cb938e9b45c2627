"""When the room will hear what waits: exact nights, played through by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from stornello.domain.eta import Coming, Expected, House, Making, Pace, Queued, Scene, Staged, expect
from stornello.domain.fairness import FEWEST
from stornello.domain.names import JobId, SongId, TableId

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
ONE, TWO, THREE = TableId(1), TableId(2), TableId(3)
HOUSE = House(max_workers=1, max_queue_size=5, max_notes=6, crossfade_s=5)
PACE = Pace(hear_s=10, make_s=60, song_s=185)
"""With the crossfade each song takes the room for 180 seconds."""


def staged(notes: int, minutes_ago: float = 1) -> Staged:
    return Staged(notes, NOW - timedelta(minutes=minutes_ago))


def test_medians_are_what_things_take_and_nothing_measured_is_nothing_known() -> None:
    assert Pace.of([1, 2, 30], [60], []) == Pace(2, 60, None)


def test_an_empty_house_expects_nothing() -> None:
    assert expect(Scene(NOW), HOUSE, PACE) == Expected()


def test_the_queue_begins_when_the_song_that_plays_fades_and_one_song_into_the_next() -> None:
    scene = Scene(NOW, playing_s=65, queue=(Queued(SongId("a"), 125), Queued(SongId("b"), 100)))
    assert expect(scene, HOUSE, Pace()).songs == {"a": 60, "b": 180}


def test_silence_ends_with_the_first_song_that_is_ready() -> None:
    making = (Making(JobId("1_x"), ONE, age_s=20), Making(JobId("2_x"), TWO, age_s=90))
    assert expect(Scene(NOW, making=making), replace(HOUSE, max_workers=2), PACE).jobs == {"2_x": 0, "1_x": 180}


def test_a_staged_table_waits_for_its_song_to_be_made_and_for_the_songs_ahead() -> None:
    assert expect(Scene(NOW, staged={ONE: staged(3)}), HOUSE, PACE).tables == {ONE: [60]}
    ahead = Scene(NOW, playing_s=105, queue=(Queued(SongId("a"), 185),), staged={ONE: staged(3)})
    assert expect(ahead, HOUSE, PACE).tables == {ONE: [280]}


def test_tables_take_turns_by_the_policy_and_batches_by_the_most_notes_of_a_song() -> None:
    scene = Scene(NOW, staged={ONE: staged(8, 9), TWO: staged(1, 5)}, known=frozenset({ONE, TWO}))
    assert expect(scene, HOUSE, PACE).tables == {ONE: [60, 420], TWO: [240]}


def test_the_plain_policy_serves_the_table_with_fewest_songs_ever() -> None:
    scene = Scene(NOW, staged={ONE: staged(1, 9), TWO: staged(1, 5)}, songs={ONE: 3})
    assert expect(scene, replace(HOUSE, policy=FEWEST), PACE).tables == {TWO: [60], ONE: [240]}


def test_a_recording_is_heard_then_staged_then_sung() -> None:
    scene = Scene(NOW, coming=(Coming("1-anna.wav", ONE, age_s=4), Coming("nobody.wav", None)))
    assert expect(scene, HOUSE, PACE).recordings == {"1-anna.wav": 66}


def test_recordings_of_a_table_that_has_notes_go_with_the_song_that_has_room_for_them() -> None:
    busy = Making(JobId("2_x"), TWO, age_s=0)
    scene = Scene(NOW, making=(busy,), staged={ONE: staged(5)}, coming=(Coming("a", ONE), Coming("b", ONE)))
    told = expect(scene, HOUSE, PACE)
    assert told.jobs == {"2_x": 60}
    assert told.tables == {ONE: [240]}
    assert told.recordings == {"a": 240, "b": 420}


def test_no_song_is_begun_before_the_queue_has_room_for_it() -> None:
    scene = Scene(NOW, playing_s=185, queue=(Queued(SongId("a"), 185), Queued(SongId("b"), 185)))
    scene = replace(scene, staged={ONE: staged(1)})
    slow = replace(PACE, make_s=300)
    assert expect(scene, replace(HOUSE, max_queue_size=2), slow).tables == {ONE: [540]}
    assert expect(scene, replace(HOUSE, max_queue_size=1), slow).tables == {ONE: [660]}


def test_workers_work_side_by_side() -> None:
    scene = Scene(NOW, staged={ONE: staged(1, 3), TWO: staged(1, 2), THREE: staged(1, 1)})
    quick = Pace(10, 60, 25)
    assert expect(scene, replace(HOUSE, max_workers=3), quick).tables == {ONE: [60], TWO: [80], THREE: [100]}
    assert expect(scene, HOUSE, quick).tables == {ONE: [60], TWO: [120], THREE: [180]}


def test_a_table_that_rests_after_failures_begins_when_its_rest_is_over() -> None:
    assert expect(Scene(NOW, staged={ONE: staged(1)}, resting={ONE: 100}), HOUSE, PACE).tables == {ONE: [160]}


def test_a_job_whose_studio_is_away_is_not_told_and_gives_its_worker_to_others() -> None:
    scene = Scene(NOW, making=(Making(JobId("1_x"), ONE, 30, parked=True),), staged={TWO: staged(1)})
    told = expect(scene, HOUSE, PACE)
    assert (told.jobs, told.tables) == ({}, {TWO: [60]})


def test_a_job_that_takes_longer_than_usual_is_expected_at_any_moment() -> None:
    assert expect(Scene(NOW, making=(Making(JobId("1_x"), ONE, 500),)), HOUSE, PACE).jobs == {"1_x": 0}


def test_a_finished_song_that_waits_its_turn_is_heard_after_those_it_waits_for() -> None:
    making = (Making(JobId("1_x"), ONE, 90, finished=True), Making(JobId("2_x"), TWO, age_s=40))
    scene = Scene(NOW, playing_s=185, queue=(Queued(SongId("a"), 185),), making=making)
    scene = replace(scene, songs={ONE: 2, TWO: 1}, known=frozenset({ONE, TWO}))
    assert expect(scene, HOUSE, PACE).jobs == {"2_x": 360, "1_x": 540}


@pytest.mark.parametrize("pace", [Pace(), Pace(hear_s=10), Pace(hear_s=10, song_s=185)])
def test_what_depends_on_a_time_that_nobody_has_measured_is_not_told(pace: Pace) -> None:
    scene = Scene(NOW, playing_s=65, queue=(Queued(SongId("a"), 125),), staged={ONE: staged(1)})
    scene = replace(scene, making=(Making(JobId("2_x"), TWO, 10),), coming=(Coming("1-a.wav", ONE),))
    assert expect(scene, HOUSE, pace) == Expected(songs={SongId("a"): 60})


def test_only_so_much_of_each_song_counts_as_is_played() -> None:
    scene = Scene(NOW, queue=(Queued(SongId("a"), 125), Queued(SongId("b"), 100)))
    assert expect(scene, replace(HOUSE, play_only_s=20), Pace()).songs == {"a": 0, "b": 15}


def test_a_night_of_thousands_of_tables_is_told_as_far_as_it_is_worth_it() -> None:
    scene = Scene(NOW, staged={TableId(n): staged(10, n) for n in range(1, 5001)})
    told = expect(scene, HOUSE, PACE)
    assert 10 <= len(told.tables) <= 20
    assert told.of_table(TableId(5000)) == 60
    assert told.of_table(ONE) is None
