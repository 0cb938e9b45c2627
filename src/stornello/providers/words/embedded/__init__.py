"""The embedded lyricist: songs out of guests' own words, by rules, with no language model."""

from stornello.providers.words.embedded.lyricist import EmbeddedLyricist

__all__ = ["EmbeddedLyricist"]
