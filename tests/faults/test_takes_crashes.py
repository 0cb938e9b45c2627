"""A child dies, or the power goes, while it notes whose a sound is: it is one song's, and the index is whole."""

from pathlib import Path

import pytest

from builders import a_card
from crashes import HOWS, Crash, How, deaths, dying_at, rooms
from stornello.domain.names import JobId, SongId
from stornello.spool import atomic, takes
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist
from venues import a_venue

ONE, TWO = SongId("5_203000_aaaaaa"), SongId("6_203000_bbbbbb")
OLD, NEW = 64 * "a", 64 * "b"

pytestmark = [pytest.mark.usefixtures("ram"), pytest.mark.parametrize("how", HOWS)]


def test_a_sound_is_noted_for_one_song_whenever_a_child_dies(how: How) -> None:
    def begin(room: Path) -> Venue:
        venue = a_venue(room)
        atomic.write_json(venue.card(ONE), a_card(ONE).to_json() | {"sha256": OLD})
        atomic.make_folder(venue.job(JobId(TWO)))
        return venue

    def act(venue: Venue) -> None:
        assert takes.claim(venue, NEW, TWO)

    def check(venue: Venue) -> None:
        assert not takes.claim(venue, OLD, TWO)
        assert takes.claim(venue, NEW, TWO)
        assert not takes.claim(venue, NEW, ONE)

    fresh = rooms()
    whole = begin(next(fresh))
    sweep = deaths(lambda: act(whole), how)
    check(whole)
    assert sweep
    for death, room in zip(sweep, fresh, strict=False):
        venue = begin(room)
        with pytest.raises(Crash), dying_at(death, how):
            act(venue)
        check(venue)


def test_what_was_taken_stays_taken_while_its_file_is_cut_down(how: How, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stornello.spool.playlist.REMEMBERED", 1)

    def begin(room: Path) -> Playlist:
        room.mkdir()
        queue = Playlist(room / "playlist.queue")
        for song in "abc":
            queue.put(a_card(song))
        queue.take(SongId("a"))
        queue.take(SongId("b"))
        return queue

    fresh = rooms()
    whole = begin(next(fresh))
    sweep = deaths(lambda: whole.take(SongId("c")), how)
    assert whole.taken_path.read_text() == "c\n", "it was cut down"
    for death, room in zip(sweep, fresh, strict=False):
        queue = begin(room)
        with pytest.raises(Crash), dying_at(death, how):
            queue.take(SongId("c"))
        again = Playlist(queue.path)
        again.take(SongId("c"))
        assert again.waiting() == []
        assert not again.put(a_card("c"))
