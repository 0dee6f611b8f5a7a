"""What the board's light says, in words: for the screen, the card's README and docs/sd-card.md.

Rules: the names are those of the patterns that the board runs by, and a test
holds the two together; a board needs none of these words.
"""

from __future__ import annotations

# (pattern or cause of `modemflash.board.led`, what it means, what to do)
LIGHTS = (
    ("working", "The updater works.", "Hands off: leave power and card as they are."),
    ("finished", "Finished, or nothing to do.", "You can remove the card."),
    ("power-cycle", "You are needed.", "Cut ALL power for 10 seconds (USB and battery), then give it again."),
    ("card", "The card is missing or cannot be read.", "Seat it again, or format it as FAT32."),
    ("file", "A file is damaged, missing or not firmware.", "Copy it again, or prepare the card anew."),
    (
        "silent",
        "The modem does not answer.",
        "Leave the power on for 20 minutes, then cut it for 10 seconds.",
    ),
    ("refused", "A rule forbids this update.", "Read modemflash.log on the card."),
    ("power", "The supply is too weak.", "Use another cable or supply."),
    ("pc", "The PC of this update went away.", "Leave the power on; run the same command on it again."),
    ("pycom", "The updater does not run.", "This is the board's own blink; the board's own program runs."),
)

# name: colour and rhythm as people say them
RHYTHMS = {
    "working": "WHITE, slow even pulse",
    "finished": "GREEN, steady",
    "power-cycle": "YELLOW, two quick flashes",
    "card": "RED, 1 flash and a pause",
    "file": "RED, 2 flashes and a pause",
    "silent": "RED, 3 flashes and a pause",
    "refused": "RED, 4 flashes and a pause",
    "power": "RED, 5 flashes and a pause",
    "pc": "RED, 6 flashes and a pause",
    "pycom": "BLUE, a blink every 4 s",
}
