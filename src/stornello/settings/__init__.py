"""The venue's settings: stornello.toml, ``.env``, then the environment on top; read once, frozen, passed down."""

from stornello.settings.listing import as_toml, meaning
from stornello.settings.model import Settings
from stornello.settings.reading import BARE, NOT_SETTINGS, PREFIX, misspelt

__all__ = ["BARE", "NOT_SETTINGS", "PREFIX", "Settings", "as_toml", "meaning", "misspelt"]
