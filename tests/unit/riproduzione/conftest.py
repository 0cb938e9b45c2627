from collections.abc import Iterator
from pathlib import Path

import pytest

from fake_room import Room
from stornello.spool.paths import Venue


@pytest.fixture
def odd_room(tmp_path: Path) -> Room:
    """A room in which the DJ meets what nobody foresaw."""
    venue = Venue(tmp_path / "venue")
    venue.open()
    return Room(venue)


@pytest.fixture
def room(odd_room: Room, caplog: pytest.LogCaptureFixture) -> Iterator[Room]:
    """A room in which the DJ survives no bug unseen."""
    yield odd_room
    assert [record.exc_info for record in caplog.get_records("call") if record.exc_info] == []
