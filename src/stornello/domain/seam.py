"""The places where an engine works, by the names that settings, entry points and files know them under."""

from typing import Literal

Seam = Literal["transcribers", "lyricists", "studios"]

SEAMS: tuple[Seam, ...] = ("transcribers", "lyricists", "studios")
"""All of them, in the order in which a song needs them."""
