"""kill -9 of child, worker and manager at every milestone of a song that a paid studio makes, in both dialects."""

from pathlib import Path

import pytest

from paid_songs import MILESTONES, VICTIMS, a_paid_night, a_studio, check_one_song_one_charge


@pytest.mark.timeout(240)
@pytest.mark.parametrize("studio", ["kie", "kie-flat"])
@pytest.mark.parametrize("victim", VICTIMS)
def test_a_paid_song_is_made_once_and_charged_once_whoever_dies_when(studio: str, victim: str, tmp_path: Path) -> None:
    with a_studio() as kie, a_paid_night(tmp_path / "venue", kie) as night:
        check_one_song_one_charge(night, kie, studio, dict.fromkeys(MILESTONES, victim))
