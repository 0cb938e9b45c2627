"""The service: what is asked is done in order and at once, and what the room hears is told."""

import itertools
from typing import Any

import pytest

from fake_room import TICK_S, Room
from stornello.domain.errors import StornelloError
from stornello.riproduzione.asked import Asked, Facts
from stornello.spool import now_playing, sound


def answer(room: Room, request: dict[str, Any]) -> Facts:
    reply = room.service._control.put(request)
    room.service._obey(0)
    return reply.result(0)


def test_the_service_does_what_is_asked_in_order(room: Room) -> None:
    room.put("one")
    room.pass_time(20)
    replies = [
        room.service._control.put(request)
        for request in (
            {"command": "volume", "to": 40},
            {"command": "volume", "by": -10},
            {"command": "seek", "seconds": -10},
            {"command": "pause"},
        )
    ]
    assert room.service._obey(0)
    assert [reply.result(0)["volume"] for reply in replies] == [40, 30, 30, 30]
    room.pass_time(1)
    said = room.dj.now_playing()
    assert (said.volume, said.paused) == (30, True)
    assert said.position_s == pytest.approx(10, abs=0.5)


def test_what_is_asked_after_the_end_is_not_done(room: Room) -> None:
    last = room.service._control.put({"command": "quit"})
    late = room.service._control.put({"command": "volume", "to": 9})
    assert not room.service._obey(0)
    assert last.result(0) == {}
    assert not late.done()
    assert room.dj.now_playing().volume != 9


def test_a_crowd_that_never_stops_asking_does_not_keep_the_music_from_its_passage(room: Room) -> None:
    for song in ("one", "two"):
        room.put(song)
    room.pass_time(54)

    until = room.clock.time_s + 3
    ask = room.service._control.asked_within

    def asked_within(seconds: float) -> Asked | None:
        room.clock.sleep(0.005)
        room.service._control.put({"command": "volume", "by": 0})
        return ask(seconds)

    room.service._control.asked_within = asked_within  # type: ignore[method-assign]  # of this room alone
    while room.clock.time_s < until:
        room.service.tick()
        assert room.service._pass_time(TICK_S)
    assert room.player.sounding().keys() == {"one", "two"}


def test_the_room_tells_the_device_that_was_chosen_before_the_last_start(room: Room) -> None:
    assert room.dj.now_playing().device == "auto"
    sound.remember(room.venue, "pulse/stage")
    room.begin()
    assert room.dj.now_playing().device == "pulse/stage"


def test_the_queue_is_changed_while_the_next_song_is_cued(room: Room) -> None:
    for song in ("one", "two", "three"):
        room.put(song)
    room.pass_time(20)
    assert answer(room, {"command": "move", "id": "three", "to": 1})["place"] == 1
    room.pass_time(10)
    assert answer(room, {"command": "remove", "id": "three"})["place"] == 0
    with pytest.raises(StornelloError, match="already playing"):
        answer(room, {"command": "remove", "id": "one"})
    assert answer(room, {"command": "again", "id": "one"})["place"] == 2
    room.pass_time(150)
    assert [play.song for play in room.journal.plays() if play.heard_s] == ["one", "two", "one"]
    assert room.queued() == []


def test_panic_holds_the_queue_and_resume_goes_on_with_the_song_that_was_cut_off(room: Room) -> None:
    room.offer("casa", length_s=300)
    for song in ("one", "two"):
        room.put(song)
    room.pass_time(20)
    assert answer(room, {"command": "panic"})["panic"]
    room.pass_time(70)
    said = room.dj.now_playing()
    assert (said.kind, said.panic, room.queued()) == ("house", True, ["two"])
    assert not answer(room, {"command": "resume"})["panic"]
    room.pass_time(5)
    said = room.dj.now_playing()
    assert (said.song, said.kind) == ("one", "song")
    assert said.position_s == pytest.approx(25, abs=2), "from where it was"
    room.pass_time(100)
    assert room.queued() == []


def test_mute_is_told_and_taken_back(room: Room) -> None:
    room.put("one")
    room.pass_time(5)
    assert answer(room, {"command": "mute"})["muted"]
    room.pass_time(5)
    assert room.deck_of("one").volume == 0
    assert not answer(room, {"command": "mute", "on": False})["muted"]
    room.pass_time(5)
    assert room.deck_of("one").volume == room.dj.volume > 0


def test_what_the_room_hears_is_on_disk_at_every_change_and_every_second(room: Room) -> None:
    room.put("one")
    room.put("two")
    written = []
    for at in room.moments(8):
        room.dj.next() if 3 < at - 1000 < 3.06 else None
        said = now_playing.read(room.venue)
        if said and said not in written:
            written.append(said)
    gaps = [b.at - a.at for a, b in itertools.pairwise(written)]
    assert max(gaps) <= 1.1
    assert [said.song for said in written][-1] == "two"
    assert any(said.crossfading for said in written)


def test_a_clock_set_back_does_not_silence_what_is_told(room: Room) -> None:
    room.put("one")
    room.pass_time(10)
    room.clock.set_by_s = -3600
    room.pass_time(5)
    said = now_playing.read(room.venue)
    assert said
    assert said.position_s == pytest.approx(15, abs=1.2)
