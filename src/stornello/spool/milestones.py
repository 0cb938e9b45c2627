"""milestone.json in a job's folder: how far its worker says it is; a file with one writer, so that nothing is lost.

A worker may outlive its turn by a moment; what it says counts only while the job's status names its ``run``.
"""

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from stornello.spool import atomic

_FILE = "milestone.json"
_LONGEST = 80
"""Characters of a milestone that are kept."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """What the worker of ``run`` has heard its child say, and when (ISO 8601)."""

    run: str
    text: str
    at: str


def new_run() -> str:
    """Return a word for a worker that begins."""
    return secrets.token_hex(4)


def write(folder: Path, said: Milestone) -> None:
    """Replace the milestone of the job in ``folder``. It decides nothing, so it is not synced. Raises OSError."""
    text = json.dumps(asdict(said) | {"text": said.text[:_LONGEST]}, ensure_ascii=False)
    atomic.write(folder / _FILE, text.encode(errors="replace"), durable=False)


def read(folder: Path) -> Milestone | None:
    """Return the last milestone, or None where there is none or it is damaged."""
    try:
        data = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return Milestone(str(data["run"]), str(data["text"]), str(data["at"]))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
