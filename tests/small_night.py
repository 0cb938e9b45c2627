"""A night in small, with one row or more in each of the journal's tables; no process, no waiting."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from builders import a_card
from purses import a_ledger, a_song, paid
from stornello.domain.names import JobId, TableId
from stornello.spool import atomic, reasons
from stornello.spool.journal import Journal
from stornello.spool.journal_rows import COLUMNS
from stornello.spool.paths import Venue
from venues import EIGHT, STORY, ScriptedTranscriber, a_claimed_note, a_venue, some_ears, unreachable

NO_TIMES = {"at", "seconds"}
"""What the spool tells otherwise (a file's time), or not at all."""


def rows_of(path: Path) -> dict[str, list[dict[str, object]]]:
    """All rows without what the spool does not tell."""
    with closing(sqlite3.connect(path)) as db:
        return {
            table: [
                {name: cell for name, cell in zip(columns, row, strict=True) if name not in NO_TIMES}
                for row in db.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {columns[0]}, {columns[1]}")  # noqa: S608 - ours
            ]
            for table, columns in COLUMNS.items()
        }


def a_small_night(folder: Path) -> Venue:
    """One recording of each end, one song, one failure, one paid call, two plays."""
    venue = a_venue(folder)
    script: list[str | BaseException] = [STORY, STORY, "poco", unreachable()]
    ears = some_ears(venue, ScriptedTranscriber(script), retry=0)
    for hertz, name in enumerate(["5-anna.wav", "6-luca.wav", "5-zoe.wav", "7-rosa.wav", "nessuno.wav"]):
        ears.attend(a_claimed_note(venue, name, hertz=300.0 + 50 * hertz, minute=hertz))
    journal = Journal(venue.journal)
    sung, failed = JobId("5_203000_a1b2c3"), JobId("6_203000_c0ffee")
    (venue.failed_processing / failed).mkdir()
    venue.staged(TableId(5)).rename(venue.archived_transcripts / sung)
    venue.staged(TableId(6)).rename(venue.failed_processing / failed / "transcripts")
    card = replace(a_card(sung), engines={"speech": "", "words": "w", "music": "m"})
    atomic.write_json(venue.card(card.id), card.to_json())
    journal.song(card, 80.0)
    reasons.write(venue.failed_processing / failed, unreachable(), EIGHT)
    journal.failure(failed, TableId(6), "away", EIGHT)
    paid(a_ledger(venue.ledger), 0.05, a_song(sung, 5))
    journal.cost(a_ledger(venue.ledger).tonight()[0])
    for minute in (10, 20):
        journal.play("one", EIGHT.replace(minute=minute), 61.5)
    return venue
