"""What is only believed about these modules, as switches: the first behaviour is the one that is believed.

Source: the description of the protocol, "believed, not known".
"""

from __future__ import annotations

from modemflash_sim import switches

# name: (behaviours, what it is about)
ASSUMPTIONS: dict[str, tuple[tuple[str, ...], str]] = {
    "bare": (
        ("silent", "loop"),
        "a module without application after its window: silent, or window after window",
    ),
    "repeated": (("error", "good"), "what a repeated sequence number is answered"),
    "info-first": (("no", "yes"), "whether the facts of the file must come before the erase"),
    "bad-image": (
        ("crc", "write", "silent"),
        "what an image with a wrong checksum is answered: 2, 0x21, or good",
    ),
    "reset-answer": (("yes", "no"), "whether the reset is answered"),
    "half-frame": (("ends", "waits"), "whether half a frame is forgotten after 200 ms of silence"),
    "settings": (("stay", "lost"), "whether the saved rate outlives an update"),
    "command-reset": (("window", "no-window"), "whether $PQTMSRR opens the window"),
}


def parse(text: str) -> dict[str, str]:
    """`NAME:BEHAVIOUR`, several by commas; every assumption with its behaviour.

    Raises:
        ValueError: there is no such assumption or behaviour.
    """
    return switches.behaviours(text, ASSUMPTIONS)
