"""A night of real processes, swept at the end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from night import Night


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    """A venue of real processes."""
    night = Night(tmp_path / "venue")
    yield night
    night.end()
    night.sweep()
