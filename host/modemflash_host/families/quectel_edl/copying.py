"""A copy of a module's files at one of its ports: which port that is, and what a capture keeps of it.

Rules: a port that is known to be another one is never opened for it; one that nothing
is known of (an address, a terminal) is asked whether it is a DM port.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import BinaryIO

from modemflash.errors import Refusal
from modemflash_host.capture.line import open_line
from modemflash_host.families.plan import Copied, Request
from modemflash_host.families.quectel_edl.diag_framer import DiagFramer
from modemflash_host.families.quectel_edl.diag_port import ANSWER_MS
from modemflash_host.families.quectel_edl.efs_copy import copy_efs
from modemflash_host.families.quectel_edl.words import WORDS
from modemflash_host.links.names import AUTO
from modemflash_host.links.ports import Port, port_at
from modemflash_host.links.quectel_ports import DIAG, OTHER, is_of_quectel, role_of, words_of
from modemflash_host.reporters import Reporter


def copy_at(port: str, request: Request, reporter: Reporter, file: BinaryIO) -> Copied:
    """Read the module's file system over its DM port.

    Raises:
        NoModem: `diag-silent`: it is no DM port.
        LinkProblem: it cannot be opened, or went away.
        Problem: as `copy_efs`.
        OSError: the file cannot be written.
    """
    reporter.use(WORDS, DiagFramer())
    made = datetime.now(timezone.utc).isoformat(timespec="seconds")
    seconds = request.answer_timeout_s
    with open_line(port, reporter) as line:
        return copy_efs(line, file, made, ANSWER_MS if seconds is None else seconds * 1000)


def dm_port(name: str, ports: list[Port]) -> str:
    """The DM port that is meant; one that nothing is known of may be it.

    Args:
        name: of a port, an address, or "auto" for the only one.
        ports: those of this computer.

    Raises:
        Refusal: `copy-other-port`, `port-ambiguous`, `module-usb-missing`.
    """
    right = [
        each.name for each in ports if is_of_quectel(each.usb) and role_of(each.usb, each.location) is DIAG
    ]
    if name == AUTO:
        if len(right) == 1:
            return right[0]
        if not right and (others := [each for each in ports if is_of_quectel(each.usb)]):
            words = "; ".join(f"{each.name}: {each.device.name}" for each in others)
            raise Refusal("copy-other-port", words)
        raise Refusal("port-ambiguous" if right else "module-usb-missing", ", ".join(right) or name)
    port = port_at(name, ports)
    if port is None or not is_of_quectel(port.usb):
        return name
    if role_of(port.usb, port.location) not in (DIAG, OTHER):
        better = f"; its DM port is {', '.join(right)}" if right else ""
        raise Refusal("copy-other-port", f"{name}: {words_of(port.usb, port.location)}{better}")
    return name
