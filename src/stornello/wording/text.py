"""Text that comes from outside, and lengths, as a screen may show them."""

import unicodedata


def safe(text: str) -> str:
    """Return ``text`` without what could move the cursor, hide or turn words round: it comes from outside."""
    return "".join(char for char in text if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def clock(seconds: float) -> str:
    """Return a length as people read it: ``2:05``, from an hour ``1:02:05``."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
