"""Producer: from staged transcripts to a song in the playlist, fairly, MAX_WORKERS at a time.

Imports nothing by itself: every worker process imports this package, and needs little of it.
"""
