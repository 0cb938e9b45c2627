"""What a disk answers when it refuses: no song, no recording and no engine is to blame."""

import errno
from typing import Final

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})

OURS: Final = FULL | {errno.EROFS, errno.EIO, errno.ESTALE}
"""What our own disk answers, or a share, and no service on the network."""

_OURS_OR_AFAR: Final = OURS | {errno.ENXIO, errno.ENODEV, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.ENFILE}
"""What a disk that went away answers too: of work that asks nobody on the network, it can be nothing else."""


def is_of_the_disk(error: OSError) -> bool:
    """Return whether the disk is to blame for ``error``, and not what was asked of it; nobody else was asked."""
    return error.errno in _OURS_OR_AFAR
