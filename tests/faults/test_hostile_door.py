"""What stands at the door may be no file, or turn into none between the look, the claim and the reading."""

import errno
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from hostile import BROKEN_S, Siege, a_sound, sha
from odd_files import NO_FILES
from stornello.audio_watchdog.flood import HOUR_S, Flood
from stornello.audio_watchdog.wav import completeness
from stornello.domain.names import TableId
from stornello.spool import atomic, outside, quarantine
from stornello.spool.disk import Disk


@pytest.fixture
def siege(tmp_path: Path) -> Siege:
    return Siege(tmp_path / "place")


@pytest.mark.parametrize("make", NO_FILES.values(), ids=NO_FILES)
def test_what_is_no_file_stays_outside_and_stalls_nobody(siege: Siege, make: Callable[[Path], None]) -> None:
    make(siege.venue.from_tables / "5-anna.wav")
    siege.around = siege._around()
    for _ in range(3):
        siege.pass_by()
    assert siege.ends().total() == 0
    assert os.path.lexists(siege.venue.from_tables / "5-anna.wav")
    siege.hears_the_next()
    assert siege.is_intact()


@pytest.mark.parametrize("make", NO_FILES.values(), ids=NO_FILES)
def test_what_takes_a_files_name_before_the_claim_is_set_aside_unopened(
    siege: Siege, make: Callable[[Path], None]
) -> None:
    path = siege.drop("5-anna.wav", a_sound(1))
    path.unlink()
    make(path)
    siege.watchdog._claims.claim(path, "5-anna.wav", siege.clock.now())
    siege.settle()
    assert siege.ends() == {"not-a-file": 1}
    assert siege.archived().total() == 0, "what is no file has no place among the recordings"
    quarantine.put_back(siege.venue, "5-anna.wav", siege.clock.now())
    siege.settle()
    assert siege.ends() == {"not-a-file": 1}, "and it stays none"
    siege.hears_the_next()
    assert siege.is_intact()


@pytest.mark.parametrize("make", NO_FILES.values(), ids=NO_FILES)
def test_nobody_waits_for_a_pipe_or_follows_a_link(siege: Siege, tmp_path: Path, make: Callable[[Path], None]) -> None:
    odd = siege.venue.from_tables / "odd.wav"
    make(odd)
    for read in (outside.text, completeness, outside.open_file):
        with pytest.raises(OSError, match="odd"):
            read(odd)
    with pytest.raises(OSError, match="odd"):
        atomic.place(odd, tmp_path / "copy")
    assert not list(tmp_path.glob("*copy*"))


def test_a_file_that_is_taken_away_before_the_claim_was_never_there(siege: Siege) -> None:
    path = siege.drop("5-anna.wav", a_sound(1))
    siege.watchdog.tick()
    siege.clock.sleep(2)
    siege.watchdog.door.finished(siege.clock.monotonic())
    path.unlink()
    siege.settle()
    assert siege.ends().total() == 0
    siege.hears_the_next()


def a_pipe_instead(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def a_link_instead(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/passwd")


SPOIL: dict[str, Callable[[Path], object]] = {
    "removed": Path.unlink,
    "emptied": lambda path: os.truncate(path, 0),
    "cut": lambda path: os.truncate(path, 30),
    "replaced": lambda path: path.write_bytes(b"\0" * 100),
    "a pipe": a_pipe_instead,
    "a link": a_link_instead,
}


@pytest.mark.parametrize("spoil", SPOIL.values(), ids=SPOIL)
def test_a_recording_that_is_spoilt_after_its_hash_has_one_end(siege: Siege, spoil: Callable[[Path], object]) -> None:
    path = siege.drop("5-anna.wav", a_sound(1))
    recording = siege.watchdog._claims.claim(path, "5-anna.wav", siege.clock.now())
    audio = recording.audio
    assert audio
    recording.learn(sha256=sha(audio.read_bytes()))  # as an attempt that was broken off leaves it
    spoil(audio)
    siege.settle()
    assert siege.ends().total() <= 1
    assert siege.texts() == 0
    siege.hears_the_next()
    assert siege.is_intact()


def test_a_writer_that_goes_on_after_the_claim_spoils_nothing_but_its_own(siege: Siege) -> None:
    path = siege.drop("5-anna.wav", a_sound(1))
    with path.open("ab") as writer:
        siege.watchdog._claims.claim(path, "5-anna.wav", siege.clock.now())
        writer.write(b"late")
        writer.flush()
        siege.settle()
        writer.write(b"later")
    assert siege.ends() == {"song": 1}
    assert siege.archived().total() == 1


def test_hard_links_are_heard_once_and_what_they_link_to_stays(siege: Siege) -> None:
    elsewhere = siege.folder / "mine.wav"
    elsewhere.write_bytes(a_sound(1))
    siege.around = siege._around()
    for name in ("5-anna.wav", "5-bruno.wav"):
        os.link(elsewhere, siege.venue.from_tables / name)
    siege.settle()
    assert siege.ends() == {"song": 1}
    assert siege.is_intact()


@pytest.mark.parametrize("year", [1902, 1960, 1970, 2038, 2200, 2446, 30_000])
def test_a_file_of_any_year_comes_in(siege: Siege, year: int) -> None:
    path = siege.drop("5-anna.wav", a_sound(1))
    with suppress(OSError):  # a file system that knows no such year has files of none
        os.utime(path, ((year - 1970) * 31_556_952,) * 2)
    siege.settle()
    assert siege.ends() == {"song": 1}


def test_two_names_that_differ_only_in_case_or_composition_are_two_recordings(siege: Siege) -> None:
    for number, name in enumerate(("5-ANNA.wav", "5-anna.wav", "5-zo\u00eb.wav", "5-zoe\u0308.wav")):
        siege.drop(name, a_sound(number))
    siege.settle()
    assert siege.ends() == {"song": 4}
    assert siege.archived().total() == 4


class Immutable(Disk):
    """The machine's disk, on which nobody may move the file ``path``: as ``chattr +i`` makes it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def rename(self, source: Path, target: Path) -> None:
        if source == self.path:
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), str(source))
        super().rename(source, target)


def test_a_file_that_nobody_may_move_delays_nobody(siege: Siege) -> None:
    path = siege.drop("5-anna.wav", a_sound(1))
    with atomic.on(Immutable(path)):
        for _ in range(3):
            siege.pass_by()
        siege.drop("6-next.wav", a_sound(2))
        for _ in range(3):
            siege.pass_by()
        assert siege.ends() == {"song": 1}
        assert path.exists()
    siege.pass_by(700)
    siege.settle()
    assert siege.ends() == {"song": 2}


def test_many_empty_files_are_refused_unopened_and_the_next_one_is_heard(siege: Siege) -> None:
    for number in range(30):
        siege.drop(f"5-{number}.wav", b"")
    siege.hears_the_next()
    assert siege.ends() == {"empty": 30, "song": 1}


def test_a_table_has_so_many_heard_in_an_hour_and_others_are_kept_for_a_word(tmp_path: Path) -> None:
    siege = Siege(tmp_path / "place", most_an_hour=3, workers=1)  # two would race for the third place
    for number in range(5):
        siege.drop(f"5-{number}.wav", a_sound(number))
    siege.drop("6-anna.wav", a_sound(9))
    siege.drop("nobody.wav", a_sound(10))
    siege.settle()
    assert siege.ends() == {"song": 4, "too-many": 2, "no-table": 1}
    assert (siege.transcriber.calls, siege.archived().total()) == (4, 7), "nothing is paid for, all is archived"
    entry = next(folder for folder in siege.venue.transcription_errors.iterdir() if folder.name.endswith("_5-3.wav"))
    quarantine.put_back(siege.venue, entry.name, siege.clock.now())
    siege.settle()
    assert siege.ends() == {"song": 5, "too-many": 1, "no-table": 1}, "who asks for it gets it heard"
    siege.pass_by(HOUR_S)
    siege.drop("5-later.wav", a_sound(11))
    siege.settle()
    assert siege.ends()["song"] == 6


def test_a_recording_is_counted_once_however_often_it_is_tried(siege: Siege) -> None:
    flood = Flood(1, siege.clock)
    assert [flood.admits(TableId(5), arrival) for arrival in ("a", "a", "b", "a")] == [True, True, False, True]
    siege.clock.sleep(HOUR_S - 1)
    assert not flood.admits(TableId(5), "b")
    siege.clock.sleep(1)
    assert flood.admits(TableId(5), "b")


def test_from_any_number_of_threads_no_more_are_let_through_than_may(siege: Siege) -> None:
    flood, let_through = Flood(7, siege.clock), []

    def ask(number: int) -> None:
        let_through.append(flood.admits(TableId(5), str(number)))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(let_through) == 7


def test_a_sparse_giant_is_refused_unread_and_takes_no_room(siege: Siege) -> None:
    path = siege.drop("5-anna.wav", b"")
    os.truncate(path, 4 << 30)
    siege.pass_by()
    siege.pass_by(5 * BROKEN_S)
    siege.settle()
    assert siege.ends() == {"too-large": 1}
    assert sum(file.stat().st_blocks for file in siege.venue.root.rglob("audio*")) == 0
