"""When the demo's show is over."""

from dataclasses import replace
from pathlib import Path

from builders import a_card
from stornello.demo.recorder import Recorder
from stornello.demo.show import Show
from stornello.domain.names import TableId
from stornello.spool.coming import Arrived
from stornello.spool.now_playing import NowPlaying
from stornello.spool.paths import Venue
from stornello.spool.snapshot import look

ANNA = Arrived("5-anna.wav", TableId(5))


def a_show(folder: Path) -> Show:
    venue = Venue(folder)
    venue.open()
    recorder = Recorder([], venue.from_tables)
    recorder.start()
    recorder.stop()
    return Show(venue, recorder, "en", 3)


def test_it_is_over_when_the_songs_were_played(tmp_path: Path) -> None:
    show = a_show(tmp_path)
    now = replace(look(show.venue), queue=(a_card(),))
    assert not show.is_over(replace(now, playing=NowPlaying(at=0.0, songs_played=2)))
    assert show.is_over(replace(now, playing=NowPlaying(at=0.0, songs_played=3)))


def test_it_is_not_over_while_a_guest_was_not_listened_to(tmp_path: Path) -> None:
    show = a_show(tmp_path)
    now = replace(look(show.venue), playing=NowPlaying(at=0.0, songs_played=3))
    assert not show.is_over(replace(now, being_heard=(ANNA,)))
    assert not show.is_over(replace(now, door=(ANNA,)))


def test_one_look_at_an_empty_room_is_no_proof_that_nothing_more_comes(tmp_path: Path) -> None:
    show = a_show(tmp_path)
    empty = look(show.venue)
    assert [show.is_over(empty) for _ in range(5)] == [False] * 5
    assert not show.is_over(replace(empty, door=(ANNA,)))
    assert [show.is_over(empty) for _ in range(6)] == [False] * 5 + [True]
