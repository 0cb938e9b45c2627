"""A studio that does all it can do wrong, over a long night of paid songs."""

from pathlib import Path

import pytest

from night import Night
from remote_night import check_a_storm_of_faults


@pytest.mark.timeout(2000)
def test_every_job_ends_with_a_song_or_a_reason_and_nothing_is_paid_twice(tmp_path: Path, seed: int) -> None:
    night = Night(tmp_path / "venue")
    try:
        check_a_storm_of_faults(night, jobs=60, seed=seed, seconds=1800)
    finally:
        night.end()
        night.sweep()
