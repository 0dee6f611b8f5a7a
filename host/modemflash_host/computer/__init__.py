"""This computer: its clock, its sleep, its battery."""
