"""Matrices: every operation of an update cut, every phase broken, every misbehaviour of a modem."""
