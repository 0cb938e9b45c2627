"""What people do to the queue: which song they mean, and what they are told."""

from pathlib import Path

import pytest

from builders import a_card
from stornello.domain.errors import StornelloError
from stornello.spool import atomic
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist
from stornello.spool.queue_edits import Desk
from venues import a_venue

SONGS = {"5_203000_a1b2c3": "La notte di Anna", "5_204500_d4e5f6": "Brindisi", "12_205000_a1ffff": "Il tango di Zoe"}


@pytest.fixture
def venue(tmp_path: Path) -> Venue:
    """Return a venue of three songs, all of which wait."""
    venue = a_venue(tmp_path)
    for song, title in SONGS.items():
        card = a_card(song, table=int(song.split("_")[0]), title=title)
        (venue.songs / card.audio).write_bytes(b"sound")
        atomic.write_json(venue.card(card.id), card.to_json())
        Playlist(venue.playlist).put(card)
    return venue


def desk(venue: Venue, on_air: str = "") -> Desk:
    return Desk(venue, Playlist(venue.playlist), on_air)


def waiting(venue: Venue) -> list[str]:
    return [card.id[:5] for card in Playlist(venue.playlist).waiting()]


@pytest.mark.parametrize("name", ["5_204500_d4e5f6", "5_2045", "d4e5", "#2"])
def test_a_song_is_meant_by_its_id_a_part_that_only_it_has_or_its_place(venue: Venue, name: str) -> None:
    assert desk(venue).move(name, 1).title == "Brindisi"
    assert waiting(venue) == ["5_204", "5_203", "12_20"]


def test_what_begins_one_id_and_is_inside_others_means_the_one_it_begins(venue: Venue) -> None:
    assert desk(venue).remove("12").title == "Il tango di Zoe"


def test_several_that_may_be_meant_are_listed_and_nothing_happens(venue: Venue) -> None:
    with pytest.raises(StornelloError) as told:
        desk(venue).remove("5_20")
    assert told.value.code == "many-such-songs"
    assert "5_203000_a1b2c3, tavolo 5, «La notte di Anna»" in told.value.what.it
    assert "5_204500_d4e5f6, table 5, 'Brindisi'" in told.value.what.en
    assert len(waiting(venue)) == 3


@pytest.mark.parametrize("name", ["#0", "#4", "#", "#x", "#²", "nobody", "../../etc/passwd"])
def test_who_means_no_song_is_told_where_to_look(venue: Venue, name: str) -> None:
    for do in (desk(venue).remove, desk(venue).again, lambda name: desk(venue).move(name, 1)):
        with pytest.raises(StornelloError, match="stornello queue") as told:
            do(name)
        assert told.value.code == "no-such-song"


def test_a_removed_song_comes_back_at_the_end(venue: Venue) -> None:
    assert desk(venue).remove("#1").place == 0
    assert waiting(venue) == ["5_204", "12_20"]
    assert desk(venue).again("a1b2").place == 3
    assert waiting(venue) == ["5_204", "12_20", "5_203"]
    assert sorted(path.name for path in venue.songs.iterdir() if path.suffix == ".wav") == sorted(
        f"{song}.wav" for song in SONGS
    )


def test_a_song_that_waits_is_not_put_back_but_may_be_moved(venue: Venue) -> None:
    with pytest.raises(StornelloError, match="stornello move 5_204500_d4e5f6 1"):
        desk(venue).again("d4e5")
    assert desk(venue).move("d4e5", 99).place == 3


def test_the_song_on_air_is_out_of_reach_and_that_is_said(venue: Venue) -> None:
    on_air = "5_203000_a1b2c3"
    Playlist(venue.playlist).take(Playlist(venue.playlist).waiting()[0].id)
    for do in (desk(venue, on_air).remove, lambda name: desk(venue, on_air).move(name, 1)):
        with pytest.raises(StornelloError, match="already playing"):
            do("5_203")
    assert desk(venue, on_air).again("5_203").place == 3, "play it again!"
    assert desk(venue, on_air).remove("5_203").place == 0, "that is the one that waits"


def test_a_song_whose_sound_is_gone_is_not_queued(venue: Venue) -> None:
    desk(venue).remove("d4e5")
    (venue.songs / "5_204500_d4e5f6.wav").unlink()
    with pytest.raises(StornelloError) as told:
        desk(venue).again("d4e5")
    assert told.value.code == "song-lost"


def test_a_damaged_card_is_not_queued_and_hides_no_other(venue: Venue) -> None:
    desk(venue).remove("d4e5")
    venue.card(Playlist(venue.playlist).waiting()[0].id).write_text("{torn")
    (venue.songs / "5_204500_d4e5f6.json").write_text("[]")
    with pytest.raises(StornelloError) as told:
        desk(venue).again("d4e5")
    assert told.value.code == "song-lost"
    with pytest.raises(StornelloError, match="5_203000_a1b2c3; "):
        desk(venue).again("5_20")
