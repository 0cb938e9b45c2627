"""Pause, seek and stop: what sounds falls silent along a slope, nothing is lost, and nothing clicks."""

import pytest

from fake_room import Room
from stornello.domain.crossfade import LEAD_S
from stornello.domain.errors import StornelloError

INAUDIBLE = 0.001
"""-60 dB of the song's amplitude."""


def test_a_pause_is_a_fall_and_goes_on_where_it_began(room: Room) -> None:
    room.put("one")
    room.pass_time(10)
    falls_at = room.player.sounding()["one"] + LEAD_S
    room.dj.pause()
    assert room.dj.now_playing().paused
    room.pass_time(0.6)
    assert room.player.power() == 0
    room.pass_time(60)
    assert room.dj.now_playing().position_s == pytest.approx(falls_at, abs=0.01)
    room.dj.play()
    assert min(room.powers(5)[1:]) == pytest.approx(1.0)
    assert room.player.sounding()["one"] == pytest.approx(falls_at + 5, abs=0.1)
    assert max(room.player.clicks) < INAUDIBLE


@pytest.mark.parametrize("after_s", [0.0, 0.1, 0.3, 0.4, 0.6])
def test_a_pause_that_is_taken_back_loses_nothing(room: Room, after_s: float) -> None:
    room.put("one")
    room.pass_time(10)
    room.dj.pause()
    room.pass_time(after_s)
    room.dj.pause()
    room.pass_time(2)
    assert room.player.power() == pytest.approx(1.0)
    assert room.player.sounding()["one"] == pytest.approx(12 + after_s, abs=0.9)
    assert max(room.player.clicks) < INAUDIBLE


@pytest.mark.parametrize("at_s", [54.6, 54.8, 54.9, 55.1, 57.0, 59.8])
def test_a_pause_in_or_before_a_crossfade_costs_no_level(room: Room, at_s: float) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(at_s)
    room.dj.pause()
    room.pass_time(3)
    assert room.player.power() == 0
    room.dj.play()
    powers = room.powers(9)[1:]
    assert min(powers) > 0.95
    assert max(powers) < 1.05
    assert room.player.sounding().keys() == {"two"}
    assert max(room.player.clicks) < INAUDIBLE


def test_a_seek_clicks_neither_where_it_leaves_nor_where_it_comes(room: Room) -> None:
    room.put("one")
    room.pass_time(10)
    for by_s in (10, -25, 10):
        room.dj.seek(by_s)
        room.pass_time(2)
    assert max(room.player.clicks) < INAUDIBLE
    assert room.player.power() == pytest.approx(1.0)


def test_seeks_in_quick_succession_add_up(room: Room) -> None:
    room.put("one")
    room.pass_time(5)
    for _ in range(3):
        room.dj.seek(10)
        room.pass_time(0.1)
    room.pass_time(0.7)
    assert room.player.sounding()["one"] == pytest.approx(35.7, abs=0.4)


def test_a_seek_while_paused_is_where_it_goes_on(room: Room) -> None:
    room.put("one")
    room.pass_time(5)
    room.dj.pause()
    room.pass_time(1)
    room.dj.seek(20)
    assert room.dj.now_playing().position_s == pytest.approx(25.2, abs=0.1)
    room.pass_time(1)
    assert room.player.power() == 0
    room.dj.play()
    room.pass_time(1)
    assert room.player.sounding()["one"] == pytest.approx(26.2, abs=0.2)
    assert max(room.player.clicks) < INAUDIBLE


def test_a_song_that_came_in_by_a_crossfade_is_whole_where_it_is_sought_back_to(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(65)
    room.dj.seek(-60)
    room.pass_time(0.6)
    assert room.player.sounding()["two"] < 1
    assert room.player.power() == pytest.approx(1.0)


def test_a_seek_away_from_a_passage_lets_a_fresh_song_take_its_place(room: Room) -> None:
    room.offer("house")
    room.put("one")
    room.pass_time(54.5)  # the house's music is about to begin
    room.dj.seek(-30)
    room.put("two")
    room.pass_time(2)
    assert room.deck_of("two").held
    room.pass_time(31)
    assert room.player.sounding().keys() == {"one", "two"}


def test_the_room_falls_silent_before_its_players_end(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(57)
    room.dj.close()
    assert room.player.open_decks() == []
    assert max(room.player.clicks) < INAUDIBLE


def test_a_skip_while_the_room_falls_silent_is_obeyed_when_it_is(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(10)
    room.dj.pause()
    room.dj.next()
    room.pass_time(2)
    assert room.player.sounding().keys() == {"two"}
    assert max(room.player.clicks) < INAUDIBLE


def test_pause_and_play_in_silence_decide_whether_the_next_song_begins(room: Room) -> None:
    room.dj.pause()
    room.put("one")
    room.pass_time(5)
    assert room.player.power() == 0
    room.dj.play()
    room.pass_time(0.5)
    assert room.player.power() == pytest.approx(1.0)


def test_no_seek_is_asked_of_a_song_that_passes(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(54.7)
    with pytest.raises(StornelloError, match="passes into"):
        room.dj.seek(10)
    assert min(room.powers(6)) > 0.95
