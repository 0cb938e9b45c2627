"""Is what the studio delivered a song? It has happened: empty files, web pages, songs cut short, somebody else's."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from stornello import media
from stornello.domain.errors import GenerationFailed, RecordingError
from stornello.domain.plain import Plain
from stornello.domain.songs import Sound, SungLine
from stornello.seams import Take
from stornello.spool import atomic, orders

log = logging.getLogger(__name__)

LONGEST_S = 900.0
LEAST_OF_CLAIMED = 0.6
"""A take shorter than this share of what the studio claims was cut off on its way. Without a claim any length may be
meant: a venue's own studio may sing two seconds."""


class StillThere(GenerationFailed):
    """We stop waiting, the studio has not failed: what it has taken is asked for again at the next start."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A take that was listened to. ``sha256`` is of ``audio`` as it came; ``spare`` is another good take of it."""

    audio: Path
    spare: Path | None
    sound: Sound
    sha256: str
    engine: str
    synced_lyrics: tuple[SungLine, ...] = ()
    credits: float | None = None

    def to_json(self, folder: Path) -> dict[str, Any]:
        """Return it as JSON; paths are kept relative to the job's ``folder``, which may move."""
        names = {"audio": str(self.audio.relative_to(folder)), "spare": None}
        if self.spare:
            names["spare"] = str(self.spare.relative_to(folder))
        return asdict(self) | names

    @classmethod
    def from_json(cls, data: dict[str, Any], folder: Path) -> Self:
        """Undo :meth:`to_json`. Raises KeyError, TypeError, ValueError or FileNotFoundError: ask the studio again."""
        audio, spare = folder / data["audio"], folder / data["spare"] if data["spare"] else None
        if not audio.is_file():
            raise FileNotFoundError(audio)
        synced = tuple(SungLine(**line) for line in data["synced_lyrics"])
        return cls(
            audio,
            spare if spare and spare.is_file() else None,
            Sound.from_json(data["sound"]),
            str(data["sha256"]),
            str(data["engine"]),
            synced,
            data["credits"],
        )


def inspect(take: Take, is_ours: Callable[[str], bool]) -> Delivered:
    """Return ``take`` as it may be played, safe on disk: the spare in the place of a main take that is none.

    ``is_ours`` takes the sound with this sha256 for our song, and tells whether it could: it may be another's.

    Raises:
        StillThere: neither can be played; asking the studio for the same song again may help.
    """
    anothers: list[str] = []

    def is_free(sha: str) -> bool:
        is_it = is_ours(sha)
        anothers.extend([] if is_it else [sha])
        return is_it

    main = _heard(take.audio, take.claimed_s, is_free)

    def is_another(sha: str) -> bool:
        return (main is None or sha != main[0]) and is_free(sha)

    spare = _heard(take.spare, None, is_another) if take.spare else None
    if main:
        return Delivered(
            take.audio, take.spare if spare else None, main[1], main[0], take.engine, take.synced_lyrics, take.credits
        )
    if spare and take.spare:  # the times of the sung lines were the other take's
        return Delivered(take.spare, None, spare[1], spare[0], take.engine, (), take.credits)
    raise _anothers() if anothers else _unreadable()


def _heard(audio: Path, claimed_s: float | None, is_ours: Callable[[str], bool]) -> tuple[str, Sound] | None:
    """Return sha256 and sound of a take that may be played; None, and a line in the log, for any other."""
    try:
        sha = _sha256(audio)
        sound = media.listen(audio)
    except (FileNotFoundError, RecordingError):
        trouble = "no sound"
    else:
        trouble = _trouble(sha, sound, claimed_s, is_ours)
    if trouble:
        log.warning("take refused", extra={"take": audio.name, "why": trouble})
        return None
    atomic.sync_file(audio)
    return sha, sound


def _trouble(sha: str, sound: Sound, claimed_s: float | None, is_ours: Callable[[str], bool]) -> str:
    if not 0 < sound.duration_s <= LONGEST_S:
        return "too long"
    if claimed_s and sound.duration_s < LEAST_OF_CLAIMED * claimed_s:
        return "cut short"
    return "" if is_ours(sha) else "a copy of another song"


def _sha256(file: Path) -> str:
    with file.open("rb") as audio:
        return hashlib.file_digest(audio, "sha256").hexdigest()


def _anothers() -> StillThere:
    return StillThere(
        "song-anothers",
        Plain(
            "Lo studio ha consegnato una canzone che è già di un altro lavoro.",
            "The studio delivered a song that is another job's already.",
        ),
        Plain(
            "Dillo allo studio; per ordinarne un'altra: stornello retry NOME --afresh",
            "Tell the studio; to order another one: stornello retry NAME --afresh",
        ),
    )


def _unreadable() -> StillThere:
    return StillThere(
        "song-unreadable",
        Plain(
            "Lo studio ha consegnato un file che non si può suonare.",
            "The studio delivered a file that cannot be played.",
        ),
        orders.KEPT,
    )
