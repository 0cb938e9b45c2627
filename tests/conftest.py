"""Fixtures for any test: real voices, music and models. Where no source answers, the test fails and says so."""

from pathlib import Path

import pytest

from stornello import models
from stornello.domain.errors import StornelloError

pytest_plugins = ["human_speech"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, which is what has a time limit of its own, so that nobody waits for it at the end."""
    items.sort(key=lambda item: -max((mark.args[0] for mark in item.iter_markers("timeout")), default=0))


@pytest.fixture(scope="session")
def whisper_base() -> Path:
    """The folder of Whisper base."""
    return model("whisper-base")


@pytest.fixture(scope="session")
def soundfont() -> Path:
    """The SoundFont file that sings here: the big one, or the small one where only that is to be had."""
    return next(model("soundfont").glob("*.sf2"))


def model(name: str) -> Path:
    try:
        return models.ensure(name)
    except StornelloError as error:
        pytest.fail(str(error), pytrace=False)
