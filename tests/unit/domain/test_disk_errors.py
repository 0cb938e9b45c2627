"""Which errors are the disk's, and not an engine's or a recording's."""

import errno

import pytest

from stornello.chains.guard import guarded
from stornello.domain.disk import is_of_the_disk
from stornello.domain.errors import EngineBroken


def raising(code: int) -> None:
    raise OSError(code, "x")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ESTALE])
def test_a_disk_that_refuses_is_no_bug_of_the_engine_that_was_asked(code: int) -> None:
    assert is_of_the_disk(OSError(code, "x"))
    with pytest.raises(OSError, match="x"):
        guarded("ears", lambda: raising(code))


@pytest.mark.parametrize("code", [errno.ETIMEDOUT, errno.EHOSTDOWN])
def test_a_share_is_away_with_the_words_of_a_service_that_is(code: int) -> None:
    """So they are the disk's only where nobody on the network was asked."""
    assert is_of_the_disk(OSError(code, "x"))
    with pytest.raises(EngineBroken):
        guarded("ears", lambda: raising(code))


@pytest.mark.parametrize("code", [errno.ENOENT, errno.EACCES, errno.ENAMETOOLONG])
def test_what_a_name_or_a_person_is_to_blame_for_is_not_the_disks(code: int) -> None:
    assert not is_of_the_disk(OSError(code, "x"))
