"""What may come in: finished files, oldest first, and nothing else."""

import errno
import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from stornello.audio_watchdog.door import Arrival, Door
from stornello.audio_watchdog.wav import Completeness, completeness
from venues import a_tone, a_voice_note, write_wav

STABLE_S = 1.0
STREAMED_S = 5.0
BROKEN_S = 30.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def door(folder: Path) -> Door:
    return Door(folder, STABLE_S)


def names(door: Door, now_s: float) -> list[str]:
    return [arrival.name for arrival in door.finished(now_s)]


def a_header(told: int) -> bytes:
    return b"RIFF" + struct.pack("<I", told) + b"WAVE"


def comes_in_at(door: Door, begin_s: float = 0.0) -> float:
    """Return after how many seconds the door lets its one file in, in steps of half a second."""
    steps = (step / 2 for step in range(200))
    return next(step for step in steps if names(door, begin_s + step))


def test_a_finished_file_comes_in_once_it_has_been_still(folder: Path, door: Door) -> None:
    a_voice_note(folder / "5-anna.wav")
    assert names(door, 10.0) == []
    assert names(door, 10.9) == []
    assert names(door, 11.0) == ["5-anna.wav"]


def test_files_that_were_there_before_the_start_come_in(folder: Path) -> None:
    a_voice_note(folder / "5-anna.wav")
    os.utime(folder / "5-anna.wav", (0, 0))
    assert comes_in_at(Door(folder, STABLE_S)) == STABLE_S


@pytest.mark.parametrize("name", ["5-anna.wav", "5-anna.mp3"])
def test_a_growing_file_waits_until_it_has_stopped_growing(folder: Path, door: Door, name: str) -> None:
    with (folder / name).open("wb") as file:
        for second in range(10):
            file.write(b"sound" * 100)
            file.flush()
            assert names(door, float(second)) == []


def test_a_file_that_changes_without_growing_waits(folder: Path, door: Door) -> None:
    a_voice_note(folder / "5-anna.wav")
    for second in range(5):
        os.utime(folder / "5-anna.wav", (second, second))
        assert names(door, float(second)) == []


def test_a_slow_writer_may_pause_when_the_header_knows_the_length(folder: Path, door: Door) -> None:
    whole = write_wav(folder.parent / "whole.wav", a_tone(0.5)).read_bytes()
    path = folder / "5-anna.wav"
    for part, begin_s in enumerate((0, 20, 40)):
        path.write_bytes(whole[: (part + 1) * len(whole) // 4])
        assert names(door, begin_s) == []
        assert names(door, begin_s + 19.0) == []
    path.write_bytes(whole)
    assert comes_in_at(door, 60) == STABLE_S


@pytest.mark.parametrize("told", [0, 36, 0xFFFFFFFF, 0xFFFFFFF7, 0x7FFFFFFF, 0x80000023, 0x7FFFF024])
def test_a_header_that_does_not_know_its_length_waits_longer(folder: Path, door: Door, told: int) -> None:
    (folder / "5-anna.wav").write_bytes(a_header(told) + b"\0" * 500)
    assert comes_in_at(door) == STREAMED_S


def test_a_truncated_file_comes_in_at_last(folder: Path, door: Door) -> None:
    whole = write_wav(folder.parent / "whole.wav", a_tone(0.5)).read_bytes()
    (folder / "5-anna.wav").write_bytes(whole[:-1000])
    assert comes_in_at(door) == BROKEN_S


@pytest.mark.parametrize("name", ["5-anna.wav", "5-anna.mp3", "5-anna.txt"])
def test_an_empty_file_is_still_to_come_but_does_not_stay_for_ever(folder: Path, door: Door, name: str) -> None:
    (folder / name).touch()
    assert comes_in_at(door) == BROKEN_S


def test_a_file_that_is_no_sound_by_its_name_waits_longer(folder: Path, door: Door) -> None:
    (folder / "notes.txt").write_text("buy wine")
    assert comes_in_at(door) == STREAMED_S


def test_without_a_window_finished_files_come_in_at_once_and_growing_ones_do_not(folder: Path) -> None:
    a_voice_note(folder / "5-anna.wav")
    whole = (folder / "5-anna.wav").read_bytes()
    (folder / "6-bruno.wav").write_bytes(whole[:-10])
    assert names(Door(folder, 0.0), 0.0) == ["5-anna.wav"]


@pytest.mark.parametrize(
    "name",
    [
        *("5-anna.wav.part", "5-anna.wav.partial", "5-anna.tmp", "5-anna.wav.crdownload", "5-anna.wav.filepart"),
        *("5-anna.wav~", ".5-anna.wav", ".DS_Store", "5-anna.WAV.PART"),
        *("desktop.ini", "Thumbs.db", "THUMBS.DB"),
    ],
)
def test_a_name_that_says_unfinished_or_litter_stays_outside(folder: Path, door: Door, name: str) -> None:
    a_voice_note(folder / name)
    assert names(door, 0) == names(door, 1000) == []


@pytest.mark.parametrize(
    "make",
    [lambda path: path.symlink_to("/etc/hostname"), os.mkfifo, Path.mkdir],
    ids=["link", "pipe", "folder"],
)
def test_what_is_no_file_stays_outside(folder: Path, door: Door, make: Callable[[Path], None]) -> None:
    make(folder / "5-anna.wav")
    assert names(door, 0) == names(door, 1000) == []


def test_a_linked_folder_is_not_followed(folder: Path, door: Door, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    a_voice_note(elsewhere / "anna.wav")
    (folder / "5").symlink_to(elsewhere)
    assert names(door, 0) == names(door, 1000) == []


def test_a_tables_folder_is_looked_into_one_level_deep(folder: Path, door: Door) -> None:
    a_voice_note(folder / "5" / "anna.wav")
    (folder / "5" / "deeper").mkdir()
    a_voice_note(folder / "5" / "deeper" / "bruno.wav")
    assert names(door, 0) == []
    assert names(door, STABLE_S) == ["5/anna.wav"]


def test_the_oldest_comes_in_first(folder: Path, door: Door) -> None:
    for second, name in ((3, "1-c.wav"), (1, "9-a.wav"), (2, "5-b.wav"), (2, "5-a.wav")):
        os.utime(a_voice_note(folder / name), (second, second))
    names(door, 0)
    assert names(door, STABLE_S) == ["9-a.wav", "5-a.wav", "5-b.wav", "1-c.wav"]


def test_a_name_of_another_encoding_comes_in_as_text(folder: Path, door: Door) -> None:
    path = os.fsencode(folder) + b"/5-perch\xe9.mp3"
    with open(path, "wb") as file:  # noqa: PTH123 - bytes on purpose
        file.write(b"sound")
    names(door, 0)
    (arrival,) = door.finished(STABLE_S)
    assert arrival.name == "5-perch\ufffd.mp3"
    assert arrival.path.exists()


def test_a_folder_that_cannot_be_read_is_told_once_and_tried_again(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    looped = folder / "loop"
    looped.symlink_to(looped)
    door = Door(looped, STABLE_S)
    assert names(door, 0) == names(door, 1) == []
    assert len(caplog.records) == 1
    looped.unlink()
    a_voice_note(looped / "5-anna.wav")
    assert names(door, 2) == []
    assert names(door, 3) == ["5-anna.wav"]


class BadEntry:
    """An entry that can be listed and no more, as a damaged disk or a network share has them."""

    name = "4-bad.wav"

    def is_dir(self, *, follow_symlinks: bool) -> bool:
        raise OSError(errno.EIO, f"bad ({follow_symlinks})")


class DoorWithABadEntry(Door):
    def _look(self, entry: os.DirEntry[str], prefix: str) -> Iterator[Arrival]:
        yield from super()._look(cast("os.DirEntry[str]", BadEntry()), prefix)
        yield from super()._look(entry, prefix)


def test_one_bad_entry_is_told_once_and_does_not_close_the_door_for_the_others(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    door = DoorWithABadEntry(folder, STABLE_S)
    for name in ("5-anna.wav", "6-bruno.wav"):
        a_voice_note(folder / name)
    names(door, 0)
    assert sorted(names(door, STABLE_S)) == ["5-anna.wav", "6-bruno.wav"]
    assert len(caplog.records) == 1


def test_a_missing_folder_is_empty(folder: Path) -> None:
    assert names(Door(folder / "missing", STABLE_S), 0) == []


def test_the_door_is_watching_while_something_stands_there(folder: Path, door: Door) -> None:
    assert not door.is_watching()
    path = a_voice_note(folder / "5-anna.wav")
    names(door, 0)
    assert door.is_watching()
    path.unlink()
    names(door, 1)
    assert not door.is_watching()


@pytest.mark.parametrize(
    ("content", "state"),
    [
        (a_header(504) + b"\0" * 500, Completeness.COMPLETE),
        (a_header(503) + b"\0" * 500, Completeness.COMPLETE),
        (a_header(505) + b"\0" * 500, Completeness.GROWING),
        (a_header(100) + b"\0" * 500, Completeness.UNKNOWN),
        (a_header(4), Completeness.COMPLETE),
        (b"RIFF", Completeness.GROWING),
        (b"", Completeness.GROWING),
        (b"ID3 this is an mp3 in disguise", Completeness.UNKNOWN),
        (b"RF64\xff\xff\xff\xffWAVE" + b"\0" * 500, Completeness.UNKNOWN),
    ],
)
def test_a_header_is_held_against_the_real_length(tmp_path: Path, content: bytes, state: Completeness) -> None:
    (tmp_path / "a.wav").write_bytes(content)
    assert completeness(tmp_path / "a.wav") is state
