"""What a delivered file is, by its first bytes: what a server calls it counts little."""

from pathlib import Path, PurePosixPath

from stornello import media

_MAGIC = {b"fLaC": ".flac", b"OggS": ".ogg", b"\x1a\x45\xdf\xa3": ".webm"}
"""Source: the formats' own magic numbers."""


def ending_of(file: Path, url: str) -> str:
    """Return the file ending that fits the sound in ``file``: by its first bytes, else by where it came from.

    Empty when it is no sound. Whether it can be decoded is another question.
    """
    with file.open("rb") as opened:
        head = opened.read(64)
    return _known(head) or _named(head, url)


def _known(head: bytes) -> str:
    if head[:3] == b"ID3" or _is_mp3_frame(head):
        return ".mp3"
    if head[4:8] == b"ftyp":
        return ".m4a"
    return ".wav" if head[:4] == b"RIFF" and head[8:12] == b"WAVE" else _MAGIC.get(head[:4], "")


def _is_mp3_frame(head: bytes) -> bool:
    """Source: ISO/IEC 11172-3, the frame's sync word and layer III."""
    return head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xE6 == 0xE2  # noqa: PLR2004 - see above


def _named(head: bytes, url: str) -> str:
    """Believe the address when its ending is one of ours and the content is no text, as an error page would be."""
    path = url.partition("?")[0].partition("#")[0]  # by hand: urlsplit refuses addresses that were fetched
    named = PurePosixPath(path).suffix.lower()
    return named if named in media.EXTENSIONS and not head.isascii() else ""
