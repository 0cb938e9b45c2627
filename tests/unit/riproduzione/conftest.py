from pathlib import Path

import pytest

from fake_room import Room
from stornello.spool.paths import Venue


@pytest.fixture
def room(tmp_path: Path) -> Room:
    venue = Venue(tmp_path / "venue")
    venue.make()
    return Room(venue)
