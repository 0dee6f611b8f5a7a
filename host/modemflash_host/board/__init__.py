"""What the PC does with a board: put the package there, talk to it."""
