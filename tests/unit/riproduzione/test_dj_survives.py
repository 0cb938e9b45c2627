import errno

import pytest
from filelock import FileLock

from builders import a_sound
from fake_room import Room
from stornello.riproduzione import decks
from stornello.spool import reasons


def test_a_killed_player_is_replaced_and_the_song_goes_on(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(10)
    room.deck_of("one").close()
    room.pass_time(1)
    assert room.player.sounding()["one"] == pytest.approx(11, abs=0.2)
    assert min(room.powers(51)) > 0.9
    assert room.player.sounding().keys() == {"two"}
    assert room.heard()["one"] == pytest.approx(60, abs=0.5)


def test_a_player_that_hangs_is_replaced(room: Room) -> None:
    room.put("one")
    room.pass_time(10)
    room.deck_of("one").freeze()
    room.pass_time(5)
    assert room.player.sounding()["one"] == pytest.approx(13.4, abs=0.3)


def test_a_paused_room_whose_player_dies_stays_paused(room: Room) -> None:
    room.put("one")
    room.pass_time(10)
    room.dj.pause()
    room.deck_of("one").close()
    room.pass_time(5)
    assert room.player.power() == 0
    room.dj.pause()
    room.pass_time(1)
    assert room.player.sounding()["one"] == pytest.approx(11, abs=0.3)


def test_a_pause_that_loses_its_player_pauses(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(57)
    room.deck_of("one").stuck = room.deck_of("two").stuck = True
    room.dj.pause()
    room.pass_time(5)
    assert room.player.power() == 0
    assert room.dj.now_playing().paused
    room.dj.pause()
    room.pass_time(4)
    assert room.player.power() == pytest.approx(1.0)


@pytest.mark.parametrize("song", ["one", "two"])
def test_a_player_lost_in_a_passage_costs_the_other_song_nothing(room: Room, song: str) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(57)
    room.deck_of(song).close()
    room.pass_time(8)
    assert room.player.sounding().keys() == {"two"}
    assert list(room.heard()) == ["one"]


def test_a_player_lost_at_the_very_passage_counts_the_leaving_song_once(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(20)
    room.deck_of("two").stuck = True
    room.pass_time(50)
    assert room.player.sounding().keys() == {"two"}
    assert list(room.heard()) == ["one"]
    assert room.dj.now_playing().songs_played == 1


def test_a_cued_player_that_dies_is_cued_again(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(10)
    room.deck_of("two").close()
    room.pass_time(47)
    assert room.player.sounding().keys() == {"one", "two"}
    assert reasons.read_all(room.venue.failed_processing) == []


def test_a_song_that_kills_its_players_is_set_aside(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.player.killers.add("one")
    room.pass_time(5)
    assert room.player.sounding().keys() == {"two"}
    assert [reason.name for reason in reasons.read_all(room.venue.failed_processing)] == ["one"]


def test_a_song_that_kills_its_players_half_way_is_given_up(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(10)
    for _ in range(3):
        room.deck_of("one").close()
        room.pass_time(0.3)
    room.pass_time(1)
    assert room.player.sounding().keys() == {"two"}


def test_a_song_with_which_nobody_can_cope_is_set_aside_and_the_next_plays(odd_room: Room) -> None:
    room = odd_room
    for song in ("one", "odd", "two"):
        room.put(song)
    room.player.puzzlers.add("odd")
    assert min(room.powers(61)[10:]) > 0.9
    assert room.player.sounding().keys() == {"two"}
    assert [reason.name for reason in reasons.read_all(room.venue.failed_processing)] == ["odd"]


def test_a_player_with_which_nobody_can_cope_does_not_burn_the_queue(odd_room: Room) -> None:
    room = odd_room
    room.put("one")
    room.put("two")
    room.player.puzzlers |= {"one", "two", "proof"}
    room.pass_time(60)
    assert room.queued() == ["one", "two"]
    assert room.dj.now_playing().trouble == "player-stalled"


def test_a_bug_in_one_step_stops_no_other_and_the_log_hears_of_it_now_and_then(
    odd_room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    room = odd_room
    room.put("one")
    room.put("two")
    room.pass_time(20)
    room.dj.faders.volume = "loud"  # type: ignore[assignment]  # wrong on purpose
    assert min(room.powers(50)) > 0.9
    assert room.player.sounding().keys() == {"two"}
    assert 4 <= len([record for record in caplog.records if record.exc_info]) <= 6


def test_a_song_that_kills_every_player_does_not_end_the_dj_that_comes_back(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(20)
    room.player.killers.add("one")
    room.crash(away_s=3)
    room.pass_time(3)
    assert room.player.sounding().keys() == {"two"}


def test_a_player_that_cannot_play_anything_does_not_burn_the_queue(room: Room) -> None:
    songs = ["one", "two", "three", "four"]
    for song in songs:
        room.put(song)
    room.player.broken = True
    room.pass_time(120)
    assert room.queued() == songs
    assert reasons.read_all(room.venue.failed_processing) == []
    assert room.dj.now_playing().trouble == "player-stalled"
    room.player.broken = False
    room.pass_time(12)
    assert room.player.sounding().keys() == {"one"}
    assert room.dj.now_playing().trouble == ""


def test_a_machine_without_mpv_says_so_and_waits(room: Room) -> None:
    room.put("one")
    room.player.absent = True
    room.pass_time(30)
    assert room.queued() == ["one"]
    assert room.dj.now_playing().trouble == "mpv-missing"
    room.player.absent = False
    room.pass_time(12)
    assert room.player.sounding().keys() == {"one"}


def test_a_dj_that_comes_back_after_a_crash_goes_on_with_the_song(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(20)
    room.crash(away_s=3)
    room.pass_time(1)
    assert room.player.sounding()["one"] == pytest.approx(20.5, abs=1)
    room.pass_time(36)
    assert room.player.sounding().keys() == {"one", "two"}


def test_a_dj_that_comes_back_after_a_crash_is_as_loud_and_as_paused_as_before(room: Room) -> None:
    room.put("one")
    room.pass_time(20)
    room.dj.set_volume(30)
    room.pass_time(2)
    room.dj.pause()
    room.pass_time(1)
    room.crash(away_s=3)
    room.pass_time(0.1)
    assert room.deck_of("one").volume == 30
    room.pass_time(5)
    assert room.player.power() == 0
    said = room.dj.now_playing()
    assert (said.volume, said.paused) == (30, True)
    room.dj.pause()
    room.pass_time(1)
    assert room.player.sounding()["one"] == pytest.approx(23, abs=0.5)
    assert room.deck_of("one").volume == 30


def test_a_song_whose_dj_crashed_at_its_very_end_is_no_bad_song(room: Room) -> None:
    room.put("one")
    room.pass_time(59.9)
    room.put("two")
    room.crash(away_s=3)
    room.pass_time(2)
    assert room.player.sounding().keys() == {"two"}
    assert reasons.read_all(room.venue.failed_processing) == []


def test_a_dj_that_comes_back_on_another_night_begins_with_the_queue(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(20)
    room.crash(away_s=12 * 3600)
    room.pass_time(1)
    assert room.player.sounding().keys() == {"two"}


def test_a_full_disk_costs_no_song_and_no_passage_and_none_is_heard_twice(room: Room) -> None:
    for song in ("one", "two", "three"):
        room.put(song)
    room.put("bad", file_s=0)
    room.playlist.taken_path.mkdir()  # the playlist cannot be written
    assert min(room.powers(160)[10:]) > 0.9
    room.pass_time(60)
    assert list(room.heard()) == ["one", "two", "three"]
    assert room.player.loads.count("three") == 1
    assert room.queued() == ["one", "two", "three", "bad"]
    room.playlist.taken_path.rmdir()
    room.pass_time(1)
    assert room.queued() == []


def test_a_playlist_that_cannot_be_written_does_not_stop_the_music(room: Room) -> None:
    room.put("one")
    room.put("bad", file_s=0)
    refused = room.playlist.taken_path
    refused.mkdir()
    room.pass_time(5)
    assert room.player.power() == pytest.approx(1.0)
    assert "one" in room.queued()
    refused.rmdir()
    room.pass_time(1)
    assert room.queued() == []


def test_a_player_that_dies_of_every_file_does_not_burn_the_queue(room: Room) -> None:
    room.put("one")
    room.put("two")
    room.pass_time(10)
    room.player.killers |= {"one", "two", "proof"}
    for deck in room.player.open_decks():
        deck.close()
    room.pass_time(20)
    for _ in range(400):
        room.pass_time(0.1)
        assert room.dj.now_playing().trouble == "player-stalled"
    assert reasons.read_all(room.venue.failed_processing) == []
    room.player.killers.clear()
    room.pass_time(15)
    assert room.player.sounding() == {"one": pytest.approx(20, abs=6)}
    assert room.dj.now_playing().trouble == ""
    assert room.queued() == ["two"]


def test_a_song_whose_player_dies_now_and_then_while_it_waits_is_not_to_blame(room: Room) -> None:
    room.put("one", a_sound(600))
    room.put("two")
    for _ in range(4):
        room.pass_time(70)
        room.deck_of("two").close()
    room.pass_time(1)
    assert room.queued() == ["two"]
    assert reasons.read_all(room.venue.failed_processing) == []


def test_a_disk_that_takes_nothing_more_does_not_make_a_bad_song_stop_the_room(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    room.put("one")
    room.pass_time(5)
    monkeypatch.setattr(decks, "write_proof", full)
    room.put("bad", file_s=0)
    room.put("two")
    assert min(room.powers(100)) > 0.9
    assert room.player.sounding().keys() == {"two"}


def test_whoever_keeps_the_queues_lock_stops_no_passage_and_no_song_is_heard_twice(room: Room) -> None:
    for song in ("one", "two"):
        room.put(song)
    with FileLock(f"{room.venue.playlist}.lock"):
        assert min(room.powers(100)[10:]) > 0.9
        assert room.queued() == ["one", "two"]
    room.pass_time(60)
    assert (room.queued(), list(room.heard())) == ([], ["one", "two"])
