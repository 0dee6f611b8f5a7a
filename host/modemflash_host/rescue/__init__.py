"""A silent modem: retries, guided power cycles, and a board that is armed to listen."""
