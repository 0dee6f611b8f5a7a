"""What outlives a run on this computer: the state folder, journals, settings."""
