"""What `info` says beside the facts: what a state means, and why a module's USB is missing.

Rules: settings are named and never sent; what the module answered is told beside
what it means, because 1 at a setting called "disusb" was read as enabled; a
module that is never written to is told so here already. Source:
docs/quectel-edl.md ("Find the port").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from modemflash_host.families.quectel_edl.identity import Identity
from modemflash_host.families.quectel_edl.module_ports import ModulePort
from modemflash_host.families.quectel_edl.product import why_not_offered
from modemflash_host.families.quectel_edl.questions import USB_QUESTION
from modemflash_host.links.quectel_ports import CRASH_DUMP, DIAG, EDL, UART

_NEXT = {
    EDL: (
        "Give `modemflash update` this port and the module's package. Or cut its power for 10 seconds: it "
        "starts its firmware again where that is whole."
    ),
    CRASH_DUMP: (
        "If it is like this again after 10 seconds without power, ask its maker: nothing but its boot pin or "
        "test point leads further."
    ),
}
_FINISH = (
    "Its firmware is not whole: run the same update again. Cutting its power does no harm, nor does it help."
)
_USB_OFF = re.compile(r'\+QCFGEXT: "disusb",(\d)')
_USB_WORDS = {
    "1": f"{USB_QUESTION} says 1, so USB is DISABLED. The same with ,0 behind it and a restart enable it",
    "0": f"{USB_QUESTION} says 0, so USB is enabled",
    "": f"{USB_QUESTION} is not known to it (older firmware has no such setting)",
}


def notes_of(
    port: ModulePort, listed: list[ModulePort], identity: Identity | None, is_begun: bool
) -> Iterator[str]:
    """What is worth to know, one sentence or some in each.

    Args:
        port: the one that was looked at.
        listed: all ports of modules on this computer.
        identity: what the module said; None where it was not asked.
        is_begun: an update of it did not finish.
    """
    if is_begun and port.role is EDL:
        yield _FINISH
    elif port.role in _NEXT:
        yield _NEXT[port.role]
    if identity is None:
        return
    model = (identity.model or identity.version).replace("-", "")
    if why := why_not_offered(model):
        yield f"This program writes nothing to a {identity.model or 'module like this'}: {why}."
    if port.role is UART:
        yield from _own_usb(listed, identity)


def _own_usb(listed: list[ModulePort], identity: Identity) -> Iterator[str]:
    """Where the module's own USB is, or a checklist for why it is not there."""
    if listed:
        right = [each for each in listed if each.role is DIAG] or listed
        yield "An update needs the module's own USB. If this is its: " + "; ".join(
            f"{each.name}: {each.words}" for each in right
        )
        return
    found = _USB_OFF.search(identity.record.get(USB_QUESTION, ""))
    yield "An update needs the DM port of the module's own USB (2c7c:…), and this computer shows none. Check:"
    yield f"1. The module: {_USB_WORDS.get(found[1] if found else '', _USB_WORDS[''])}."
    yield "2. The wires: USB_VBUS, D+, D- and ground reach the module, and the cable has data wires."
    yield (
        "3. The driver: Linux before mid-2022 does not know 2c7c:0700, Windows needs the maker's driver. "
        "`modemflash ports` shows what came."
    )
