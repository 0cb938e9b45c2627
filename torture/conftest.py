"""What takes too long for ``make test``: ``make torture ARGS="..."``, seeded, so that what failed can be repeated."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "tests"))
"""The rigs of the tests."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what can be chosen."""
    parser.addoption("--seed", type=int, default=1, help="what chance draws from")
    parser.addoption("--kills", type=int, default=1000, help="kill -9 in the storm")
    parser.addoption("--recordings", type=int, default=300, help="recordings in the storm")
    parser.addoption("--calm-every", type=int, default=250, help="kills between two calms with all checks")
    parser.addoption("--minutes", type=float, default=60, help="how long the room is recorded")


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Return the seed that this run was given."""
    return int(request.config.getoption("--seed"))
