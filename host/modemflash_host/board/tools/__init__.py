"""Foreign programs for boards: esptool and mpremote, run as programs, never imported."""
