"""What a WAV file's header says of its own length, against what is there."""

import os
import struct
from enum import Enum
from pathlib import Path

from stornello.spool import outside

_HEAD = 12
_ENDLESS = 0x7FFF0000
"""From here on (2 GB) a length is none: until they know it ffmpeg writes 0xFFFFFFFF, sox 0x7FFFF024, arecord 2**31."""


class Completeness(Enum):
    """What the header lets us conclude."""

    COMPLETE = "complete"
    GROWING = "growing"
    UNKNOWN = "unknown"


def completeness(path: Path) -> Completeness:
    """Compare the RIFF length in ``path`` with the bytes on disk; anything but a RIFF file is UNKNOWN.

    A header that promises less than there is, as one written before the first sample does, tells nothing either.

    Raises:
        OSError: it cannot be read, or is no regular file.

    Source: Multimedia Programming Interface and Data Specifications 1.0 (RIFF): length excludes the first 8 bytes.
    """
    with outside.open_file(path) as file:  # since it was listed, a pipe may have taken its name: it would hold us up
        head, size = file.read(_HEAD), os.fstat(file.fileno()).st_size
    if len(head) < _HEAD:
        return Completeness.GROWING
    (told,) = struct.unpack("<I", head[4:8])
    missing = told + 8 - size
    if head[:4] not in {b"RIFF", b"RF64"} or told >= _ENDLESS or missing < -1:
        return Completeness.UNKNOWN
    return Completeness.GROWING if missing > 0 else Completeness.COMPLETE  # one byte more: padding to an even length
