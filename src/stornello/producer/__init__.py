"""Producer: from staged transcripts to a song in the playlist, fairly, MAX_WORKERS at a time."""

from stornello.producer.manager import Producer

__all__ = ["Producer"]
