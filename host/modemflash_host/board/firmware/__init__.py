"""Pycom firmware archives: what is in one, and what it would do to a board."""
