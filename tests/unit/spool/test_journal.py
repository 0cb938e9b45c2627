"""journal.db: what happened, for history; files of earlier versions go on."""

import multiprocessing
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from builders import a_card
from stornello.domain.names import TableId
from stornello.spool import journal_versions
from stornello.spool.journal import Journal
from stornello.spool.journal_rows import PlayRow
from venues import EIGHT

FIVE = TableId(5)

FIRST_VERSION = """
CREATE TABLE recordings (
    sha256 TEXT NOT NULL, name TEXT NOT NULL, tbl INTEGER, outcome TEXT NOT NULL, chars INTEGER NOT NULL,
    at TEXT NOT NULL, PRIMARY KEY (sha256, outcome)
);
CREATE TABLE songs (
    id TEXT PRIMARY KEY, tbl INTEGER NOT NULL, title TEXT NOT NULL, duration_s REAL NOT NULL, engine TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE TABLE failures (job TEXT PRIMARY KEY, tbl INTEGER NOT NULL, code TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE plays (id INTEGER PRIMARY KEY, song TEXT NOT NULL, started_at TEXT NOT NULL, heard_s REAL);
INSERT INTO recordings VALUES ('ab', '5-anna.wav', 5, 'staged', 42, '2026-11-20T20:00:00+00:00');
INSERT INTO songs VALUES ('old', 5, 'Vecchia', 61.0, 'embedded', '2026-11-20T20:01:00+00:00');
INSERT INTO failures VALUES ('5_200000_a1b2c3', 5, 'job-crashed', '2026-11-20T20:02:00+00:00');
INSERT INTO plays VALUES (1, 'old', '2026-11-20T20:03:00+00:00', NULL);
INSERT INTO plays VALUES (2, 'new', '2026-11-20T20:05:00+00:00', 61.5);
INSERT INTO plays VALUES (3, 'old', '2026-11-20T20:07:00+00:00', 60.0);
"""
"""What the house wrote before anything cost money."""


def an_old_journal(folder: Path) -> Path:
    path = folder / "journal.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript("PRAGMA journal_mode = WAL;" + FIRST_VERSION)
    return path


def read_all(path: Path) -> tuple[list[str], list[str], list[str]]:
    journal = Journal(path)
    return (
        [song.title for song in journal.songs()],
        [row.name for row in journal.recordings()],
        [row.code for row in journal.failures()],
    )


def remember(path: Path) -> None:
    Journal(path).song(replace(a_card("new", title="Nuova"), told_at="2026-11-23T20:00:00+00:00"))


def version_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        (version,) = db.execute("PRAGMA user_version").fetchone()
    return int(version)


def test_a_journal_of_the_first_version_is_read_and_goes_on(tmp_path: Path) -> None:
    path = an_old_journal(tmp_path)
    assert read_all(path) == (["Vecchia"], ["5-anna.wav"], ["job-crashed"])
    plays = [("old", "03", 0.0), ("new", "05", 61.5), ("old", "07", 60.0)]
    heard = [PlayRow(song, f"2026-11-20T20:{minute}:00+00:00", heard_s, "song") for song, minute, heard_s in plays]
    assert Journal(path).plays() == heard
    remember(path)
    Journal(path).recording("cd" * 32, "6-luca.wav", TableId(6), "staged", 30, EIGHT, "openai (gpt-transcribe)")
    old, new = Journal(path).songs()
    assert (old.told_at, old.words_by, old.music_by) == ("", "", "embedded")
    assert (new.told_at, new.words_by, new.heard_by) == ("2026-11-23T20:00:00+00:00", "test", "test")
    assert [row.engine for row in Journal(path).recordings()] == ["", "openai (gpt-transcribe)"]
    assert Journal(path).plays() == heard, "brought up to date on disk too"


def test_whoever_comes_first_brings_an_old_journal_up_to_date_and_nothing_is_lost(tmp_path: Path) -> None:
    path = an_old_journal(tmp_path)
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=remember, args=(path,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 4
    assert read_all(path)[0] == ["Vecchia", "Nuova"]
    assert version_of(path) == len(journal_versions.VERSIONS)


def test_a_crash_while_it_is_brought_up_to_date_leaves_the_old_one(tmp_path: Path) -> None:
    path = an_old_journal(tmp_path)
    with closing(sqlite3.connect(path)) as db:  # as far as one of the changes, never committed
        db.execute("BEGIN IMMEDIATE")
        db.execute("ALTER TABLE recordings ADD COLUMN engine TEXT NOT NULL DEFAULT ''")
    assert version_of(path) == 0
    assert read_all(path) == (["Vecchia"], ["5-anna.wav"], ["job-crashed"])
    assert version_of(path) == 0, "who only reads changes nothing"
    remember(path)
    assert version_of(path) == len(journal_versions.VERSIONS)


def test_a_journal_of_a_later_version_is_written_as_far_as_we_know_it(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    remember(path)
    with closing(sqlite3.connect(path)) as db:
        db.executescript("ALTER TABLE songs ADD COLUMN mood TEXT; PRAGMA user_version = 99")
    Journal(path).song(a_card("newer", title="Ultima"))
    assert {song.title for song in Journal(path).songs()} == {"Nuova", "Ultima"}
    assert version_of(path) == 99


def test_who_heard_is_told_by_the_beginnings_of_the_shas_each_once_in_order(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    for minute, (sha, engine) in enumerate([("aa", "kitchen ears"), ("bb", "openai"), ("cc", "openai"), ("dd", "x")]):
        journal.recording(sha * 32, "n", FIVE, "staged", 20, EIGHT.replace(minute=minute), engine)
    journal.recording("aa" * 32, "n", None, "duplicate", 0, EIGHT)
    shas = ["cc" * 8, "bb" * 8, "aa" * 8, "ee" * 8]
    assert journal.heard_by(shas) == ("kitchen ears", "openai")
    assert journal.heard_by([]) == ()
    assert journal.heard_by(["%", "aa"]) == ()


@pytest.mark.parametrize("content", [None, b"this is no database at all" * 100])
def test_a_journal_that_is_missing_or_damaged_reads_as_empty_and_nothing_is_made(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "journal.db"
    if content:
        path.write_bytes(content)
    journal = Journal(path)
    read = (journal.songs(), journal.recordings(), journal.failures(), journal.plays(), journal.heard_by(["a"]))
    assert read == ([], [], [], [], ())
    assert not journal.is_readable()
    assert path.exists() == bool(content)


def test_a_journal_that_was_written_is_readable(tmp_path: Path) -> None:
    remember(tmp_path / "journal.db")
    assert Journal(tmp_path / "journal.db").is_readable()
