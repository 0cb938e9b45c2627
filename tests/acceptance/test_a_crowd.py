"""A crowd speaks at once: every recording becomes one song, tables in turn. ``make torture`` has a larger crowd."""

import pytest

from crowd import Crowd, check_that_all_become_songs_in_turn
from night import Night


@pytest.mark.timeout(240)
def test_twenty_recordings_become_twenty_songs_in_turn(night: Night) -> None:
    check_that_all_become_songs_in_turn(night, Crowd(tables=5, each=4), 180)
