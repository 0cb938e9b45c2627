"""The embedded studio: real songs from this machine alone, sung in tune over a SoundFont band."""

from stornello.providers.music.embedded.studio import EmbeddedStudio

__all__ = ["EmbeddedStudio"]
