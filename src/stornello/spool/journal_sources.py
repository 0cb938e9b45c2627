"""What the spool tells of all that has happened: the rows of a journal that is built anew.

Not in the spool, and so not here: recordings that were heard before, jobs that were put back to work, and how long
things took. A rebuild takes these from the old journal, as far as it can be read.
"""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from stornello.domain.names import SongId, TableId, origin_of
from stornello.domain.songs import SongCard
from stornello.spool import charges, jobs, journal_rows, reasons, staging
from stornello.spool.journal_rows import Ended, Row
from stornello.spool.paths import Venue
from stornello.spool.recordings import Recording

_ARRIVAL = len("20261123T200000000000")
_UNKNOWN_SHA = "0" * journal_rows.SHA_DIGITS
_STARTED, _OVER = {"piece started", "song started"}, {"piece over", "song over"}
"""The player's events; the latter of each are an earlier version's, which knew songs only."""

_NAMED = 3
"""``{arrival}_{sha}_{name}``: the parts of an archived recording's name."""


def everything(venue: Venue) -> Iterator[Row]:
    """Yield the rows of all that the spool still knows."""
    cards = list(_cards(venue))
    yield from _recordings(venue, {card.id: card.engines.get("speech", "") for card in cards})
    yield from (journal_rows.song(card, None) for card in cards)
    yield from _failures(venue)
    yield from _costs(venue)
    yield from _plays(venue)


def _cards(venue: Venue) -> Iterator[SongCard]:
    """Yield the cards of songs/ and of the songs that could not be played."""
    files = [*_entries(venue.songs), *(entry / f"{entry.name}.json" for entry in _entries(venue.failed_processing))]
    for file in files:
        if file.suffix == ".json" and not file.name.startswith("."):
            try:
                yield SongCard.from_json(json.loads(file.read_text(encoding="utf-8")))
            except (OSError, ValueError, KeyError, TypeError):
                continue


def _failures(venue: Venue) -> Iterator[Row]:
    for entry in _entries(venue.failed_processing):
        is_job = jobs.is_job_name(entry.name) and (entry / "transcripts").is_dir()
        if is_job and (reason := reasons.read(entry)):
            yield journal_rows.failure(entry.name, jobs.table_of(entry.name), reason.code, reason.at)


def _costs(venue: Venue) -> Iterator[Row]:
    for night in charges.nights(venue.ledger):
        yield from map(journal_rows.cost, charges.read(venue.ledger, night).charges)


def _plays(venue: Venue) -> Iterator[Row]:
    """Yield the plays that the player's log, as far back as it goes, tells; of some it tells no end."""
    begun: dict[str, dict[str, object]] = {}
    for line in _log_lines(venue):
        piece = _key(line)
        if line.get("event") in _STARTED:
            if piece in begun:
                yield _play(begun[piece], 0.0)
            begun[piece] = line
        elif line.get("event") in _OVER and piece in begun:
            yield _play(begun.pop(piece), line.get("heard_s"))
    for line in begun.values():
        yield _play(line, 0.0)


def _play(begun: dict[str, object], heard_s: object) -> Row:
    moment = datetime.fromisoformat(str(begun["at"])).astimezone(UTC)
    kind = str(begun.get("kind", "song"))  # the log of an earlier version has none
    return journal_rows.play(
        _key(begun), moment.isoformat(), heard_s if isinstance(heard_s, int | float) else 0.0, kind
    )


def _key(line: dict[str, object]) -> str:
    return str(line.get("piece", line.get("song", "")))


def _log_lines(venue: Venue) -> Iterator[dict[str, object]]:
    for name in ("riproduzione.log.2", "riproduzione.log.1", "riproduzione.log"):
        try:
            with (venue.logs / name).open(encoding="utf-8", errors="replace") as log:
                yield from (line for line in map(_object, log) if isinstance(line.get("at"), str))
        except OSError:
            continue


def _object(line: str) -> dict[str, object]:
    if '"song ' not in line and '"piece ' not in line:
        return {}
    try:
        found = json.loads(line)
        datetime.fromisoformat(found["at"])
    except (ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _recordings(venue: Venue, speech: dict[SongId, str]) -> Iterator[Row]:
    """Yield the ends of all recordings: archived ones are staged unless they lie among the short ones."""
    texts = dict(_texts(venue))
    ended = {entry.name[:_ARRIVAL] for entry in _entries(venue.hearing)}  # not ended yet: told when they do
    for outcome, folder in (("short", venue.short_transcriptions), ("error", venue.transcription_errors)):
        for entry in _entries(folder):
            ended.add(entry.name[:_ARRIVAL])
            yield _aside(entry, outcome)
    for outcome, folder in (("staged", venue.archived_recordings), ("error", venue.archived_recordings / "refused")):
        for name in _names(folder):
            arrival, _, rest = name.partition("_")
            if rest and len(arrival) == _ARRIVAL and arrival not in ended:
                yield _archived(name, outcome, texts.get(arrival), speech)


def _aside(entry: Path, outcome: str) -> Row:
    recording, reason = Recording(entry.name[:_ARRIVAL], entry), reasons.read(entry)
    facts, origin = recording.facts, recording.origin
    at = reason.at if reason else _arrived(entry.name)
    chars = _chars(recording.transcript) if outcome == "short" else 0
    name = facts.get("name", entry.name[_ARRIVAL + 1 :])
    table, heard_by = origin.table if origin else None, facts.get("heard_by", "")
    return Ended(recording.arrival, facts.get("sha256", ""), name, table, outcome, chars, at, heard_by).row()


def _archived(name: str, outcome: str, found: tuple[Path, str] | None, speech: dict[SongId, str]) -> Row:
    arrival, sha, original = (*name.split("_", _NAMED - 1), "", "")[:_NAMED]
    text = found and found[0] / found[1]
    origin = None if text else origin_of(original)
    table = _table_of(text) if text else origin.table if origin else None
    heard_by = speech.get(SongId(text.parent.name), "") if text else ""
    at = _changed(text) if text else _arrived(name)
    chars = _chars(text) if text else 0
    return Ended(arrival, "" if sha == _UNKNOWN_SHA else sha, original, table, outcome, chars, at, heard_by).row()


def _texts(venue: Venue) -> Iterator[tuple[str, tuple[Path, str]]]:
    """Yield each of our own transcripts, wherever it has come to, by its recording's arrival."""
    folders = [*_entries(venue.work_in_progress), *_entries(venue.archived_transcripts)]
    for place in (venue.jobs, venue.failed_processing, venue.held):
        folders += [entry / "transcripts" for entry in _entries(place)]
    for folder in folders:
        for name in _names(folder):
            if staging.is_ours(name):
                yield name[:_ARRIVAL], (folder, name)


def _table_of(text: Path) -> TableId | None:
    """Return the table whose transcript lies there: in its own folder, or in a job's."""
    place = text.parent.parent.name if text.parent.name == "transcripts" else text.parent.name
    number = place.split("_", 1)[0]
    return TableId(int(number)) if number.isdecimal() else None


def _chars(text: Path) -> int:
    try:
        return len(text.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return 0


def _changed(file: Path) -> str:
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC).isoformat(timespec="seconds")
    except OSError:
        return ""


def _arrived(name: str) -> str:
    """Return the moment that a name of ours begins with (``20261123T200000000000``); empty where it does not."""
    try:
        moment = datetime.fromisoformat(f"{name[:15]}+00:00")  # a tenth of strptime's time, fifty thousand times
    except ValueError:
        return ""
    return moment.isoformat()


def _entries(folder: Path) -> list[Path]:
    """Return what lies in ``folder``, by name; nothing when it cannot be read."""
    return [folder / name for name in _names(folder)]


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - a fifth of the time, a hundred thousand times
    except OSError:
        return []
