"""Volume, mute, the highest volume and the curfew: they glide and never jump."""

import itertools
from collections.abc import Iterator

import pytest

from fake_room import Room
from stornello.riproduzione.service import GLIDE_STEP_S


def levels(room: Room, seconds: float) -> Iterator[float]:
    """Glide in the service's small steps for so long, ticking as often as it does."""
    for step in range(round(seconds / GLIDE_STEP_S)):
        room.service.tick() if step % 5 == 0 else room.dj.glide()
        room.clock.sleep(GLIDE_STEP_S)
        yield room.player.open_decks()[0].volume


def steps(seen: list[float]) -> list[float]:
    return [abs(a - b) for a, b in itertools.pairwise(seen)]


def test_hands_move_the_volume_sixty_percent_a_second_in_small_steps(room: Room) -> None:
    room.put("one")
    room.pass_time(2)
    room.dj.set_volume(25)
    seen = list(levels(room, 1.1))
    assert seen[-1] == 25
    assert max(steps(seen)) <= 0.61
    assert seen[50] > 50


def test_mute_takes_less_than_four_tenths_of_a_second_and_so_does_its_end(room: Room) -> None:
    room.put("one")
    room.pass_time(2)
    room.dj.mute()
    assert room.dj.now_playing().muted
    seen = list(levels(room, 0.4))
    assert seen[-1] == 0
    assert max(steps(seen)) < 3
    assert room.dj.now_playing().volume == 85
    room.pass_time(3)
    assert room.player.sounding()["one"] > 5
    room.dj.mute(on=False)
    assert list(levels(room, 0.4))[-1] == 85


def test_a_volume_that_is_set_while_muted_is_the_one_that_comes_back(room: Room) -> None:
    room.put("one")
    room.pass_time(2)
    room.dj.mute()
    room.pass_time(1)
    room.dj.set_volume(40)
    room.pass_time(1)
    assert room.deck_of("one").volume == 0
    room.dj.mute()
    room.pass_time(1)
    assert room.deck_of("one").volume == 40


def test_nobody_gets_over_the_highest_volume(room: Room) -> None:
    room.begin(max_volume=60)
    room.put("one")
    room.pass_time(1)
    assert room.deck_of("one").volume == 60
    room.dj.set_volume(100)
    room.pass_time(3)
    assert room.deck_of("one").volume == 60
    assert room.dj.now_playing().volume == 60


def test_a_song_that_is_cued_during_a_glide_is_as_loud_as_the_other(room: Room) -> None:
    room.put("one")
    room.pass_time(2)
    room.dj.set_volume(10)
    room.put("two")
    room.pass_time(3)
    assert room.deck_of("two").volume == room.deck_of("one").volume == 10


def test_a_player_that_is_lost_does_not_keep_the_other_from_its_volume(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(57)
    room.deck_of("one").closed = True
    room.dj.set_volume(30)
    room.pass_time(2)
    assert room.deck_of("two").volume == 30


@pytest.mark.parametrize(("since", "begins"), [("20:30", 6), ("23:59", 6), ("00:30", 6), ("04:00", 12)])
def test_the_curfew_is_quieter_by_so_many_decibels_until_the_next_night_and_comes_slowly(
    room: Room, since: str, begins: int
) -> None:
    room.begin(curfew_from=since, curfew_db=12.0, night_begins=begins)
    room.offer("house", length_s=7200)
    _go_to(room, since, before_s=5)
    room.pass_time(4)
    assert room.deck_of("house").volume == 85
    seen = [room.deck_of("house").volume for _ in room.moments(30)]
    assert max(steps(seen)) < 1
    assert seen[-1] == pytest.approx(85 * 10 ** (-12 / 60))
    assert room.dj.now_playing().quieter_db == 12
    assert room.dj.now_playing().volume == 85
    _go_to(room, f"{begins:02}:00", before_s=5)
    room.pass_time(4)
    assert room.deck_of("house").volume < 60
    room.pass_time(30)
    assert room.deck_of("house").volume == 85


def test_a_dj_that_starts_in_the_curfew_is_quiet_at_once(room: Room) -> None:
    _go_to(room, "23:00")
    room.begin(curfew_from="22:00", curfew_db=6.0)
    room.put("one")
    room.pass_time(0.2)
    assert room.deck_of("one").volume == pytest.approx(85 * 10 ** (-6 / 60))


def _go_to(room: Room, time_of_day: str, before_s: float = 0.0) -> None:
    """Set the house's clock to so long before a time of day, here and today or tomorrow."""
    hour, minute = map(int, time_of_day.split(":"))
    now = room.clock.now().astimezone()
    wanted = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    room.clock.set_by_s += (wanted - now).total_seconds() % 86_400 - before_s
