"""``stornello demo``: a whole night in a few minutes, on the real services."""

from stornello.demo.show import Show

__all__ = ["Show"]
