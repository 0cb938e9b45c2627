"""Who makes the music."""
