"""The night's longest silence."""

import pytest

from fake_room import Room
from stornello.riproduzione.silence import Silence
from stornello.spool.playing import Quiet


def heard(silence: Silence, *moments: tuple[float, bool], night: str = "one") -> Quiet:
    for at, audible in moments:
        silence.hear(night, at, audible=audible)
    return silence.quiet


def test_the_longest_silence_counts_while_it_lasts_and_until_the_next_sound() -> None:
    silence = Silence()
    assert heard(silence, (100.0, True), (200.0, True)).longest_s == 0
    assert heard(silence, (201.0, False), (202.0, False)).longest_s == 2.0
    assert heard(silence, (203.0, True), (300.0, False), (301.0, True)).longest_s == 98.0
    assert silence.quiet.until == 301.0
    assert heard(silence, (302.0, False)).longest_s == 98.0


def test_every_night_begins_anew() -> None:
    silence = Silence()
    heard(silence, (100.0, True), (150.0, False))
    assert heard(silence, (160.0, True), night="two").longest_s == 60.0
    assert heard(silence, (161.0, True), night="three").longest_s == 0.0


@pytest.mark.parametrize(("sounded", "longest_s"), [(True, 0.0), (False, 31.0)])
def test_the_time_without_a_dj_was_a_silence_if_its_players_were_gone_too(*, sounded: bool, longest_s: float) -> None:
    silence = Silence()
    silence.go_on(Quiet(night="one", heard_at=100.0), 130.0, sounded=sounded)
    assert heard(silence, (131.0, True)).longest_s == longest_s


def test_a_room_that_plays_has_no_silence_and_one_that_has_nothing_has(room: Room) -> None:
    room.begin(sound_output="fake")
    room.put("one")
    room.pass_time(30)
    assert room.dj.now_playing().longest_silence_s < 0.5
    room.pass_time(40)
    assert room.dj.now_playing().longest_silence_s == pytest.approx(10, abs=1)


def test_a_room_that_is_held_is_not_called_silent(room: Room) -> None:
    room.put("one")
    room.pass_time(10)
    room.dj.pause()
    room.pass_time(60)
    room.dj.pause()
    room.pass_time(5)
    assert room.dj.now_playing().longest_silence_s < 1.0


def test_a_lost_sound_card_is_a_silence_unless_nobody_was_to_hear(room: Room) -> None:
    room.put("one")
    room.pass_time(10)
    room.player.has_card = False
    room.pass_time(20)
    assert room.dj.now_playing().longest_silence_s == pytest.approx(20, abs=1)


def test_the_silence_is_remembered_over_a_crash(room: Room) -> None:
    for song in ("one", "two"):
        room.put(song)
    room.pass_time(20)
    room.crash(away_s=7)
    room.pass_time(5)
    assert room.dj.now_playing().longest_silence_s == pytest.approx(7, abs=1.0)
    room.crash(away_s=3, mpv_lives=True)
    room.pass_time(5)
    assert room.dj.now_playing().longest_silence_s == pytest.approx(7, abs=1.0)
