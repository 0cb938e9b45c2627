from dataclasses import replace

import pytest

from builders import a_sound
from fake_room import Room
from stornello.riproduzione.shelf import audio_of
from stornello.spool import reasons


def test_songs_are_heard_in_the_order_of_the_queue(room: Room) -> None:
    for song in ("one", "two", "three"):
        room.put(song)
    room.pass_time(200)
    assert list(room.heard()) == ["one", "two", "three"]
    assert room.heard() == pytest.approx({"one": 60, "two": 60, "three": 60}, abs=0.2)
    assert room.queued() == []


def test_a_song_leaves_the_queue_only_when_the_room_hears_it(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(1)
    assert room.queued() == ["two"]
    assert room.player.sounding().keys() == {"one"}
    assert room.deck_of("two").held
    room.pass_time(56)
    assert room.queued() == []


def test_a_song_that_arrives_in_silence_starts_at_once(room: Room) -> None:
    room.pass_time(10)
    room.put("one")
    room.pass_time(0.5)
    assert "one" in room.player.sounding()
    assert room.player.power() == pytest.approx(1.0)


def test_two_songs_overlap_for_the_crossfade_and_the_level_stays(room: Room) -> None:
    room.put("one")
    room.pass_time(20)
    room.put("two")
    room.pass_time(34.8)
    assert room.player.sounding().keys() == {"one"}
    powers = room.powers(6)
    assert min(powers) > 0.95
    assert max(powers) < 1.05
    assert room.player.sounding()["two"] == pytest.approx(5.7, abs=0.1)
    assert [deck.slot for deck in room.player.open_decks()] == ["b"]


def test_a_song_that_arrives_late_gets_a_shorter_passage(room: Room) -> None:
    room.put("one")
    room.pass_time(57)
    room.put("two")
    powers = room.powers(4)
    assert min(powers) > 0.9
    assert max(powers) < 1.1


def test_a_song_that_arrives_too_late_for_a_crossfade_is_joined(room: Room) -> None:
    room.put("one")
    room.pass_time(59.7)
    room.put("two")
    room.pass_time(1)
    assert room.player.sounding().keys() == {"two"}
    assert room.player.power() == pytest.approx(1.0)


def test_a_passage_is_never_longer_than_a_third_of_a_song(room: Room) -> None:
    room.put("one", a_sound(6))
    room.put("two")
    room.pass_time(3.7)
    assert room.player.sounding().keys() == {"one"}
    room.pass_time(0.7)
    assert room.player.sounding().keys() == {"one", "two"}


def test_silence_at_the_edges_of_a_song_is_not_played(room: Room) -> None:
    room.put("one", a_sound(60, cue_in_s=2, cue_out_s=50))
    room.put("two", a_sound(60, cue_in_s=3))
    room.pass_time(1)
    assert room.player.sounding()["one"] == pytest.approx(3, abs=0.2)
    assert min(room.powers(47.5)) > 0.95
    assert room.player.sounding()["two"] > 3


def test_a_file_that_ends_early_makes_no_hole(room: Room) -> None:
    room.put("one", file_s=20)
    room.put("two")
    room.pass_time(20.5)
    assert room.player.sounding().keys() == {"two"}
    assert room.player.power() == pytest.approx(1.0)


def test_the_last_song_plays_to_its_end_and_then_the_room_waits(room: Room) -> None:
    room.put("one")
    room.pass_time(59)
    assert room.player.power() == pytest.approx(1.0)
    room.pass_time(3)
    assert room.player.open_decks() == []
    assert room.service.dj.now_playing().songs_played == 1


def test_only_the_start_of_each_song_is_played_when_the_settings_say_so(room: Room) -> None:
    room.begin(play_only_seconds=20.0)
    room.put("one")
    room.put("two")
    room.pass_time(40)
    assert room.heard() == pytest.approx({"one": 20, "two": 20}, abs=0.8)
    assert room.player.open_decks() == []


def test_a_song_cut_short_ends_where_it_is_cut_though_the_next_comes_late(room: Room) -> None:
    room.begin(play_only_seconds=20.0)
    room.put("one")
    room.pass_time(19.8)
    room.put("two")
    room.pass_time(2)
    assert room.player.sounding().keys() == {"two"}
    assert room.player.power() == pytest.approx(1.0)


def test_a_song_cut_short_with_nothing_behind_it_fades(room: Room) -> None:
    room.begin(play_only_seconds=20.0)
    room.put("one")
    room.pass_time(19.5)
    assert 0.1 < room.player.power() < 0.9


def test_a_file_that_is_no_sound_is_set_aside_with_its_reason_and_the_next_plays(room: Room) -> None:
    room.put("one")
    bad = room.put("bad", file_s=0)
    room.put("two")
    room.pass_time(58)
    assert room.player.sounding().keys() == {"one", "two"}
    folder = room.venue.failed_processing / "bad"
    reason = reasons.read(folder)
    assert reason
    assert reason.code == "song-unplayable"
    assert (folder / bad.audio).read_bytes() == b"this is no sound"
    assert (folder / "bad.json").is_file()
    assert room.queued() == []


def test_a_song_without_its_file_is_set_aside(room: Room) -> None:
    audio_of(room.venue, room.put("gone")).unlink()
    room.put("two")
    room.pass_time(2)
    assert room.player.sounding().keys() == {"two"}
    assert [reason.code for reason in reasons.read_all(room.venue.failed_processing)] == ["song-file-missing"]


@pytest.mark.parametrize(("cue_in_s", "file_s"), [(5.0, 1.0), (0.0, 0.03)])
def test_a_song_over_before_its_first_sound_is_set_aside_and_the_next_plays(
    room: Room, cue_in_s: float, file_s: float
) -> None:
    room.put("stub", a_sound(60, cue_in_s), file_s=file_s)
    room.put("two")
    room.pass_time(2)
    assert room.player.sounding().keys() == {"two"}
    assert [reason.code for reason in reasons.read_all(room.venue.failed_processing)] == ["song-unplayable"]
    assert room.queued() == []


def test_a_card_never_leads_outside_the_songs_folder(room: Room) -> None:
    card = room.put("one")
    assert audio_of(room.venue, card).parent == room.venue.songs
    sly = replace(card, audio="../../etc/passwd")  # which from_json refuses
    assert audio_of(room.venue, sly) == room.venue.songs / "passwd"


def test_a_song_that_is_taken_out_of_the_queue_is_not_played(room: Room) -> None:
    room.put("one")
    two = room.put("two")
    room.put("three")
    room.pass_time(2)
    room.playlist.take(two.id)
    room.pass_time(55)
    assert room.player.sounding().keys() == {"one", "three"}


def test_a_song_whose_successor_is_taken_away_is_heard_to_its_end(room: Room) -> None:
    room.put("one")
    two = room.put("two")
    room.pass_time(20)
    room.playlist.take(two.id)
    room.pass_time(38)
    assert room.player.power() == pytest.approx(1.0)
    room.pass_time(3)
    assert room.heard()["one"] == pytest.approx(60, abs=0.2)
