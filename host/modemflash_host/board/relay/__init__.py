"""A modem reached through a board that runs the engine itself."""
