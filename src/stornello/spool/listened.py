"""What listening to the house's own music has found, so that a file is listened to once: ``listened.json``.

Written by the repertoire alone, for whoever shows it. A damaged or missing file costs time, nothing else.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from stornello.domain.plain import Plain
from stornello.domain.songs import Sound
from stornello.spool import atomic


@dataclass(frozen=True, slots=True)
class Listened:
    """A file as it was when it was listened to. ``why`` says why it is not played; ``sound`` is None then."""

    size: int
    mtime_ns: int
    title: str
    sound: Sound | None
    why: Plain | None = None

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Build it from its fields. Raises KeyError, TypeError or ValueError for none."""
        sound, why = data["sound"], data["why"]
        return cls(
            int(data["size"]),
            int(data["mtime_ns"]),
            str(data["title"]),
            Sound.from_json(sound) if sound is not None else None,
            Plain(str(why["it"]), str(why["en"])) if why is not None else None,
        )


def read(file: Path) -> dict[str, Listened]:
    """Return what is known, by the file's path inside the venue; nothing of what is damaged."""
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        return {name: Listened.from_json(row) for name, row in rows.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return {}


def write(file: Path, known: Mapping[str, Listened]) -> None:
    """Keep what is known. Raises OSError."""
    rows = {name: asdict(listened) for name, listened in known.items()}
    atomic.write(file, json.dumps(rows, ensure_ascii=False, indent=1).encode(errors="replace"), durable=False)


def refused(file: Path) -> dict[str, Plain]:
    """Return the house's files that are not played, and why: for who shows it."""
    return {name: row.why for name, row in read(file).items() if row.why}
