"""What a boot ROM's last word about a programmer means, as one table.

Rules: the numbers are those of the protocol's own enumeration (one public list is
shifted by one); a number that is not in it is said as a number. Source:
docs/quectel-edl.md ("The protocol").
"""

from __future__ import annotations

_ANOTHER = "this programmer is signed for another vendor or chip"
STATUSES = {
    0x01: "invalid command",
    0x02: "protocol mismatch",
    0x03: "invalid target protocol",
    0x04: "invalid host protocol",
    0x05: "invalid packet size",
    0x06: "unexpected image",
    0x07: "invalid header size",
    0x08: "data size: the programmer was cut, or is for another hardware revision",
    0x09: "invalid image type",
    0x0A: "invalid transmit length",
    0x0B: "invalid receive length",
    0x0C: "transmit or receive error",
    0x0D: "error in the data that were read",
    0x0E: "unsupported number of program headers",
    0x0F: "invalid program header size",
    0x10: "several shared segments",
    0x11: "uninitialised program header",
    0x12: "invalid destination address",
    0x13: "image header size: the programmer is damaged, or for another chip",
    0x14: "ELF header: the programmer is damaged, or for another chip",
    0x15: "unknown error",
    0x16: "time-out in receiving",
    0x17: "time-out in sending",
    0x18: "invalid mode",
    0x19: "invalid memory read",
    0x1A: "invalid data size request",
    0x1B: "memory debug is not supported",
    0x1C: "invalid mode switch",
    0x1D: "a command failed",
    0x1E: "invalid parameter of a command",
    0x1F: "unsupported command",
    0x20: "invalid data of a command",
    0x21: "hash table authentication: " + _ANOTHER,
    0x22: "hash verification: " + _ANOTHER,
    0x23: "hash table missing: " + _ANOTHER,
    0x24: "the target could not be initialised",
    0x25: "image authentication: " + _ANOTHER,
    0x26: "invalid hash table size",
    0x27: "enumeration failed",
    0x28: "hardware error of the bulk endpoint",
}


def status_words(status: int) -> str:
    """A status in number and words."""
    return f"status 0x{status:02X}, {STATUSES.get(status, 'which no document explains')}"
