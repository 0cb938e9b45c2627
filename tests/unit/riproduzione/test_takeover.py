"""A DJ that is killed is followed by one that goes on: with the players that live on, else where the room was."""

import pytest

from builders import a_sound
from fake_room import Room
from stornello.domain.songs import Sound
from stornello.spool import playing
from stornello.spool.journal_rows import PlayRow


def plays(room: Room, song: str) -> list[PlayRow]:
    return [play for play in room.journal.plays() if play.song == song]


def test_players_that_live_on_are_adopted_and_pass_as_it_was_planned(room: Room) -> None:
    for song in ("one", "two"):
        room.put(song)
    room.pass_time(20)
    room.crash(away_s=3, mpv_lives=True)
    assert min(room.powers(60)) > 0.9
    assert room.player.loads == ["one", "two"]
    assert room.player.sounding().keys() == {"two"}
    assert [play.heard_s for play in plays(room, "one")] == [pytest.approx(60, abs=0.5)]


def test_a_passage_under_way_goes_on_under_the_next_dj(room: Room) -> None:
    for song in ("one", "two"):
        room.put(song)
    room.pass_time(56)
    before = room.player.sounding()
    room.crash(away_s=1, mpv_lives=True)
    assert min(room.powers(5)) > 0.9
    assert room.player.sounding()["two"] == pytest.approx(before["two"] + 6, abs=0.2)
    assert room.player.loads == ["one", "two"]
    assert [play.heard_s for play in plays(room, "one")] == [pytest.approx(60, abs=0.5)]
    assert room.queued() == []


def test_a_song_that_ended_while_nobody_looked_is_not_begun_again(room: Room) -> None:
    for song in ("one", "two"):
        room.put(song)
    room.pass_time(50)
    room.crash(away_s=30, mpv_lives=True)
    room.pass_time(1)
    assert room.player.sounding().keys() == {"two"}
    assert room.player.loads.count("one") == 1
    assert [play.heard_s for play in plays(room, "one")] == [pytest.approx(60, abs=0.5)]


def test_a_room_that_was_held_stays_held_and_goes_on_where_it_was(room: Room) -> None:
    room.put("one")
    room.pass_time(10)
    room.dj.pause()
    room.pass_time(2)
    room.crash(away_s=3, mpv_lives=True)
    room.pass_time(5)
    assert room.player.power() == 0
    room.dj.pause()
    room.pass_time(2)
    assert room.player.power() > 0.9
    assert room.player.loads == ["one"]
    assert room.player.sounding()["one"] == pytest.approx(12, abs=0.5)


def test_a_dj_that_is_killed_as_it_falls_silent_is_followed_by_one_that_is_heard(room: Room) -> None:
    room.put("one")
    room.pass_time(10)
    room.dj.pause()  # killed before anybody could write that down
    room.crash(away_s=0.5, mpv_lives=True)
    room.pass_time(1)
    assert min(room.powers(10)) == pytest.approx(1.0)


def test_a_song_that_a_panic_ended_is_not_heard_again_under_the_next_dj(room: Room) -> None:
    room.offer("casa")
    room.put("one")
    room.pass_time(10)
    room.dj.pause()
    room.pass_time(0.1)
    room.dj.panic()
    room.crash(away_s=0.5, mpv_lives=True)
    room.pass_time(1)
    assert room.player.sounding().keys() == {"casa"}


def test_a_song_that_was_about_to_begin_began_when_the_room_heard_it(room: Room) -> None:
    for song in ("one", "two"):
        room.put(song)
    room.pass_time(54.5)
    assert room.dj.booth.cued
    assert room.dj.booth.cued.due_at
    room.crash(away_s=30, mpv_lives=True)
    came_back = room.clock.now()
    room.pass_time(2)
    assert [play.started_at >= came_back.isoformat() for play in plays(room, "two")] == [True]


def test_players_with_nothing_of_ours_end(room: Room) -> None:
    room.put("one")
    room.pass_time(5)
    stranger = room.player.open("b")
    stranger.load(room.venue.songs / "one.wav", 0.0, stranger.envelope)
    stranger.hold(on=False)
    room.crash(away_s=1, mpv_lives=True)
    assert stranger.closed
    assert room.player.sounding().keys() == {"one"}


def test_filler_that_left_and_was_cued_again_at_once_does_not_leave_for_ever(room: Room) -> None:
    room.offer("jazz", length_s=30)
    room.pass_time(10)
    for song in ("one", "two"):
        room.put(song, sound=a_sound(8))
    while not (room.dj.booth.leaving and room.dj.booth.current):
        room.pass_time(0.05)
    filler = room.dj.booth.leaving
    assert filler.piece.key == "house/jazz.wav"
    filler.deck.load(filler.audio, 0.0, filler.envelope())  # what a DJ does that is then killed
    room.crash(away_s=1, mpv_lives=True)
    room.pass_time(12)
    assert [play.song for play in room.journal.plays() if play.kind == "song"] == ["one", "two"]


def test_after_a_dj_that_ended_as_it_was_asked_to_nothing_goes_on(room: Room) -> None:
    for song in ("one", "two"):
        room.put(song)
    room.pass_time(20)
    room.dj.close()
    room.begin()
    room.dj.take_up()
    room.pass_time(2)
    assert room.player.sounding().keys() == {"two"}


def test_when_both_are_killed_the_song_goes_on_as_the_same_play(room: Room) -> None:
    for song in ("one", "two"):
        room.put(song)
    room.pass_time(30)
    room.crash(away_s=600)
    room.pass_time(1)
    assert room.player.sounding()["one"] == pytest.approx(30, abs=1.2)
    room.pass_time(40)
    assert [play.heard_s for play in plays(room, "one")] == [pytest.approx(60, abs=1.2)]


def test_filler_goes_on_only_when_the_house_is_back_at_once(room: Room) -> None:
    room.offer("jazz")
    room.offer("swing")
    room.pass_time(20)
    (first,) = room.player.sounding()
    room.crash(away_s=10)
    room.pass_time(1)
    assert room.player.sounding().keys() == {first}
    room.crash(away_s=300)
    room.pass_time(1)
    assert first not in room.player.sounding()


def test_a_player_that_does_not_come_up_loses_no_song(room: Room) -> None:
    room.put("one")
    room.pass_time(20)
    room.player.absent = True
    room.crash(away_s=3)
    room.pass_time(5)
    room.player.absent = False
    room.pass_time(12)  # it is not asked at every moment
    assert room.player.sounding().keys() == {"one"}
    assert room.player.sounding()["one"] > 18


def test_damaged_state_is_no_state(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(20)
    for file in (room.venue.playing, room.venue.playing_now):
        file.write_bytes(file.read_bytes()[:-20])
    assert playing.read(room.venue) is None
    room.crash(away_s=1, mpv_lives=True)
    room.pass_time(2)
    assert room.player.sounding().keys() == {"two"}


def test_state_that_leads_out_of_the_venue_is_no_state(room: Room) -> None:
    room.put("one", sound=Sound(60.0, -16.0, -3.0, 0.0, 60.0))
    room.pass_time(20)
    for file in (room.venue.playing, room.venue.playing_now):
        file.write_text(file.read_text().replace("songs/one.wav", "../../etc/passwd"))
    assert playing.read(room.venue) is None
