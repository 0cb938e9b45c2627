"""journal.db's rows: as the services, or a rebuild from the spool, write them, and as they are read."""

from dataclasses import dataclass
from typing import Final

from stornello.domain.names import TableId
from stornello.domain.songs import SongCard
from stornello.spool.charges import Charge

COLUMNS: Final = {
    "recordings": ("arrival", "sha256", "name", "tbl", "outcome", "chars", "at", "engine", "seconds"),
    "songs": ("id", "tbl", "title", "duration_s", "engine", "at", "told_at", "words_by", "heard_by", "seconds"),
    "costs": ("id", "at", "seam", "engine", "tbl", "about", "euro", "credits", "state"),
    "failures": ("job", "tbl", "code", "at"),
    "plays": ("song", "started_at", "heard_s", "kind"),
}
"""The tables, and what a row of each holds."""

SHA_DIGITS: Final = 16
"""So many of a recording's sha256 are in the names of its files, and here."""

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of ``table``, its cells in the order of :data:`COLUMNS`."""

    table: str
    cells: tuple[Cell, ...]

    @property
    def statement(self) -> str:
        """The SQL that writes the row; one that is known is written over and keeps its place among the others."""
        columns = COLUMNS[self.table]
        marks = ", ".join("?" * len(columns))
        anew = ", ".join(f"{column} = excluded.{column}" for column in columns)
        into = f"INTO {self.table} ({', '.join(columns)}) VALUES ({marks})"
        return f"INSERT {into} ON CONFLICT DO UPDATE SET {anew}"

    def __getitem__(self, column: str) -> Cell:
        return self.cells[COLUMNS[self.table].index(column)]


@dataclass(frozen=True, slots=True)
class Ended:
    """A recording's end: ``outcome`` is staged, short, error or duplicate.

    ``arrival`` is the name it had while it was heard, ``seconds`` the time from its claim; "" and None: not known.
    """

    arrival: str
    sha256: str
    name: str
    table: TableId | None
    outcome: str
    chars: int
    at: str
    engine: str = ""
    seconds: float | None = None

    def row(self) -> Row:
        """Return its row."""
        return Row(
            "recordings",
            (
                *(self.arrival, self.sha256[:SHA_DIGITS], self.name, self.table, self.outcome),
                *(self.chars, self.at, self.engine, self.seconds),
            ),
        )


def song(card: SongCard, seconds: float | None) -> Row:
    """Return the row of a finished song that took ``seconds`` from claim to card; None: not known."""
    by = card.engines.get
    return Row(
        "songs",
        (
            *(card.id, card.table, card.title, card.sound.duration_s, by("music", ""), card.created_at),
            *(card.told_at, by("words", ""), by("speech", ""), seconds),
        ),
    )


def cost(charge: Charge) -> Row:
    """Return the row of a paid call."""
    return Row(
        "costs",
        (
            *(charge.id, charge.at, charge.seam, charge.engine, charge.table, charge.about),
            *(charge.euro if charge.counts else 0.0, charge.credits, charge.state),
        ),
    )


def failure(job: str, table: TableId, code: str, at: str) -> Row:
    """Return the row of a job that did not become a song."""
    return Row("failures", (job, table, code, at))


def play(song: str, started_at: str, heard_s: float, kind: str) -> Row:
    """Return the row of a piece that the room heard: of one beginning there is one row, however often it is written."""
    return Row("plays", (song, started_at, heard_s, kind))


@dataclass(frozen=True, slots=True)
class SongRow:
    """A finished song. Times are ISO 8601; ``told_at`` is empty where that is not known, ``seconds`` None.

    ``seconds`` it took from claim to card.
    """

    id: str
    table: TableId
    title: str
    duration_s: float
    music_by: str
    made_at: str
    told_at: str
    words_by: str
    heard_by: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """A recording's end, ``seconds`` after its claim: ``outcome`` is staged, short, error or duplicate."""

    name: str
    table: TableId | None
    outcome: str
    engine: str
    at: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class PlayRow:
    """A piece that the room began to hear at ``started_at``, by its key, and what it heard of it so far.

    ``kind`` is song, or one of the fillers: replay, house, bed (domain/pieces.py).
    """

    song: str
    started_at: str
    heard_s: float
    kind: str


@dataclass(frozen=True, slots=True)
class FailureRow:
    """A job that did not become a song."""

    job: str
    table: TableId
    code: str
    at: str
