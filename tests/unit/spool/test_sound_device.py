"""The sound device that was chosen is remembered; what cannot be read is as if none had been."""

from pathlib import Path

import pytest

from stornello.spool import sound
from stornello.spool.paths import Venue


@pytest.fixture
def venue(tmp_path: Path) -> Venue:
    venue = Venue(tmp_path / "venue")
    venue.open()
    return venue


def test_the_device_chosen_last_comes_before_that_of_the_settings(venue: Venue) -> None:
    assert sound.chosen(venue, "pulse/one") == "pulse/one"
    sound.remember(venue, "pulse/two")
    assert sound.chosen(venue, "pulse/one") == "pulse/two"


@pytest.mark.parametrize("damaged", [b"", b"[]", b'{"device": 7}', b"[" * 100_000, b"\xff"])
def test_a_damaged_memory_of_it_is_none(venue: Venue, damaged: bytes) -> None:
    sound.remember(venue, "pulse/two")
    (venue.scratch / "sound.json").write_bytes(damaged)
    assert sound.chosen(venue, "pulse/one") == "pulse/one"
