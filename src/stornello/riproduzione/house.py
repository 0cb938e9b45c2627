"""The house's own music: every sound file in house_music/ and its sub-folders, listened to once, one at a time.

Hidden files, covers, cue sheets and texts are passed over; sound that cannot be played is left where it is, with the
reason in ``listened.json``. A file is listened to when it has not changed between two looks.
"""

import os
from contextlib import suppress
from pathlib import Path

import mutagen

from stornello import media
from stornello.domain.clock import Clock
from stornello.domain.errors import ProviderError, RecordingError
from stornello.domain.pieces import Piece
from stornello.domain.plain import Plain
from stornello.spool import listened
from stornello.spool.listened import Listened
from stornello.spool.paths import Venue

OTHER_SOUND = frozenset({".aac", ".aif", ".aiff", ".ape", ".mid", ".midi", ".wma", ".wv"})
"""Sound by its name, but none of the kinds that are played; other names are not spoken of."""

SHORTEST_S = 3.0
MOST_FILES = 5000
_LONGEST_TITLE = 200
_SETTLED_S = 10.0

_KIND = Plain("non è un formato che si suona", "it is no kind of file that is played")
_OUTSIDE = Plain("è un collegamento a un file fuori dal locale", "it is a link to a file outside the venue")
_LINKED = Plain(
    "è un collegamento a una cartella altrove: copia qui la musica, o monta qui quella cartella (mount --bind)",
    "it is a link to a folder elsewhere: copy the music here, or mount that folder here (mount --bind)",
)
_NAME = Plain("il suo nome non è un testo leggibile (UTF-8)", "its name is no readable text (UTF-8)")
_DAMAGED = Plain("non contiene audio che si possa leggere", "it holds no sound that can be read")
_SHORT = Plain("dura meno di 3 secondi", "it is shorter than 3 seconds")
_SILENT = Plain("è tutto silenzio", "it is nothing but silence")

_State = tuple[int, int]


class House:
    """Knows what of house_music/ can be played. Used by one thread; :attr:`pieces` may be read by any."""

    def __init__(self, venue: Venue, clock: Clock) -> None:
        self.pieces: tuple[Piece, ...] = ()
        self._venue = venue
        self._clock = clock
        self._known = listened.read(venue.listened)
        self._seen: dict[str, _State] = {}

    def look(self) -> bool:
        """Look at the folder and listen to at most one file; return whether another waits to be listened to."""
        found = self._found()
        told = {name: row for name, row in self._known.items() if found.get(name) == (row.size, row.mtime_ns)}
        waiting = [name for name, state in found.items() if name not in told and self._is_settled(name, state)]
        self._seen = found
        first = min(waiting, key=lambda name: found[name], default=None)  # the smallest: soon there is something
        if first is not None:
            size, mtime_ns = found[first]
            with suppress(ProviderError, OSError):  # no ffmpeg, or the file is gone: another time
                told[first] = self._listen(first, size, mtime_ns)
        if told != self._known:
            self._known = told
            with suppress(OSError):  # a full disk: it is known until the end of this service
                listened.write(self._venue.listened, told)
        self.pieces = tuple(_piece(name, row) for name, row in sorted(told.items()) if row.sound)
        return len(waiting) > 1

    def reject(self, piece: Piece, why: Plain) -> None:
        """Offer the file no more until it changes."""
        if row := self._known.get(piece.audio):
            rejected = Listened(row.size, row.mtime_ns, row.title, None, why)
            self._known = {**self._known, piece.audio: rejected}
            self.pieces = tuple(one for one in self.pieces if one.key != piece.key)
            with suppress(OSError):
                listened.write(self._venue.listened, self._known)

    def _found(self) -> dict[str, _State]:
        """Return size and time of every file that may be sound, by its path inside the venue.

        A folder that is a link is not entered; it is found itself, for one word about it.
        """
        house_music = self._venue.house_music
        if house_music.is_symlink() and self._is_outside(house_music):
            return {house_music.name: _state(house_music)}
        found: dict[str, _State] = {}
        for folder, folders, names in os.walk(house_music):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            links = [path for name in folders if (path := Path(folder, name)).is_symlink()]
            found |= {str(path.relative_to(self._venue.root)): _state(path) for path in links}
            for name in sorted(names):
                path = Path(folder, name)
                if name.startswith(".") or path.suffix.lower() not in media.EXTENSIONS | OTHER_SOUND:
                    continue
                with suppress(OSError):
                    facts = path.stat()
                    found[str(path.relative_to(self._venue.root))] = (facts.st_size, facts.st_mtime_ns)
            if len(found) >= MOST_FILES:
                break
        return found

    def _is_settled(self, name: str, state: _State) -> bool:
        return self._seen.get(name) == state or self._clock.now().timestamp() - state[1] / 1e9 > _SETTLED_S

    def _listen(self, name: str, size: int, mtime_ns: int) -> Listened:
        """Raises ProviderError, OSError."""
        path = self._venue.root / name
        why, sound = self._refusal(path), None
        if why is None:
            try:
                sound = media.listen(path)
            except RecordingError:
                why = _DAMAGED
        if sound and sound.duration_s < SHORTEST_S:
            why = _SHORT
        elif sound and sound.loudness_lufs is None:
            why = _SILENT
        return Listened(size, mtime_ns, _title(path), None if why else sound, why)

    def _refusal(self, path: Path) -> Plain | None:
        if path.is_dir() or path == self._venue.house_music:
            return _LINKED
        if path.suffix.lower() in OTHER_SOUND:
            return _KIND
        if self._is_outside(path):
            return _OUTSIDE
        return None if _is_text(str(path)) else _NAME

    def _is_outside(self, path: Path) -> bool:
        return not path.resolve().is_relative_to(self._venue.root.resolve())


def _state(link: Path) -> _State:
    """Return size and time of the link itself. Raises OSError."""
    facts = link.lstat()
    return facts.st_size, facts.st_mtime_ns


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _title(path: Path) -> str:
    """Return the title that the file's tags tell, else its name without the ending."""
    told = ""
    with suppress(Exception):  # tags may be anything; a title is not worth an error
        tags = mutagen.File(path, easy=True)
        told = str(tags["title"][0]) if tags and tags.get("title") else ""
    shown = "".join(char if char.isprintable() else " " for char in told or path.stem)
    return " ".join(shown.split())[:_LONGEST_TITLE]


def _piece(name: str, row: Listened) -> Piece:
    assert row.sound  # noqa: S101 - for the type checker: only those with a sound are offered
    return Piece(f"house/{name.removeprefix('house_music/')}", "house", row.title, name, row.sound)
