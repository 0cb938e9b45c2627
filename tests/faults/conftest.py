"""Fixtures of the tests in which processes die."""

from ram import each_sound_once, ram

__all__ = ["each_sound_once", "ram"]
