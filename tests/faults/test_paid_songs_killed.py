"""kill -9 at every milestone of a song that a paid studio makes, of whoever's turn it is: one song, one charge.

``make torture`` kills each of the three at each of the eight, in both dialects.
"""

from pathlib import Path

import pytest

from paid_songs import MILESTONES, VICTIMS, a_paid_night, a_studio, check_one_song_one_charge


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("studio", "first"), [("kie", 0), ("kie-flat", 1)])
def test_a_paid_song_is_made_once_and_charged_once_whoever_dies_when(studio: str, first: int, tmp_path: Path) -> None:
    turns = {milestone: VICTIMS[(first + n) % len(VICTIMS)] for n, milestone in enumerate(MILESTONES)}
    with a_studio() as kie, a_paid_night(tmp_path / "venue", kie) as night:
        check_one_song_one_charge(night, kie, studio, turns)
