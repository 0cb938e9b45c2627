import itertools

import pytest

from fake_room import Room
from stornello.domain.crossfade import LEAD_S
from stornello.domain.errors import StornelloError


def test_a_skip_passes_within_a_second_and_keeps_the_level(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(10)
    room.dj.next()
    powers = room.powers(1)
    assert room.player.sounding().keys() == {"one", "two"}
    powers += room.powers(6)
    assert min(powers) > 0.95
    assert max(powers) < 1.05
    assert room.player.sounding().keys() == {"two"}
    assert room.heard()["one"] == pytest.approx(15 + LEAD_S, abs=0.4)


def test_a_skip_with_nothing_queued_fades_out_and_waits(room: Room) -> None:
    room.put("one")
    room.pass_time(10)
    room.dj.next()
    powers = room.powers(2.5)
    assert any(0.2 < power < 0.8 for power in powers)
    assert room.player.open_decks() == []
    room.put("two")
    room.pass_time(0.5)
    assert room.player.power() == pytest.approx(1.0)


def test_two_skips_pass_two_songs(room: Room) -> None:
    for song in ("one", "two", "three"):
        room.put(song)
    room.pass_time(10)
    room.dj.next()
    room.pass_time(2)
    room.dj.next()
    room.pass_time(12)
    assert room.player.sounding().keys() == {"three"}


def test_what_cannot_be_done_is_told(room: Room) -> None:
    for ask in (room.dj.next, lambda: room.dj.seek(5)):
        with pytest.raises(StornelloError, match="Nothing plays"):
            ask()
    with pytest.raises(StornelloError, match="no panic"):
        room.dj.resume()
    room.put("one")
    room.put("two")
    room.pass_time(57)
    with pytest.raises(StornelloError, match="passes into"):
        room.dj.seek(-5)
    room.pass_time(5)
    assert room.player.sounding()["two"] > 4


def test_a_paused_room_stays_where_it_is_and_goes_on_there(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(57)
    room.dj.pause()
    before = room.dj.now_playing().position_s
    room.pass_time(60)
    assert room.player.power() == 0
    assert room.dj.now_playing().position_s == pytest.approx(before, abs=LEAD_S + 0.02)
    room.dj.pause()
    room.pass_time(0.1)
    assert min(room.powers(10)) > 0.9
    assert room.heard()["one"] == pytest.approx(60, abs=0.7)


def test_a_skip_while_paused_goes_on_with_the_next_song(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(5)
    room.dj.pause(on=True)
    room.dj.next()
    room.pass_time(1)
    assert room.player.sounding().keys() == {"two"}
    assert not room.dj.now_playing().paused


def test_seeking_stays_within_the_song_and_before_the_passage(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(3)
    for by_s, to_s in ((-10, 0), (10, 11), (100, 54)):
        room.dj.seek(by_s)
        room.pass_time(1)
        assert room.player.sounding()["one"] == pytest.approx(to_s + 0.7, abs=0.5)
    with pytest.raises(StornelloError, match="passes into"):
        room.dj.seek(10)
    assert min(room.powers(7)) > 0.9


def test_the_volume_glides_on_every_deck(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(2)
    room.dj.set_volume(25)
    seen = [room.deck_of("one").volume for _ in room.moments(1.5)]
    assert max(abs(a - b) for a, b in itertools.pairwise(seen)) < 4
    assert seen[-1] == 25
    assert room.deck_of("two").volume == 25


def test_the_volume_stays_between_nothing_and_all(room: Room) -> None:
    room.dj.set_volume(300)
    assert room.dj.now_playing().volume == 100
    room.dj.set_volume(-5)
    assert room.dj.now_playing().volume == 0


@pytest.mark.parametrize("hung", [{"one"}, {"two"}, {"one", "two"}])
def test_closing_waits_for_no_player_that_hangs(room: Room, hung: set[str]) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(57)
    for song in hung:
        room.deck_of(song).hung = True
    began = room.clock.monotonic()
    room.dj.close()
    assert room.clock.monotonic() - began < 3
    assert room.player.open_decks() == []


def test_closing_ends_every_player_and_says_what_was_heard(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(10)
    room.dj.close()
    assert room.player.open_decks() == []
    assert room.heard() == pytest.approx({"one": 10 + LEAD_S}, abs=0.4)
    assert room.queued() == ["two"]
    assert room.dj.now_playing().song == ""
