""".tmp_player/takes/{sha256}: whose song a sound is, so that a studio's copy of one song is never played as another.

A file an entry, its text the song's id: to ask costs the same on the first night and after ten thousand songs. An entry
counts while its song is in songs/ or in the making; whoever finds another may take its place. Missing as a whole, as in
a venue of an earlier version, it is built from the cards.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock

from stornello.domain.names import JobId, SongId
from stornello.spool import atomic
from stornello.spool.paths import Venue
from stornello.spool.playlist import LOCK_POLL_S


def claim(venue: Venue, sha256: str, song: SongId) -> bool:
    """Note durably that the sound with this sum is ``song``'s; return False, and change nothing, if it is another's."""
    folder = _folder(venue)
    with FileLock(f"{folder}.lock", poll_interval=LOCK_POLL_S):
        if not folder.is_dir():
            _build(venue, folder)
        owner = _owner(folder / sha256)
        if owner == song:
            return True
        if owner and _is_song(venue, owner):
            return False
        atomic.write_text(folder / sha256, song)
        return True


def _folder(venue: Venue) -> Path:
    return venue.scratch / "takes"


def _owner(entry: Path) -> SongId:
    """Return whose an entry says it is; empty for an entry that is missing or damaged."""
    try:
        text = entry.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return SongId("")
    return SongId("" if "/" in text or "\0" in text else text)


def _is_song(venue: Venue, song: SongId) -> bool:
    return venue.card(song).exists() or venue.job(JobId(song)).is_dir()


def _build(venue: Venue, folder: Path) -> None:
    """Enter the songs there are, and publish the whole by one rename; what a crash left of an attempt is used again."""
    partial = folder.with_name("takes.partial")
    atomic.make_folder(partial)
    for song, sha256 in _cards(venue):
        if _owner(partial / sha256) != song:
            atomic.write_text(partial / sha256, song)
    atomic.move_folder(partial, folder)


def _cards(venue: Venue) -> Iterator[tuple[SongId, str]]:
    for card in venue.songs.glob("*.json"):
        try:
            sha256 = json.loads(card.read_text(encoding="utf-8")).get("sha256", "")
        except (OSError, ValueError, AttributeError, RecursionError):
            continue
        if isinstance(sha256, str) and sha256.isalnum():
            yield SongId(card.stem), sha256
