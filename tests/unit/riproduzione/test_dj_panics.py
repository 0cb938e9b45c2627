"""PANIC: house music within three tenths of a second, everything kept, and the way back."""

import pytest

from fake_room import TICK_S, Room
from stornello.domain.crossfade import LEAD_S
from stornello.riproduzione.panic import PANIC_FADE_S

INAUDIBLE = 0.001

AT_ONCE_S = LEAD_S + PANIC_FADE_S


def heard_of(room: Room, name: str) -> float:
    return sum(deck.power for deck in room.player.open_decks() if deck.audio and deck.audio.stem == name)


def test_the_guests_song_is_silent_and_the_house_sounds_three_tenths_of_a_second_later(room: Room) -> None:
    room.offer("house")
    room.put("one")
    room.put("two")
    room.pass_time(10)
    room.dj.panic()
    room.pass_time(AT_ONCE_S)
    assert AT_ONCE_S <= 0.3
    assert heard_of(room, "one") == pytest.approx(0, abs=INAUDIBLE)
    assert heard_of(room, "house") == pytest.approx(1.0, abs=0.05)
    assert max(room.player.clicks) < INAUDIBLE


def test_house_music_that_was_to_come_next_anyway_is_there_as_soon(room: Room) -> None:
    room.offer("house")
    room.put("one")
    room.pass_time(10)
    room.dj.panic()
    room.pass_time(AT_ONCE_S)
    assert heard_of(room, "one") == pytest.approx(0, abs=INAUDIBLE)
    assert heard_of(room, "house") == pytest.approx(1.0, abs=0.05)


def test_the_queue_is_held_until_the_panic_is_over_and_the_song_goes_on_where_it_was_cut(room: Room) -> None:
    room.offer("house")
    room.put("one")
    room.put("two")
    room.pass_time(10)
    room.dj.panic()
    room.put("three")
    room.pass_time(200)
    assert room.player.sounding().keys() == {"house"}
    assert room.queued() == ["two", "three"]
    assert room.dj.now_playing().panic
    room.dj.resume()
    room.pass_time(1)
    assert room.player.sounding()["one"] == pytest.approx(10.9, abs=0.5)
    assert not room.dj.now_playing().panic
    powers = room.powers(55)
    assert min(powers) > 0.95
    assert max(powers) < 1.05
    assert room.player.sounding().keys() == {"two"}
    assert [play.song for play in room.journal.plays() if play.kind == "song"] == ["one", "two"]
    assert room.heard()["one"] == pytest.approx(60, abs=1)


@pytest.mark.parametrize("at_s", [55.1, 57.0, 59.5])
def test_a_panic_in_the_middle_of_a_passage_silences_both_songs(room: Room, at_s: float) -> None:
    room.offer("house")
    room.put("one")
    room.put("two")
    room.pass_time(at_s)
    room.dj.panic()
    room.pass_time(AT_ONCE_S + TICK_S)
    assert heard_of(room, "one") + heard_of(room, "two") == pytest.approx(0, abs=INAUDIBLE)
    room.pass_time(0.5)
    assert room.player.power() == pytest.approx(1.0)
    assert heard_of(room, "house") == pytest.approx(1.0)
    assert max(room.player.clicks) < INAUDIBLE
    assert len(room.player.open_decks()) <= 3
    room.dj.resume()
    room.pass_time(8)
    assert room.player.sounding()["two"] > at_s - 55
    assert len(room.player.open_decks()) <= 2


def test_without_house_music_the_bed_comes_and_never_a_guests_song(room: Room) -> None:
    room.offer("bed", "bed")
    room.offer("again", "replay")
    room.put("one")
    room.pass_time(10)
    room.dj.panic()
    room.pass_time(100)
    assert room.player.sounding().keys() == {"bed"}


def test_without_anything_else_the_room_is_silent_and_then_goes_on(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(10)
    room.dj.panic()
    room.pass_time(5)
    assert room.player.power() == 0
    room.dj.resume()
    room.pass_time(1)
    assert room.player.sounding()["one"] == pytest.approx(11, abs=0.5)


@pytest.mark.parametrize("after_s", [0.0, 0.1, 0.3, 1.0])
def test_a_panic_ends_a_pause(room: Room, after_s: float) -> None:
    room.offer("house")
    room.put("one")
    room.pass_time(10)
    room.dj.pause()
    room.pass_time(after_s)
    room.dj.panic()
    room.pass_time(1.5)
    assert room.player.sounding().keys() == {"house"}
    assert room.player.power() == pytest.approx(1.0)
    assert max(room.player.clicks) < INAUDIBLE


def test_a_panic_while_the_houses_own_music_plays_cuts_nothing(room: Room) -> None:
    room.offer("house")
    room.pass_time(10)
    room.put("one")
    room.dj.panic()
    assert min(room.powers(20)) == pytest.approx(1.0)
    assert room.player.sounding().keys() == {"house"}
    room.dj.resume()
    room.pass_time(2)
    assert room.player.sounding().keys() == {"house", "one"}


@pytest.mark.parametrize("again_after_s", [0.0, 0.2, 0.5, 2.0])
def test_a_panic_that_is_taken_back_and_comes_again_loses_no_song(room: Room, again_after_s: float) -> None:
    room.offer("house")
    room.put("one")
    room.pass_time(10)
    room.dj.panic()
    room.pass_time(again_after_s)
    room.dj.resume()
    room.pass_time(again_after_s)
    room.dj.panic()
    room.pass_time(10)
    assert heard_of(room, "one") == 0
    room.dj.resume()
    room.pass_time(10)
    assert room.player.sounding()["one"] == pytest.approx(20, abs=3)
    assert [play.song for play in room.journal.plays() if play.kind == "song"] == ["one"]


def test_a_song_that_cannot_go_on_after_a_panic_is_set_aside(room: Room) -> None:
    room.offer("house")
    card = room.put("one")
    room.put("two")
    room.pass_time(10)
    room.dj.panic()
    room.pass_time(5)
    (room.venue.songs / card.audio).unlink()
    room.dj.resume()
    room.pass_time(12)
    assert room.player.sounding().keys() == {"two"}
    assert (room.venue.failed_processing / "one").is_dir()


@pytest.mark.parametrize("after_s", [0.0, 0.1, 0.3, 5.0])
def test_a_dj_that_is_killed_in_a_panic_is_followed_by_one_in_the_same_panic(room: Room, after_s: float) -> None:
    room.offer("house")
    room.put("one")
    room.put("two")
    room.pass_time(10)
    room.dj.panic()
    room.pass_time(after_s)
    room.crash(away_s=1)
    room.pass_time(5)
    assert room.player.sounding().keys() == {"house"}
    room.dj.resume()
    room.pass_time(10)
    assert room.player.sounding()["one"] == pytest.approx(20, abs=2)
