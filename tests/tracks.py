"""Where each recording of an evening lies, and how what lies in a venue is looked at."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from evening import House
from evening_engines import AGAIN, GUESTS
from stornello.spool.paths import Venue

OPERATORS: Final = {
    "house_music/filler.ogg": b"a filler",
    "stornello.toml": b"max_workers = 2\n",
    ".env": b"OPENAI_API_KEY=none\n",
    "prompts.toml": b"# theirs\n",
}
"""What the operator has put there, and nobody else may touch."""

_HIDDEN = re.compile(r"^\..*\.part$")


class Tracks:
    """Where each recording of the house is, by its content."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.contents = {name: sha(house.venue.from_tables / name) for name in (*GUESTS, AGAIN)}
        for name, data in OPERATORS.items():
            (house.venue.root / name).write_bytes(data)

    @property
    def venue(self) -> Venue:
        return self.house.venue


def sha(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def seen(paths: Iterable[Path]) -> Iterator[Path]:
    """Leave out what is being written: it is hidden, and of no use."""
    return (path for path in paths if not _HIDDEN.match(path.name))


def json_in(file: Path) -> Any:  # noqa: ANN401 - whatever JSON holds
    return json.loads(file.read_bytes())
