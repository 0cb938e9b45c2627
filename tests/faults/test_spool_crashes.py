"""A process dies, or the power goes, at any operation on the disk: a new one finds every song, every chance, once."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from builders import a_card
from crashes import HOWS, Crash, How, deaths, dying_at, rooms
from stornello.domain.names import JobId, SongId, TableId
from stornello.seams import RequestId
from stornello.spool import atomic, jobs, orders, reasons, recordings
from stornello.spool.jobs import Job
from stornello.spool.orders import Request
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist
from stornello.spool.quarantine import put_back
from venues import EIGHT, ScriptedTranscriber, a_claimed_note, a_venue, some_ears, unreachable

ONE, TWO = a_card("one"), a_card("two")


pytestmark = [pytest.mark.usefixtures("ram", "each_sound_once"), pytest.mark.parametrize("how", HOWS)]


Fate = Literal["died", "done"]


def crash_everywhere(
    how: How, begin: Callable[[Path], object], act: Callable[[Path], object], check: Callable[[Path, Fate], object]
) -> None:
    """Do ``act`` after ``begin`` in a new folder for every death there is; ``check`` looks at what is there then."""
    fresh = rooms()
    whole = next(fresh)
    begin(whole)
    sweep = deaths(lambda: act(whole), how)
    assert sweep or how == "torn", "there is something to interrupt; what is moved is not torn"
    check(whole, "done")
    for death, room in zip(sweep, fresh, strict=False):
        begin(room)
        with pytest.raises(Crash), dying_at(death, how):
            act(room)
        check(room, "died")


def the_queue(room: Path) -> Playlist:
    return Playlist(room / "playlist.queue")


def test_a_song_is_put_once_whenever_the_producer_dies(how: How) -> None:
    def begin(room: Path) -> None:
        room.mkdir()
        the_queue(room).put(ONE)

    def check(room: Path, fate: Fate) -> None:
        assert [card.id for card in the_queue(room).waiting()] in (
            [["one"], ["one", "two"]] if fate == "died" else [["one", "two"]]
        )
        the_queue(room).put(TWO)
        assert the_queue(room).waiting() == [ONE, TWO]

    crash_everywhere(how, begin, lambda room: the_queue(room).put(TWO), check)


def test_a_song_is_taken_once_whenever_the_room_dies(how: How) -> None:
    def begin(room: Path) -> None:
        room.mkdir()
        the_queue(room).put(ONE)
        the_queue(room).put(TWO)

    def check(room: Path, fate: Fate) -> None:
        assert not the_queue(room).put(ONE), "a producer that starts again puts it again"
        assert the_queue(room).take(ONE.id) in ({True, False} if fate == "died" else {False})
        assert not the_queue(room).put(ONE)
        assert the_queue(room).waiting() == [TWO]

    crash_everywhere(how, begin, lambda room: the_queue(room).take(SongId("one")), check)


def test_a_song_is_removed_once_whenever_its_remover_dies(how: How) -> None:
    def begin(room: Path) -> None:
        room.mkdir()
        the_queue(room).put(ONE)
        the_queue(room).put(TWO)

    def check(room: Path, fate: Fate) -> None:
        was_there = the_queue(room).remove(ONE.id)
        assert fate == "died" or not was_there
        assert not the_queue(room).put(ONE), "a producer that starts again puts it again"
        assert the_queue(room).waiting() == [TWO]

    crash_everywhere(how, begin, lambda room: the_queue(room).remove(ONE.id), check)


def half_taken(room: Path) -> None:
    """Leave the first song in both lists, as a crash in the midst of a take does."""
    queue = the_queue(room)
    before = queue.path.read_bytes()
    queue.take(ONE.id)
    queue.path.write_bytes(before)


@pytest.mark.parametrize("midst", [False, True], ids=["taken", "taken halfway"])
def test_a_song_that_is_asked_for_again_waits_once_or_not_at_all_whenever_its_asker_dies(
    how: How, *, midst: bool
) -> None:
    def begin(room: Path) -> None:
        room.mkdir()
        the_queue(room).put(ONE)
        the_queue(room).put(TWO)
        half_taken(room) if midst else the_queue(room).take(ONE.id)

    def check(room: Path, fate: Fate) -> None:
        waiting = the_queue(room).waiting()
        assert waiting in ([[TWO], [TWO, ONE]] if fate == "died" else [[TWO, ONE]])
        assert not the_queue(room).put(ONE), "never lost from memory: a producer that starts again puts nothing"
        assert the_queue(room).again(ONE) == (waiting == [TWO])
        assert the_queue(room).waiting() == [TWO, ONE]
        assert the_queue(room).take(ONE.id)
        assert not the_queue(room).put(ONE)
        assert the_queue(room).waiting() == [TWO]

    crash_everywhere(how, begin, lambda room: the_queue(room).again(ONE), check)


def test_a_song_that_is_moved_is_where_it_was_or_where_it_goes_whenever_its_mover_dies(how: How) -> None:
    three = a_card("three")

    def begin(room: Path) -> None:
        room.mkdir()
        for card in (ONE, TWO, three):
            the_queue(room).put(card)

    def check(room: Path, fate: Fate) -> None:
        after = [three, ONE, TWO]
        assert the_queue(room).waiting() in ([[ONE, TWO, three], after] if fate == "died" else [after])
        assert the_queue(room).move(three.id, 1) == 1
        assert the_queue(room).waiting() == after

    crash_everywhere(how, begin, lambda room: the_queue(room).move(three.id, 1), check)


def test_damaged_lines_are_kept_whenever_their_finder_dies(how: How) -> None:
    def begin(room: Path) -> None:
        room.mkdir()
        the_queue(room).put(ONE)
        with the_queue(room).path.open("a") as file:
            file.write("{torn\n")

    def check(room: Path, fate: Fate) -> None:
        the_queue(room).put(TWO)
        assert the_queue(room).waiting() == [ONE, TWO]
        kept = (room / "playlist.bad").read_text().splitlines()
        assert kept[-1] == "{torn"
        assert len(kept) == 1 or fate == "died", "a power cut may have torn the copy, too"

    crash_everywhere(how, begin, lambda room: the_queue(room).put(TWO), check)


def test_a_file_is_the_old_or_the_new_one_whenever_its_writer_dies(how: How) -> None:
    def begin(room: Path) -> None:
        room.mkdir()
        atomic.write_text(room / "state", "old")

    def check(room: Path, fate: Fate) -> None:
        assert (room / "state").read_text() in ({"old", "new"} if fate == "died" else {"new"})

    crash_everywhere(how, begin, lambda room: atomic.write_text(room / "state", "new"), check)


def move_away(room: Path) -> None:
    atomic.publish(room / "a", room / "b")


def test_a_file_is_never_lost_between_two_names_whenever_its_mover_dies(how: How) -> None:
    def begin(room: Path) -> None:
        room.mkdir()
        (room / "a").write_text("sound")

    def check(room: Path, fate: Fate) -> None:
        if fate == "died" and (room / "a").exists():
            move_away(room)
        assert [(path.name, path.read_text()) for path in room.iterdir()] == [("b", "sound")]

    crash_everywhere(how, begin, move_away, check)


def test_a_copy_that_is_put_in_place_is_whole_or_not_there(how: How) -> None:
    def begin(room: Path) -> None:
        room.mkdir()
        (room / "take").write_text("sound")

    def check(room: Path, fate: Fate) -> None:
        assert fate == "died" or (room / "song").is_file()
        assert (room / "take").read_text() == "sound"
        assert not (room / "song").exists() or (room / "song").read_text() == "sound, tagged"

    def tag(part: Path) -> None:
        part.write_text("sound, tagged")

    crash_everywhere(how, begin, lambda room: atomic.place(room / "take", room / "song", tag), check)


def attend_all(venue: Venue) -> None:
    for recording in list(recordings.recordings(venue)):
        assert some_ears(venue).attend(recording) == 0


@pytest.mark.parametrize("name", ["5-anna.wav", "zia pina.wav"])
def test_a_second_chance_is_one_whenever_the_operators_command_dies(how: How, name: str) -> None:
    def venue(room: Path) -> Venue:
        return Venue(room / "venue")

    def begin(room: Path) -> None:
        a_venue(room)
        some_ears(venue(room), ScriptedTranscriber([unreachable()]), retry=0).attend(a_claimed_note(venue(room), name))

    def act(room: Path) -> None:
        put_back(venue(room), name, EIGHT.replace(hour=21), table=TableId(5))

    def check(room: Path, fate: Fate) -> None:
        attend_all(venue(room))
        if fate == "died" and reasons.read_all(venue(room).transcription_errors):  # still there for all to see
            act(room)
            attend_all(venue(room))
        assert len(list(venue(room).staged(TableId(5)).iterdir())) == 1
        assert not list(venue(room).transcription_errors.iterdir())

    crash_everywhere(how, begin, act, check)


@pytest.mark.parametrize("afresh", [False, True])
def test_a_failed_job_goes_back_to_work_once_whenever_the_operators_command_dies(how: How, *, afresh: bool) -> None:
    def begin(room: Path) -> None:
        venue = a_venue(room)
        job = Job(JobId("5_203000_a1b2c3"), venue.failed_processing / "5_203000_a1b2c3")
        atomic.make_folder(job.transcripts)
        atomic.write_text(job.transcripts / "anna.txt", "a note")
        orders.write(job.folder, [Request("kie", "failed"), Request("kie", "cooking", id=RequestId("task"))])
        atomic.write_json(job.folder / "steps" / "summary.json", {"value": "a summary"})
        job.update(attempt=4)

    def act(room: Path) -> None:
        put_back(Venue(room / "venue"), "a1b2c3", EIGHT, afresh=afresh, pay_again=afresh)

    def check(room: Path, fate: Fate) -> None:
        venue = Venue(room / "venue")
        if fate == "died" and not jobs.open_jobs(venue):
            act(room)
        (job,) = jobs.open_jobs(venue)
        assert not list(venue.failed_processing.iterdir())
        assert job.status.attempt == 1
        assert (job.transcripts / "anna.txt").read_text() == "a note"
        steps = {path.name for path in (job.folder / "steps").glob("*.json")}
        assert steps == (set() if afresh else {"orders.json", "summary.json"}), "forgotten, or kept, as a whole"
        assert afresh or [one.state for one in orders.read(job.folder)] == ["cooking"]

    crash_everywhere(how, begin, act, check)
