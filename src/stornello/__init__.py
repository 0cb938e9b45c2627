"""Stornello: a room that sings about itself."""

__version__ = "0.1.0"
