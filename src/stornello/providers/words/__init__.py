"""Who writes the words."""
