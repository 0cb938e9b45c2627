"""A desk for GenerateSong's tests."""

from pathlib import Path

import pytest

from song_desk import Desk, a_desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A job of table 5 with two notes."""
    return a_desk(tmp_path)
