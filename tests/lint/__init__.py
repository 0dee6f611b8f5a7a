"""Checks of the source itself: the dialect of the boards."""
