"""The engine on a board: packed, put there, and taken off again."""
