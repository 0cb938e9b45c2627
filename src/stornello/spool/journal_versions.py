"""journal.db's tables, version by version: a file of an earlier version gets what it lacks, and keeps what it has."""

import sqlite3

VERSIONS = (
    """
    CREATE TABLE IF NOT EXISTS recordings (
        sha256 TEXT NOT NULL, name TEXT NOT NULL, tbl INTEGER, outcome TEXT NOT NULL, chars INTEGER NOT NULL,
        at TEXT NOT NULL, PRIMARY KEY (sha256, outcome)
    );
    CREATE TABLE IF NOT EXISTS songs (
        id TEXT PRIMARY KEY, tbl INTEGER NOT NULL, title TEXT NOT NULL, duration_s REAL NOT NULL, engine TEXT NOT NULL,
        at TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS failures (
        job TEXT PRIMARY KEY, tbl INTEGER NOT NULL, code TEXT NOT NULL, at TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS plays (
        id INTEGER PRIMARY KEY, song TEXT NOT NULL, started_at TEXT NOT NULL, heard_s REAL
    );
    """,
    """
    CREATE TABLE IF NOT EXISTS costs (
        id TEXT PRIMARY KEY, at TEXT NOT NULL, seam TEXT NOT NULL, engine TEXT NOT NULL, tbl INTEGER NOT NULL,
        about TEXT NOT NULL, euro REAL NOT NULL, credits REAL, state TEXT NOT NULL
    );
    ALTER TABLE recordings ADD COLUMN engine TEXT NOT NULL DEFAULT '';
    ALTER TABLE songs ADD COLUMN told_at TEXT NOT NULL DEFAULT '';
    ALTER TABLE songs ADD COLUMN words_by TEXT NOT NULL DEFAULT '';
    ALTER TABLE songs ADD COLUMN heard_by TEXT NOT NULL DEFAULT '';
    """,
    """
    CREATE TABLE recordings_by_arrival (
        id INTEGER PRIMARY KEY, arrival TEXT NOT NULL DEFAULT '', sha256 TEXT NOT NULL, name TEXT NOT NULL, tbl INTEGER,
        outcome TEXT NOT NULL, chars INTEGER NOT NULL, at TEXT NOT NULL, engine TEXT NOT NULL DEFAULT '', seconds REAL,
        UNIQUE (arrival, sha256, outcome)
    );
    INSERT OR IGNORE INTO recordings_by_arrival (sha256, name, tbl, outcome, chars, at, engine)
        SELECT substr(sha256, 1, 16), name, tbl, outcome, chars, at, engine FROM recordings ORDER BY at, rowid;
    DROP TABLE recordings;
    ALTER TABLE recordings_by_arrival RENAME TO recordings;
    ALTER TABLE songs ADD COLUMN seconds REAL;
    """,
    """
    CREATE TABLE plays_by_start (
        id INTEGER PRIMARY KEY, song TEXT NOT NULL, started_at TEXT NOT NULL, heard_s REAL,
        kind TEXT NOT NULL DEFAULT 'song', UNIQUE (song, started_at)
    );
    INSERT OR IGNORE INTO plays_by_start (song, started_at, heard_s)
        SELECT song, started_at, heard_s FROM plays ORDER BY id;
    DROP TABLE plays;
    ALTER TABLE plays_by_start RENAME TO plays;
    """,
)
"""What each version added to the one before; the file's user_version counts those that it has."""


def bring_up_to_date(db: sqlite3.Connection) -> None:
    """Add what this version knows and the file does not have yet: all of it or nothing, whoever else does the same."""
    if version_of(db) >= len(VERSIONS):
        return
    with db:
        db.execute("BEGIN IMMEDIATE")
        for version in range(version_of(db), len(VERSIONS)):
            for statement in filter(str.strip, VERSIONS[version].split(";")):
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {len(VERSIONS)}")


def version_of(db: sqlite3.Connection) -> int:
    """Return how many of the versions the file has; more than there are: a later Stornello's."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    return int(version)
