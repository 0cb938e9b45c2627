"""The disk on which tests cut the power: it does what a real one does, and forgets exactly what was not synced."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from crashes import HOWS, OPERATIONS, Crash, How, deaths, dying_at, machine, refusing_from, rooms
from forgetful import Forgetful
from stornello.spool import atomic
from stornello.spool.disk import Disk


def whats_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def a_scene(folder: Path) -> Path:
    folder.mkdir()
    (folder / "old").write_bytes(b"old")
    (folder / "from").mkdir()
    (folder / "from" / "text").write_bytes(b"a text")
    (folder / "to").mkdir()
    return folder


CHANGES: dict[str, Callable[[Disk, Path], object]] = {
    "create": lambda disk, at: disk.create(at / "new", b"new"),
    "append": lambda disk, at: disk.append(at / "old", b" and more"),
    "append to nothing": lambda disk, at: disk.append(at / "new", b"more"),
    "copy": lambda disk, at: disk.copy(at / "old", at / "new"),
    "rename": lambda disk, at: disk.rename(at / "old", at / "new"),
    "rename over": lambda disk, at: disk.rename(at / "from" / "text", at / "old"),
    "rename elsewhere": lambda disk, at: disk.rename(at / "from" / "text", at / "to" / "text"),
    "rename a folder over another": lambda disk, at: disk.rename(at / "from", at / "to"),
    "rename to a new name": lambda disk, at: disk.rename_new(at / "old", at / "new"),
    "link": lambda disk, at: disk.link(at / "old", at / "new"),
    "unlink": lambda disk, at: disk.unlink(at / "old"),
    "mkdir": lambda disk, at: disk.mkdir(at / "new"),
    "rmdir": lambda disk, at: disk.rmdir(at / "to"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_it_does_what_a_real_disk_does_and_a_power_cut_undoes_it(
    ram: Path, tmp_path: Path, change: Callable[[Disk, Path], object]
) -> None:
    real, ours = a_scene(tmp_path / "scene"), a_scene(ram / "scene")
    before = whats_in(ours), sorted(ours.rglob("*"))
    change(Disk(), real)
    change(machine(), ours)
    assert whats_in(ours) == whats_in(real)
    assert {path.relative_to(ours) for path in ours.rglob("*")} == {path.relative_to(real) for path in real.rglob("*")}
    machine().cut("dropped")
    assert (whats_in(ours), sorted(ours.rglob("*"))) == before


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_was_synced_stays(ram: Path, change: Callable[[Disk, Path], object]) -> None:
    ours = a_scene(ram / "scene")
    change(machine(), ours)
    after = whats_in(ours)
    for path in (*ours.rglob("*"), ours):
        machine().sync_folder(path) if path.is_dir() else machine().sync(path)
    machine().cut("dropped")
    assert whats_in(ours) == after


@pytest.mark.parametrize(
    "wrong",
    [
        lambda disk, at: disk.rmdir(at / "from"),
        lambda disk, at: disk.unlink(at / "from"),
        lambda disk, at: disk.unlink(at / "nothing"),
        lambda disk, at: disk.create(at / "old", b""),
        lambda disk, at: disk.rename_new(at / "from" / "text", at / "old"),
        lambda disk, at: disk.rename(at / "to", at / "from"),
        lambda disk, at: disk.link(at / "old", at / "from" / "text"),
        lambda disk, at: disk.sync_folder(at / "nothing"),
    ],
)
def test_it_refuses_what_a_real_disk_refuses(ram: Path, tmp_path: Path, wrong: Callable[[Disk, Path], object]) -> None:
    real, ours = a_scene(tmp_path / "scene"), a_scene(ram / "scene")
    before = whats_in(ours)
    with pytest.raises(OSError) as told:  # noqa: PT011 - which one it is says the real disk
        wrong(Disk(), real)
    with pytest.raises(OSError) as said:  # noqa: PT011 - the same
        wrong(machine(), ours)
    assert (said.value.errno, type(said.value)) == (told.value.errno, type(told.value))
    assert whats_in(ours) == before


def test_content_that_was_not_synced_is_torn_and_names_stay(ram: Path) -> None:
    machine().create(ram / "new", b"12345678")
    machine().append(ram / "new", b"90")
    machine().cut("torn")
    assert whats_in(ram) == {"new": b"12345"}


def test_of_an_appended_file_only_the_end_is_lost(ram: Path) -> None:
    atomic.append_line(ram / "lines", "one")
    machine().append(ram / "lines", b"two\n")
    machine().cut("torn")
    assert whats_in(ram) == {"lines": b"one\ntw"}
    machine().append(ram / "lines", b"o\n")
    machine().cut("dropped")
    assert whats_in(ram) == {"lines": b"one\ntw"}


def test_a_folder_that_was_renamed_is_the_same_folder(ram: Path) -> None:
    atomic.make_folder(ram / "a")
    atomic.write_text(ram / "a" / "text", "text")
    machine().unlink(ram / "a" / "text")
    atomic.move_folder(ram / "a", ram / "b")
    machine().cut("dropped")
    assert whats_in(ram) == {"b/text": b"text"}, "the rename was synced, the removal was not"


def test_it_knows_every_operation_of_the_real_disk() -> None:
    assert set(OPERATIONS) == {name for name in vars(Forgetful) if name in OPERATIONS}
    assert len(OPERATIONS) >= 11


@pytest.mark.parametrize("how", HOWS)
def test_a_life_ends_where_it_was_told_and_stays_dead(ram: Path, how: How) -> None:
    left = set()
    for death, room in zip(deaths(lambda: atomic.write_text(ram / "rehearsed", "new"), how), rooms(), strict=False):
        room.mkdir()
        (room / "state").write_text("old")
        with pytest.raises(Crash), dying_at(death, how) as life:
            atomic.write_text(room / "state", "new")
        assert life.seen == death
        with pytest.raises(Crash):
            life.unlink(room / "state")
        left.add(tuple(sorted(text.decode() for text in whats_in(room).values())))
    whole = {("old",), ("new",), ("new", "old")}
    assert left <= (whole | {("n", "old")} if how == "torn" else whole | {("", "old")})


def test_a_full_disk_takes_half_and_lets_names_go(ram: Path) -> None:
    (ram / "old").write_text("old")
    with refusing_from(1), pytest.raises(OSError, match="No space") as told:
        atomic.write_text(ram / "old", "new")
    assert told.value.errno == errno.ENOSPC
    assert whats_in(ram) == {"old": b"old"}
    with refusing_from(1), pytest.raises(OSError, match="No space"):
        atomic.append_line(ram / "old", "1234")
    assert whats_in(ram) == {"old": b"old\n12"}
    with refusing_from(1, errno.EROFS), pytest.raises(OSError, match="Read-only"):
        atomic.remove(ram / "old")
