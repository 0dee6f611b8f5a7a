"""What is only believed about these modems, as switches: the first behaviour is the one that is believed.

Source: the descriptions of the protocols, "believed, not known", and what is tagged as inferred there.
"""

from __future__ import annotations

from modemflash_sim import switches
from modemflash_sim.quectel_edl import efs_faults

# name: (behaviours, what it is about)
ASSUMPTIONS: dict[str, tuple[tuple[str, ...], str]] = {
    "echo": (("yes", "no"), "whether the switch to EDL is echoed on the DM port"),
    "sahara-reset": (
        ("by-state", "hello", "restart"),
        "Sahara RESET: a new HELLO in a stale session and a restart elsewhere, or always one of them",
    ),
    "after-sahara": (
        ("stays", "re-enumerates"),
        "whether the port stays when the programmer starts, or leaves and comes back",
    ),
    "order": (("headers", "backward", "twice"), "in which order the boot ROM asks for the programmer"),
    "read": (("yes", "no"), "whether the programmer carries out <read>"),
    "read-blank": (("ff", "ee"), "what <read> gives for pages that are blank"),
    "read-bad": (("ee", "skip"), "what <read> gives for a bad block: EE, or the next good block"),
    "program-bad": (
        ("skip", "fail"),
        "an image that meets a bad block: goes on behind it, or is refused",
    ),
    "storage-info": (("json", "nak"), "whether the programmer answers <getstorageinfo>"),
    "vendor-erase": (("taken", "refused"), 'what an erase with vendor="quectel" is answered'),
    "whole-disk": (("refused", "erases"), "an erase without a number of sectors"),
    "broken-chain": (("edl", "dump"), "where a modem ends up whose SBL is good and another image is not"),
    "lost-link": (("forgets", "waits"), "whether a transfer that the link broke off is forgotten"),
    **efs_faults.ASSUMPTIONS,
}


def parse(text: str) -> dict[str, str]:
    """`NAME:BEHAVIOUR`, several by commas; every assumption with its behaviour.

    Raises:
        ValueError: there is no such assumption or behaviour.
    """
    return switches.behaviours(text, ASSUMPTIONS)
