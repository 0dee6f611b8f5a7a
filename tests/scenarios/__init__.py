"""Whole updates against the simulated modem, in virtual time; its verdict decides."""
