"""How long to wait before trying again."""

from collections.abc import Callable
from random import random

LONG_WISH_S = 20.0
"""A service that asks to be left alone for longer is left alone at once, for the next one in the chain."""


def backoff(attempt: int, base_s: float = 1.0, cap_s: float = 60.0, chance: Callable[[], float] = random) -> float:
    """Return the seconds to wait after failed ``attempt`` (1, 2, ...): exponential backoff with jitter.

    Half of the window is kept as a floor, so that a retry is never immediate. No number of attempts is too many.
    Source: "Exponential Backoff And Jitter", AWS Architecture Blog (equal jitter).
    """
    window = min(cap_s, base_s * 2.0 ** min(attempt - 1, 100))
    return window / 2 + chance() * window / 2
