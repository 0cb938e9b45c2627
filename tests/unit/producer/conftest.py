"""A kitchen for the producer's tests."""

from pathlib import Path

import pytest

from kitchen import Kitchen
from stornello.spool.paths import Venue


@pytest.fixture
def venue(tmp_path: Path) -> Venue:
    """A new venue."""
    return Venue(tmp_path)


@pytest.fixture
def kitchen(venue: Venue) -> Kitchen:
    """One worker, room for five songs."""
    return Kitchen(venue)
