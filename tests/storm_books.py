"""What must be true of a venue after any storm, once it is calm and nobody runs."""

import hashlib
import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from night import Night
from storm_guests import BAD, DUPLICATE, Guest
from storm_operator import bills, ledger, under_way
from stornello.domain.names import JobId
from stornello.domain.songs import SongCard
from stornello.spool.jobs import table_of
from stornello.spool.locks import LifeLock
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist

ENDS = {
    "sung": "song",
    "free": "song",
    "flaky": "song",
    "deaf": "song",
    "stray": "song",
    "short": "short",
    BAD: "error",
}
"""What becomes of each kind in the end; those in one batch with a refused one fail with it."""


def what_is_wrong(night: Night, guests: Sequence[Guest]) -> list[str]:
    """Return every broken promise in one line; nothing when all were kept. Call when nobody runs any more."""
    venue = night.venue
    songs = _songs(venue)
    return [
        *(f"still under way: {entry}" for entry in under_way(venue)),
        *_ends(venue, guests, songs),
        *_duplicates(venue, guests),
        *_archive(venue, guests),
        *_playlist(venue, songs),
        *_used_once(venue, songs),
        *_counts(venue, songs),
        *_money(night),
        *_journal(venue, songs),
        *(f"process left: {pid} {line}" for pid, line in night.left().items()),
        *(f"lock held: {lock.name}" for lock in venue.run.glob("*.lock") if not LifeLock(lock).is_free()),
        *(f"scratch left: {part.relative_to(venue.root)}" for part in venue.root.rglob("*.part")),
    ]


def _songs(venue: Venue) -> dict[JobId, SongCard]:
    """Return the cards of all songs, also of those that could not be played."""
    cards = (*venue.songs.glob("*.json"), *venue.failed_processing.glob("*/*_??????.json"))
    found = (SongCard.from_json(json.loads(card.read_text())) for card in cards)
    return {card.job: card for card in found}


def _ends(venue: Venue, guests: Sequence[Guest], songs: dict[JobId, SongCard]) -> Iterator[str]:
    """Every recording has come to one end, and to the right one."""
    ends = _by_sha(venue, songs)
    refused = {guest.sha for guest in guests if guest.kind == "refused"}
    failed = [set(_shas(batch)) for batch in venue.failed_processing.glob("*/transcripts")]
    with_refused = {sha for batch in failed if batch & refused for sha in batch}
    for guest in guests:
        if guest.kind == DUPLICATE:
            continue
        found = ends.pop(guest.sha, [])
        expected = "failed" if guest.sha in with_refused or guest.kind == "refused" else ENDS[guest.kind]
        if found != [expected]:
            yield f"{guest.name} ({guest.kind}) should be one {expected} and is {found or 'lost'}"
    yield from (f"a recording that nobody brought: {sha} is {found}" for sha, found in ends.items())


def _by_sha(venue: Venue, songs: dict[JobId, SongCard]) -> dict[str, list[str]]:
    """Return where each content is, by the first digits of its sha256."""
    found = defaultdict(list)
    for batch in venue.archived_transcripts.iterdir():
        for sha in _shas(batch):
            found[sha].append("song" if batch.name in songs else "archived without a song")
    for batch in venue.failed_processing.glob("*/transcripts"):
        for sha in _shas(batch):
            found[sha].append("failed")
    for place, name in ((venue.short_transcriptions, "short"), (venue.transcription_errors, "error")):
        for entry in place.iterdir():
            found[_sha_of(entry)].append(name)
    return dict(found)


def _shas(batch: Path) -> list[str]:
    return [text.name.split("_")[1] for text in batch.glob("*.txt")]


def _sha_of(entry: Path) -> str:
    """Return the content's sha256 of an entry that was set aside; by its sound where that is kept."""
    audio = next(entry.glob("audio*"), None)
    if audio:
        return hashlib.sha256(audio.read_bytes()).hexdigest()[:16]
    return str(json.loads((entry / "recording.json").read_text())["sha256"])[:16]


def _duplicates(venue: Venue, guests: Sequence[Guest]) -> Iterator[str]:
    """Who brings what is known is told so, the first or the second of the two."""
    told = {name for (name,) in _rows(venue, "SELECT name FROM recordings WHERE outcome = 'duplicate'")}
    names = defaultdict(set)
    for guest in guests:
        names[guest.sha].add(guest.name)
    for guest in guests:
        if guest.kind == DUPLICATE and not names[guest.sha] & told:
            yield f"{guest.name} is not told to be a duplicate"


def _archive(venue: Venue, guests: Sequence[Guest]) -> Iterator[str]:
    """Every audio that was heard is in the archive once, whole, under one name."""
    files = [file for file in venue.archived_recordings.iterdir() if file.is_file()]
    archived = Counter(hashlib.sha256(file.read_bytes()).hexdigest()[:16] for file in files)
    heard = {guest.sha for guest in guests if guest.kind != BAD}
    yield from (f"archived {archived[sha]} times: {sha}" for sha in heard if archived[sha] != 1)
    yield from (f"archived, and not one that was heard: {sha}" for sha in archived.keys() - heard)
    once_refused = {file.stat().st_ino for file in (venue.archived_recordings / "refused").glob("*")}
    twice = (file for file in files if file.stat().st_nlink > 1 and file.stat().st_ino not in once_refused)
    yield from (f"archived under a second name: {file.name}" for file in twice)


def _playlist(venue: Venue, songs: dict[JobId, SongCard]) -> Iterator[str]:
    """Every song is in the queue or was taken, once."""
    there = Counter(str(card.id) for card in Playlist(venue.playlist).waiting())
    taken = venue.playlist.with_name("playlist.taken")
    there.update(taken.read_text().split() if taken.exists() else [])
    yield from _unequal("songs put and taken", there, (card.id for card in songs.values()))
    bad = venue.playlist.with_name("playlist.bad")
    if bad.exists():
        yield "damaged lines in playlist.bad"


def _used_once(venue: Venue, songs: dict[JobId, SongCard]) -> Iterator[str]:
    """Every transcript is in one song, in that of its own batch."""
    for job, card in songs.items():
        batch = venue.archived_transcripts / job
        texts = sorted(text.read_text().strip() for text in batch.glob("*.txt"))
        if sorted(line for section in card.lyrics.sections for line in section.lines) != texts:
            yield f"the song {job} does not sing what was told"
        if not (venue.songs / card.audio).exists() and not list(venue.failed_processing.glob(f"*/{card.audio}")):
            yield f"the song {job} has no sound"
    lines = Counter(line for card in songs.values() for section in card.lyrics.sections for line in section.lines)
    yield from (f"sung {times} times: {line}" for line, times in lines.items() if times != 1)


def _counts(venue: Venue, songs: dict[JobId, SongCard]) -> Iterator[str]:
    counted = json.loads(venue.producer_state.read_text())
    made = Counter(str(table_of(job)) for job in songs)
    for which in ("songs_tonight", "songs_ever"):
        yield from _unequal(which, Counter(counted[which]), made)


def _money(night: Night) -> Iterator[str]:
    """Every order is one charge, every charge one order, and nobody has paid for the same song twice."""
    ordered = bills(night)
    states = Counter(charge.state for charge in ledger(night.venue).lately() if charge.engine == "counting")
    if states["paid"] != len(ordered) or states.keys() - {"paid", "free"}:
        yield f"{len(ordered)} orders at the studio, but charges {dict(states)}"
    good = Counter(bill["words"] for bill in ordered.values() if not bill["fails"])
    yield from (f"paid {times} times: {words}" for words, times in good.items() if times > 1)


def _journal(venue: Venue, songs: dict[JobId, SongCard]) -> Iterator[str]:
    """The journal is whole, and remembers every song."""
    told = _rows(venue, "PRAGMA integrity_check")
    if told != [("ok",)]:
        yield f"journal: {told}"
    yield from _unequal(
        "the journal's songs", Counter(id_ for (id_,) in _rows(venue, "SELECT id FROM songs")), list(songs)
    )


def _rows(venue: Venue, statement: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(venue.journal)) as journal:
        return journal.execute(statement).fetchall()


def _unequal(what: str, found: Counter[str], expected: Iterable[str]) -> Iterator[str]:
    wanted = Counter(expected)
    if found != wanted:
        yield f"{what}: too many {dict(found - wanted)}, too few {dict(wanted - found)}"
