"""Riproduzione: plays the queue in the room, one song into the next, and shows the night on a terminal."""

from stornello.riproduzione.service import Riproduzione

__all__ = ["Riproduzione"]
