"""A service whose start the disk refuses waits and tries again; any other error ends it."""

import errno
import threading
from pathlib import Path

import pytest

from stornello.cli.services import _has_served
from stornello.settings import Settings
from stornello.spool.paths import Venue


def served(trouble: int | None) -> bool:
    def serve(_venue: Venue, _settings: Settings, _stop: threading.Event) -> None:
        if trouble:
            raise OSError(trouble, "no")

    return _has_served(serve, Venue(Path("/nowhere")), Settings(), threading.Event())


@pytest.mark.parametrize("trouble", [errno.EIO, errno.ESTALE, errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_what_the_disk_refuses_is_tried_again(trouble: int) -> None:
    assert not served(trouble)


def test_a_service_that_has_served_is_not_started_again() -> None:
    assert served(None)


def test_an_error_of_another_kind_ends_the_service() -> None:
    with pytest.raises(OSError, match="no"):
        served(errno.ELOOP)
