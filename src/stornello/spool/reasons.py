"""reason.json: why something was set aside, in plain words, and what to do."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stornello.domain.errors import StornelloError
from stornello.domain.plain import Language, Plain
from stornello.spool import atomic

FILE = "reason.json"

_STAMP = re.compile(r"^\d{8}T\d{12}_")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an entry is where it is. ``name`` is the entry's folder, or what a note is about.

    ``holds``: only a person can tell how it goes on. ``parks``: it goes on later, and this attempt counts for none.
    """

    name: str
    code: str
    what: Plain
    todo: Plain
    at: str
    retryable: bool = False
    holds: bool = False
    parks: bool = False

    @property
    def about(self) -> str:
        """What it is about, as people named it: the entry without the stamp of its arrival."""
        return _STAMP.sub("", self.name)

    def within(self, language: Language) -> str:
        """Return both sentences in one language."""
        return f"{self.what.within(language)} {self.todo.within(language)}"


def write(folder: Path, error: StornelloError, at: datetime) -> None:
    """Put ``error`` into ``folder`` as its reason."""
    note(folder / FILE, error, at)


def note(file: Path, error: StornelloError, at: datetime) -> None:
    """Write ``error`` into ``file``, a reason of something that lies elsewhere: ``{name}.json``."""
    atomic.write_json(
        file,
        {
            "code": error.code,
            "what": {"it": error.what.it, "en": error.what.en},
            "what_to_do": {"it": error.todo.it, "en": error.todo.en},
            "retryable": error.retryable,
            "holds": error.holds,
            "parks": error.parks,
            "at": at.isoformat(timespec="seconds"),
        },
    )


def read(folder: Path) -> Reason | None:
    """Return the reason in ``folder``, or None when there is none that can be read."""
    return _read(folder / FILE, folder.name)


def _read(file: Path, name: str) -> Reason | None:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return Reason(
            name,
            data["code"],
            Plain(**data["what"]),
            Plain(**data["what_to_do"]),
            str(data["at"]),
            bool(data["retryable"]),
            data.get("holds") is True,
            data.get("parks") is True,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def forget(folder: Path) -> None:
    """Remove the reason from ``folder``, because what it explains is tried again."""
    atomic.remove(folder / FILE)


def release(folder: Path) -> None:
    """Let the reason in ``folder`` hold nothing any more; it stays to be read until the next attempt."""
    try:
        data = json.loads((folder / FILE).read_text(encoding="utf-8"))
        atomic.write_json(folder / FILE, data | {"holds": False})
    except (FileNotFoundError, ValueError, TypeError, RecursionError):
        forget(folder)


def read_all(folder: Path) -> list[Reason]:
    """Return the reasons of all entries of ``folder``, oldest first."""
    return _sorted(read(entry) for entry in _entries(folder))


def notes(folder: Path) -> tuple[Reason, ...]:
    """Return what :func:`note` has left in ``folder``, oldest first."""
    return tuple(_sorted(_read(file, file.stem) for file in _entries(folder) if file.suffix == ".json"))


def _entries(folder: Path) -> Iterator[Path]:
    return folder.iterdir() if folder.is_dir() else iter(())


def _sorted(found: Iterable[Reason | None]) -> list[Reason]:
    return sorted(filter(None, found), key=lambda reason: (reason.at, reason.name))
