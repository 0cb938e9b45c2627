"""What the supervisor says of services that fall, in .tmp_player/run/{service}.fell.json. Written by ``up`` only."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from stornello.spool import atomic
from stornello.spool.locks import LifeLock


@dataclass(frozen=True, slots=True)
class Fall:
    """A service that fell ``times`` times without a good minute between; ``exit`` is of the last (-9: by signal 9)."""

    service: str
    times: int
    exit: int


def note(run: Path, fall: Fall) -> None:
    """Say that a service fell. A power cut may take it: nobody is up then. Raises OSError."""
    atomic.write(_file(run, fall.service), json.dumps(asdict(fall)).encode(), durable=False)


def forget(run: Path, service: str) -> None:
    """Say no more that ``service`` fell: it is well, or nobody looks after it any more. Raises OSError."""
    atomic.remove(_file(run, service))


def look(run: Path, services: Iterable[str]) -> tuple[Fall, ...]:
    """Return what ``up`` says of ``services`` now; nothing when it does not live, whatever it has left behind."""
    if not LifeLock(run / "up.lock").looks_held():
        return ()
    return tuple(fall for service in services if (fall := _read(_file(run, service))))


def _read(file: Path) -> Fall | None:
    try:
        fall = Fall(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    is_one = isinstance(fall.service, str) and isinstance(fall.times, int) and isinstance(fall.exit, int)
    return fall if is_one else None


def _file(run: Path, service: str) -> Path:
    return run / f"{service}.fell.json"
