"""Text that comes from outside, lengths and numbers, as a screen may show them."""

import unicodedata

from stornello.domain.plain import Language

_VARIATIONS = ("\ufe0e", "\ufe0f")
"""They ask for a glyph of another width, and terminals do not agree on whether it is granted."""


def safe(text: str) -> str:
    """Return ``text`` without what could move the cursor, hide or turn words round: it comes from outside."""
    if text.isascii() and text.isprintable():
        return text
    kept = (char for char in text if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
    return "".join(char for char in kept if char not in _VARIATIONS)


def clock(seconds: float) -> str:
    """Return a length as people read it: ``2:05``, from an hour ``1:02:05``."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def lasting(seconds: float) -> str:
    """Return how long something has lasted, roughly, in either language: ``40 s``, ``12 min``, ``2 h 05``."""
    whole = max(0, int(seconds))
    minutes, hours = whole // 60, whole // 3600
    return f"{whole} s" if not minutes else f"{minutes} min" if not hours else f"{hours} h {minutes % 60:02}"


def decimals(number: float, language: Language) -> str:
    """Return a number with one decimal, as people write it: ``−6,5``, ``−6.5``."""
    told = f"{number:.1f}".replace("-", "−")
    return told.replace(".", ",") if language == "it" else told
