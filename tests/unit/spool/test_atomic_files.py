"""A file changes whole or not at all, and nothing is overwritten."""

import errno
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stornello.spool import atomic


def test_a_write_replaces_all_of_a_file_and_leaves_nothing_beside(tmp_path: Path) -> None:
    target = tmp_path / "state.json"
    atomic.write_json(target, {"old": "x" * 10_000})
    atomic.write_json(target, {"new": "è"})
    assert json.loads(target.read_text(encoding="utf-8")) == {"new": "è"}
    assert list(tmp_path.iterdir()) == [target]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    (target / "in the way").mkdir(parents=True)
    with pytest.raises(OSError, match="folder"):
        atomic.write(target, b"new")
    assert list(tmp_path.iterdir()) == [target]


@given(st.text(alphabet=st.characters(codec=None)))
def test_any_text_can_be_written_and_read(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    target = tmp_path_factory.getbasetemp() / "any.txt"
    atomic.write_text(target, text)
    assert target.read_bytes().decode() == text.encode(errors="replace").decode()


def test_a_line_after_a_torn_one_stands_alone(tmp_path: Path) -> None:
    target = tmp_path / "lines"
    target.write_bytes(b"whole\ntor")
    atomic.append_line(target, "next")
    atomic.append_line(target, "last")
    assert target.read_bytes() == b"whole\ntor\nnext\nlast\n"


def test_publishing_never_replaces_another_file(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_text("new")
    target.write_text("old")
    with pytest.raises(FileExistsError):
        atomic.publish(source, target)
    assert (source.read_text(), target.read_text()) == ("new", "old")


def test_publishing_again_finishes_a_move_that_a_crash_left_half_way(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_text("sound")
    target.hardlink_to(source)
    atomic.publish(source, target)
    assert not source.exists()
    assert target.read_text() == "sound"


def test_a_folder_never_moves_over_one_with_something_in_it(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    with pytest.raises(OSError, match="b") as refusal:
        atomic.move_folder(tmp_path / "a", tmp_path / "b")
    assert refusal.value.errno in {errno.ENOTEMPTY, errno.EEXIST}
    assert (tmp_path / "a" / "file").read_text() == "a"


def test_a_file_is_brought_from_another_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = tmp_path / "share" / "anna.wav", tmp_path / "venue" / "audio.wav"
    source.parent.mkdir()
    target.parent.mkdir()
    source.write_bytes(b"sound" * 1000)
    rename = Path.rename

    def as_between_devices(one: Path, other: Path) -> Path:
        if one.parent != other.parent:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(one))
        return rename(one, other)

    monkeypatch.setattr(Path, "rename", as_between_devices)
    atomic.bring(source, target)
    assert not source.exists()
    assert target.read_bytes() == b"sound" * 1000
    assert list(target.parent.iterdir()) == [target]


def test_a_file_that_is_gone_is_not_brought(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        atomic.bring(tmp_path / "gone", tmp_path / "here")
    assert not list(tmp_path.iterdir())
