"""Whoever builds the journal anew dies at any operation: the old one is there or the new, and no row is lost."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from crashes import HOWS, Crash, How, deaths, dying_at, rooms
from small_night import a_small_night, rows_of
from stornello.spool.journal import Journal

pytestmark = pytest.mark.usefixtures("ram")


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small night whose last play lies beside the journal, not in it yet: its writer was killed."""
    venue = a_small_night(tmp_path_factory.mktemp("night"))
    with closing(sqlite3.connect(venue.journal)) as db:
        db.execute("INSERT INTO plays (song, started_at, heard_s) VALUES ('last', '2026-11-23T21:00:00+00:00', 9)")
        db.commit()
        copy = venue.root.with_name("killed")
        shutil.copytree(venue.root, copy)
    return copy


def damage(path: Path) -> None:
    """Take the journal's end away, and leave what lies beside it."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def replace_by_a_folder(path: Path) -> None:
    """Put a folder where the journal was; what lay beside it stays."""
    path.unlink()
    path.mkdir()
    (path / "mine").write_text("x")


def leave_it_sound(path: Path) -> None:
    """The night as it is."""
    del path


@pytest.mark.parametrize(
    ("ill", "how"),
    [
        *((leave_it_sound, how) for how in HOWS),
        *((damage, how) for how in HOWS),
        *((replace_by_a_folder, "before"), (Path.unlink, "before")),
    ],
)
def test_a_journal_is_built_anew_whenever_its_builder_dies(night: Path, ill: Callable[[Path], None], how: How) -> None:
    def begin(room: Path) -> Path:
        shutil.copytree(night, room)
        ill(room / "journal.db")
        return room / "journal.db"

    def check(path: Path) -> None:
        Journal(path).check()
        assert {table: rows for table, rows in rows_of(path).items() if table != "plays"} == told
        if is_sound:
            assert [play.song for play in Journal(path).plays()] == ["one", "one", "last"]
        assert len(list(path.parent.glob("*.bad"))) <= 1
        assert not list(path.parent.glob("*.bad-2"))
        assert not any(name.samefile(path) for name in path.parent.glob("*.bad*") if name.is_file())

    fresh = rooms()
    is_sound = ill is leave_it_sound
    whole = begin(next(fresh))
    sweep = deaths(lambda: Journal(whole).rebuild(), how)
    told = {table: rows for table, rows in rows_of(whole).items() if table != "plays"}
    assert len(told["songs"]) == 1
    check(whole)
    for death, room in zip(sweep, fresh, strict=False):
        path = begin(room)
        with pytest.raises(Crash), dying_at(death, how):
            Journal(path).rebuild()
        check(path)
