"""Writes pcapng, the format of Wireshark: a section, an interface for each line, a packet for each record.

Rules: every block is written by one call and whole, so a file that was cut opens
as far as it goes; packets are of link type USER0, whose meaning is in
`export.py`. Facts: the pcapng draft of the IETF's opsawg, sections 4.1 to 4.3.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

USER0 = 147  # LINKTYPE_USER0, for private use
FROM_DEVICE, TO_DEVICE = 1, 2  # bits 0 and 1 of the packet flags: inbound, outbound
_SECTION, _INTERFACE, _PACKET = 0x0A0D0D0A, 1, 6
_BYTE_ORDER = 0x1A2B3C4D
_COMMENT, _NAME, _DESCRIPTION, _FLAGS, _APPLICATION = 1, 2, 3, 2, 4
_LONGEST_COMMENT = 1000


class PcapngWriter:
    """An open file, with its section begun.

    Args:
        out: where the bytes go.
        application: what wrote it.
        comment: about all of it.
    """

    def __init__(self, out: BinaryIO, application: str, comment: str = "") -> None:
        self._out = out
        self._interfaces = 0
        body = struct.pack("<IHHq", _BYTE_ORDER, 1, 0, -1)
        self._block(_SECTION, body + _texts((_COMMENT, comment), (_APPLICATION, application)))

    def interface(self, name: str, description: str) -> int:
        """One more line; its number. Its times are microseconds."""
        body = struct.pack("<HHI", USER0, 0, 0) + _texts((_NAME, name), (_DESCRIPTION, description))
        self._block(_INTERFACE, body)
        self._interfaces += 1
        return self._interfaces - 1

    def packet(self, interface: int, at_us: int, data: bytes, flags: int = 0, comment: str = "") -> None:
        """One packet.

        Args:
            interface: a number that `interface` gave.
            at_us: its time since 1970, in microseconds.
            data: its bytes.
            flags: `FROM_DEVICE`, `TO_DEVICE`, or 0 for what went over no line.
            comment: what Wireshark shows with it; "" for nothing.
        """
        head = struct.pack("<IIIII", interface, at_us >> 32, at_us & 0xFFFFFFFF, len(data), len(data))
        options = struct.pack("<HHI", _FLAGS, 4, flags) if flags else b""
        self._block(_PACKET, head + _padded(data) + options + _texts((_COMMENT, comment)))

    def _block(self, kind: int, body: bytes) -> None:
        length = struct.pack("<I", len(body) + 12)
        self._out.write(struct.pack("<I", kind) + length + body + length)
        self._out.flush()


def _texts(*pairs: tuple[int, str]) -> bytes:
    """Options with a text each; one without a text is left out."""
    options = b""
    for code, text in pairs:
        data = text[:_LONGEST_COMMENT].encode("utf-8", "replace")
        options += struct.pack("<HH", code, len(data)) + _padded(data) if data else b""
    return options


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
