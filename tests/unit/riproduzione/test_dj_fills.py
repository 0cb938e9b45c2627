"""The room is never silent: filler when the queue runs dry, and fresh songs over it."""

import pytest

from builders import a_sound
from fake_room import Room


def test_when_the_queue_runs_dry_the_house_takes_over_at_the_crossfade(room: Room) -> None:
    room.offer("house")
    room.put("one")
    powers = room.powers(70)[10:]
    assert min(powers) > 0.95
    assert max(powers) < 1.05
    assert room.player.sounding().keys() == {"house"}
    assert room.dj.now_playing().kind == "house"


def test_filler_follows_filler_without_a_hole(room: Room) -> None:
    room.offer("first")
    room.offer("second", length_s=40)
    room.pass_time(1)
    powers = room.powers(300)
    assert min(powers) > 0.95
    assert max(powers) < 1.05
    kinds = {(play.song, play.kind) for play in room.journal.plays()}
    assert kinds == {("house/first.wav", "house"), ("house/second.wav", "house")}


def test_the_longest_unheard_comes_next_and_what_plays_is_not_called_unheard(room: Room) -> None:
    for name in ("a", "b", "c"):
        room.offer(name, length_s=30)
    room.pass_time(170)
    order = [play.song for play in room.journal.plays()]
    assert order[:6] == ["house/a.wav", "house/b.wav", "house/c.wav"] * 2


def test_a_fresh_song_passes_at_once_over_filler_with_the_whole_crossfade(room: Room) -> None:
    room.offer("house")
    room.pass_time(20)
    room.put("one")
    powers = room.powers(1.2)
    assert room.player.sounding().keys() == {"house", "one"}
    powers += room.powers(4.2)
    assert len(room.player.sounding()) == 2
    powers += room.powers(2)
    assert min(powers) > 0.95
    assert max(powers) < 1.05
    assert room.player.sounding().keys() == {"one"}
    assert room.queued() == []


def test_whatever_else_there_is_enters_over_the_bed_at_once_and_the_bed_over_nothing(room: Room) -> None:
    bed = room.offer("bed", "bed")
    room.pass_time(10)
    room.programme.pieces.insert(0, room.offer("house"))
    room.programme.pieces.pop()
    room.pass_time(8)
    assert room.player.sounding().keys() == {"house"}
    room.programme.pieces = [bed]
    room.pass_time(8)
    assert room.player.sounding().keys() == {"house"}


def test_a_fresh_song_waits_for_the_end_of_a_guests_song(room: Room) -> None:
    room.put("one")
    room.pass_time(20)
    room.put("two")
    room.pass_time(34)
    assert room.player.sounding().keys() == {"one"}


@pytest.mark.parametrize(
    ("interrupt", "kind", "enters"),
    [
        ("filler", "house", True),
        ("filler", "replay", True),
        ("filler", "bed", True),
        ("never", "house", False),
        ("never", "replay", False),
        ("never", "bed", True),
        ("always", "house", True),
    ],
)
def test_what_a_fresh_song_may_interrupt_is_set(room: Room, interrupt: str, kind: str, *, enters: bool) -> None:
    room.begin(interrupt=interrupt)
    room.offer("filler", kind)  # type: ignore[arg-type]  # the kinds of the table above
    room.pass_time(10)
    room.put("one")
    room.pass_time(10)
    assert ("one" in room.player.sounding()) == enters


def test_a_song_enters_over_another_only_when_it_was_not_waiting_before(room: Room) -> None:
    room.begin(interrupt="always")
    room.put("one")
    room.put("two")
    room.pass_time(20)
    assert room.player.sounding().keys() == {"one"}
    room.pass_time(45)
    assert room.player.sounding().keys() == {"two"}
    room.put("three")
    room.pass_time(2)
    assert room.player.sounding().keys() == {"two", "three"}


def test_cued_filler_gives_way_to_a_song_and_comes_back_when_that_is_taken_away(room: Room) -> None:
    room.offer("house")
    room.put("one")
    room.pass_time(10)
    assert room.deck_of("house").held
    two = room.put("two")
    room.pass_time(1)
    assert room.deck_of("two").held
    assert len(room.player.open_decks()) == 2
    room.playlist.take(two.id)
    powers = room.powers(55)
    assert min(powers) > 0.95
    assert room.player.sounding().keys() == {"house"}


def test_a_song_that_comes_in_the_last_moment_before_filler_is_heard_right_after_it(room: Room) -> None:
    room.offer("house")
    room.put("one")
    room.pass_time(54.6)
    room.put("two")
    powers = room.powers(13)
    assert min(powers) > 0.9
    assert room.player.sounding().keys() == {"two"}
    assert room.queued() == []


def test_the_bed_comes_softly_as_soon_as_it_is_there(room: Room) -> None:
    room.pass_time(5)
    assert room.player.power() == 0
    room.offer("bed", "bed")
    room.pass_time(1)
    assert 0.05 < room.player.power() < 0.5
    room.pass_time(3)
    assert room.player.power() == pytest.approx(1.0)
    room.put("one")
    room.pass_time(8)
    assert room.player.sounding().keys() == {"one"}


def test_house_music_that_cannot_be_played_is_left_where_it_is_and_the_next_plays(room: Room) -> None:
    bad = room.offer("bad")
    (room.venue.root / bad.audio).write_bytes(b"this is no sound")
    room.offer("good")
    room.put("one")
    assert min(room.powers(80)[10:]) > 0.95
    assert room.player.sounding().keys() == {"good"}
    assert room.programme.rejected == {bad.key: "song-unplayable"}
    assert (room.venue.root / bad.audio).is_file()
    assert not any(room.venue.failed_processing.iterdir())


@pytest.mark.parametrize("length_s", [0.5, 2.0, 4.0, 8.0])
def test_a_song_shorter_than_two_crossfades_makes_no_hole(room: Room, length_s: float) -> None:
    room.offer("house")
    room.put("one")
    room.put("short", a_sound(length_s))
    room.put("two")
    powers = room.powers(75)[10:]
    assert min(powers) > 0.9
    assert room.player.sounding().keys() == {"two"}
    assert "short" in room.heard()


@pytest.mark.parametrize("file_s", [5.0, 50.0, 59.9])
def test_a_file_that_ends_before_its_plan_passes_at_once(room: Room, file_s: float) -> None:
    room.offer("house")
    room.put("one", file_s=file_s)
    room.pass_time(file_s - 0.2)
    hole = sum(power < 0.5 for power in room.powers(2))
    assert hole <= 2  # ticks
    assert room.player.power() == pytest.approx(1.0, abs=0.05)


def test_a_file_that_ends_in_the_middle_of_its_passage_leaves_no_gap(room: Room) -> None:
    room.offer("house")
    room.put("one", file_s=57)
    assert min(room.powers(70)[10:]) > 0.3
    assert room.player.power() == pytest.approx(1.0)


def test_the_level_and_the_curve_of_the_settings_reach_the_decks(room: Room) -> None:
    room.begin(target_lufs=-20.0, crossfade_curve="linear", fade_at_cue_out=False)
    room.put("one", a_sound(60, cue_out_s=50))
    room.put("two")
    room.pass_time(30)
    envelope = room.deck_of("one").shaped
    assert envelope.gain_db == pytest.approx(-4.0)
    assert [fade.curve for fade in envelope.falls] == ["linear"]
    assert envelope.falls[0].end_s == pytest.approx(60.0)
