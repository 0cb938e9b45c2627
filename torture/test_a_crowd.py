"""A large crowd speaks at once: every recording becomes one song, tables in turn."""

from pathlib import Path

import pytest

from crowd import Crowd, check_that_all_become_songs_in_turn
from night import Night


@pytest.mark.timeout(1500)
def test_two_hundred_and_forty_recordings_become_as_many_songs_in_turn(tmp_path: Path) -> None:
    night = Night(tmp_path / "venue")
    try:
        check_that_all_become_songs_in_turn(night, Crowd(tables=12, each=20), 1200)
    finally:
        night.end()
        night.sweep()
