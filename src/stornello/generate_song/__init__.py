"""GenerateSong: the unit of AI work, from a job's transcripts to a finished song; readable top to bottom."""

from stornello.generate_song.song import SongMaker

__all__ = ["SongMaker"]
