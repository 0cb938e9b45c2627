"""Riproduzione: plays the queue in the room, one song into the next, and shows the night on a terminal."""
