"""Foreign programs for boards: esptool, run as a program, never imported."""
