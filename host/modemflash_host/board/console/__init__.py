"""A board's console: connected, asked, put into safe boot, and left as it was."""
