""".tmp_player/engines/{seam}.{engine}.json: how an engine was when it was last asked, for breakers and dashboards."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock

from stornello.domain.plain import Plain
from stornello.spool import atomic

_MOST = 1e12
"""No account holds as much."""


@dataclass(frozen=True, slots=True)
class EngineState:
    """One engine. Times are ISO 8601; empty: none.

    ``failures`` is how often it has failed in a row. While ``away_until`` lies ahead it is not asked; ``why`` then
    tells people the reason. ``credits`` is what its account held when it was last asked.
    """

    seam: str
    engine: str
    failures: int = 0
    away_until: str = ""
    code: str = ""
    why: Plain | None = None
    credits: float | None = None


def read(folder: Path, seam: str, engine: str) -> EngineState:
    """Return how the engine was; as new when nothing that can be read is known."""
    try:
        data = json.loads(_file(folder, seam, engine).read_text(encoding="utf-8"))
        state = EngineState(**(data | {"why": Plain(**data["why"]) if data["why"] else None}))
        return state if _is_sound(state) else EngineState(seam, engine)
    except (OSError, ValueError, TypeError, KeyError):
        return EngineState(seam, engine)


def _is_sound(state: EngineState) -> bool:
    """Return whether who reads the state may rely on it. Raises ValueError or TypeError for some that is not."""
    is_time = not state.away_until or datetime.fromisoformat(state.away_until).tzinfo is not None
    return is_time and isinstance(state.failures, int) and (state.credits is None or state.credits < _MOST)


def change(folder: Path, seam: str, engine: str, how: Callable[[EngineState], EngineState]) -> EngineState:
    """Replace the engine's state by what ``how`` makes of it, whoever else does the same, and return it."""
    with FileLock(folder / "lock", poll_interval=0.002):
        before = read(folder, seam, engine)
        after = how(before)
        if after != before:
            atomic.write_json(_file(folder, seam, engine), asdict(after))
    return after


def read_all(folder: Path) -> Iterator[EngineState]:
    """Yield all engines of which something is known, in order of seam and name."""
    for file in sorted(folder.glob("*.json")):
        seam, _, engine = file.stem.partition(".")
        yield read(folder, seam, engine)


def _file(folder: Path, seam: str, engine: str) -> Path:
    return folder / f"{seam}.{engine}.json"
