"""A process dies before any one change of the disk: a new one finds every song, and every second chance, once."""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Literal

import pytest

from builders import a_card
from crashes import Crash, changes_seen, dying_at
from stornello.domain.names import SongId, TableId
from stornello.spool import atomic, reasons, recordings
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist
from stornello.spool.quarantine import put_back
from venues import EIGHT, ScriptedTranscriber, a_claimed_note, a_venue, some_ears, unreachable

ONE, TWO = a_card("one"), a_card("two")


How = Literal["died", "done"]


def crash_everywhere(
    begin: Callable[[int], None], act: Callable[[int], object], check: Callable[[int, How], None]
) -> int:
    """Do ``act`` after ``begin`` again and again, dying one change later each time; return how often it died."""
    for death in count(1):
        begin(death)
        try:
            with dying_at(death):
                act(death)
        except Crash:
            check(death, "died")
        else:
            check(death, "done")
            assert changes_seen() == death - 1
            return death - 1
    raise AssertionError


def test_a_song_is_put_once_whenever_the_producer_dies(tmp_path: Path) -> None:
    def queue(n: int) -> Playlist:
        return Playlist(tmp_path / f"{n}.d" / "playlist.queue")

    def begin(n: int) -> None:
        queue(n).path.parent.mkdir()
        queue(n).put(ONE)

    def check(n: int, how: How) -> None:
        assert [card.id for card in queue(n).waiting()] in (
            [["one"], ["one", "two"]] if how == "died" else [["one", "two"]]
        )
        queue(n).put(TWO)
        assert queue(n).waiting() == [ONE, TWO]

    assert crash_everywhere(begin, lambda n: queue(n).put(TWO), check) >= 3


def test_a_song_is_taken_once_whenever_the_room_dies(tmp_path: Path) -> None:
    def queue(n: int) -> Playlist:
        return Playlist(tmp_path / f"{n}.d" / "playlist.queue")

    def begin(n: int) -> None:
        queue(n).path.parent.mkdir()
        queue(n).put(ONE)
        queue(n).put(TWO)

    def check(n: int, how: How) -> None:
        assert not queue(n).put(ONE), "a producer that starts again puts it again"
        assert queue(n).take(ONE.id) in ({True, False} if how == "died" else {False})
        assert not queue(n).put(ONE)
        assert queue(n).waiting() == [TWO]

    assert crash_everywhere(begin, lambda n: queue(n).take(SongId("one")), check) >= 5


def test_damaged_lines_are_kept_whenever_their_finder_dies(tmp_path: Path) -> None:
    def queue(n: int) -> Playlist:
        return Playlist(tmp_path / f"{n}.d" / "playlist.queue")

    def begin(n: int) -> None:
        queue(n).path.parent.mkdir()
        queue(n).put(ONE)
        with queue(n).path.open("a") as file:
            file.write("{torn\n")

    def check(n: int, how: How) -> None:
        del how
        queue(n).put(TWO)
        assert queue(n).waiting() == [ONE, TWO]
        assert queue(n).path.with_name("playlist.bad").read_text() == "{torn\n"

    assert crash_everywhere(begin, lambda n: queue(n).put(TWO), check) >= 4


def test_a_file_is_the_old_or_the_new_one_whenever_its_writer_dies(tmp_path: Path) -> None:
    def state(n: int) -> Path:
        return tmp_path / f"{n}.json"

    def check(n: int, how: How) -> None:
        assert state(n).read_text() in ({"old", "new"} if how == "died" else {"new"})

    crash_everywhere(lambda n: atomic.write_text(state(n), "old"), lambda n: atomic.write_text(state(n), "new"), check)


def test_a_file_is_never_lost_between_two_names_whenever_its_mover_dies(tmp_path: Path) -> None:
    def begin(n: int) -> None:
        (tmp_path / f"{n}.a").write_text("sound")

    def act(n: int) -> None:
        atomic.publish(tmp_path / f"{n}.a", tmp_path / f"{n}.b")

    def check(n: int, how: How) -> None:
        if how == "died":
            act(n)
        assert not (tmp_path / f"{n}.a").exists()
        assert (tmp_path / f"{n}.b").read_text() == "sound"

    assert crash_everywhere(begin, act, check) == 2


@pytest.mark.parametrize("name", ["5-anna.wav", "zia pina.wav"])
def test_a_second_chance_is_one_whenever_the_operators_command_dies(tmp_path: Path, name: str) -> None:
    def venue(n: int) -> Venue:
        return Venue(tmp_path / str(n) / "venue")

    def begin(n: int) -> None:
        a_venue(tmp_path / str(n))
        some_ears(venue(n), ScriptedTranscriber([unreachable()]), retry=0).attend(a_claimed_note(venue(n), name))

    def act(n: int) -> None:
        put_back(venue(n), name, EIGHT.replace(hour=21), table=TableId(5))

    def check(n: int, how: How) -> None:
        if how == "died" and not any(recordings.recordings(venue(n))):
            assert len(reasons.read_all(venue(n).transcription_errors)) == 1, "still there for all to see"
            act(n)
        for recording in recordings.recordings(venue(n)):
            assert some_ears(venue(n)).attend(recording) == 0
        assert len(list(venue(n).staged(TableId(5)).iterdir())) == 1
        assert not list(venue(n).transcription_errors.iterdir())

    assert crash_everywhere(begin, act, check) >= 3
