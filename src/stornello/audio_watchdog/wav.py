"""What a WAV file's header says of its own length, against what is there."""

import struct
from enum import Enum
from pathlib import Path

_HEAD = 12
_STREAMED = {0, 0xFFFFFFFF, 0xFFFFFFFF - 8, 0x7FFFFFFF, 0x80000000}
"""Lengths that recorders write before they know better."""


class Completeness(Enum):
    """What the header lets us conclude."""

    COMPLETE = "complete"
    GROWING = "growing"
    UNKNOWN = "unknown"


def completeness(path: Path) -> Completeness:
    """Compare the RIFF length in ``path`` with the bytes on disk; anything but a RIFF file is UNKNOWN.

    Source: Multimedia Programming Interface and Data Specifications 1.0 (RIFF): length excludes the first 8 bytes.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head[:4] not in {b"RIFF", b"RF64"} or len(head) < _HEAD:
        return Completeness.GROWING if not head else Completeness.UNKNOWN
    (told,) = struct.unpack("<I", head[4:8])
    real = path.stat().st_size
    if told in _STREAMED or _is_bare_header(told, real):
        return Completeness.UNKNOWN
    return Completeness.COMPLETE if told + 8 <= real else Completeness.GROWING


def _is_bare_header(told: int, real: int) -> bool:
    """Tell a header written before the first sample (its length covers itself only) from a finished empty file."""
    return told <= 72 and real > told + 9  # noqa: PLR2004 - the largest header without data: fmt extensible plus fact
