"""Tells apart what goes over the wire of a module in EDL: packets, commands, firmware, and all the rest.

Rules: a programmer and the data of images are firmware, and so is all that is read
from a flash: calibration is in no capture; how long they are is known from what
was asked before; our own commands name nobody; what a module says is talk, which
passes the masks.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from modemflash_host.families.contract import FIRMWARE, FRAME, TALK, Piece
from modemflash_host.families.quectel_edl.sahara import MOST_AT_ONCE, READ, READ_64

_HEAD_BYTES = 8
_LONGEST_PACKET = 64
_LONGEST_TALK = 8192
_LAST_COMMAND = 0x14
_SIZE = re.compile(rb"num_partition_sectors=[\"'](\d{1,9})[\"']")
_SECTOR = re.compile(rb"SECTOR_SIZE_IN_BYTES=[\"'](\d{1,6})[\"']")
_RAW = re.compile(rb"<response[^>]*rawmode=[\"']true[\"'][^>]*>\s*(?:</response>\s*)?</data>", re.IGNORECASE)


class EdlFramer:
    """See `modemflash_host.families.contract.Framer`.

    Attributes:
        in_transfer: firmware is under way.
    """

    def __init__(self) -> None:
        self._to_send = 0  # bytes of firmware that are due next, of ours
        self._to_come = 0  # and of the module's
        self._size = 0  # of the data of the command that was sent last
        self._is_read = False
        self._heard = b""

    @property
    def in_transfer(self) -> bool:
        """See `Framer`."""
        return self._to_send > 0 or self._to_come > 0

    def sent(self, data: bytes) -> Iterator[Piece]:
        """What a write is made of."""
        if self._to_send:
            firmware, data = data[: self._to_send], data[self._to_send :]
            self._to_send -= len(firmware)
            yield Piece(firmware, FIRMWARE)
        if not data:
            return
        if data.lstrip().startswith(b"<?xml"):
            self._note_command(data)
            yield Piece(data, FRAME)
        elif _is_packet(data):
            yield Piece(data, FRAME)
        else:
            yield Piece(data, TALK if len(data) <= 256 and data.strip(b"\0") else FIRMWARE)

    def heard(self, data: bytes) -> Iterator[Piece]:
        """The same of bytes that came."""
        data = self._heard + data
        self._heard = b""
        while data:
            if self._to_come:
                piece, data = data[: self._to_come], data[self._to_come :]
                self._to_come -= len(piece)
                yield Piece(piece, FIRMWARE)
                continue
            size = _packet_bytes(data)
            if size and len(data) < size:
                self._heard = data
                return
            if size:
                self._note_packet(data[:size])
                yield Piece(data[:size], FRAME)
                data = data[size:]
                continue
            if self._size and (raw := _RAW.search(data)):
                self._note_raw()
                yield Piece(data[: raw.end()], TALK)
                data = data[raw.end() :]
                continue
            if self._size and len(data) < _LONGEST_TALK:
                self._heard = data
                if b"</data>" not in data:
                    return
                at = data.rindex(b"</data>") + len(b"</data>")
                self._heard = data[at:]
                yield Piece(data[:at], TALK)
                return
            yield Piece(data, TALK if len(data) < _LONGEST_TALK else FIRMWARE)
            data = b""

    def rest(self) -> Iterator[tuple[str, Piece]]:
        """What never became whole."""
        if self._heard:
            yield "rx", Piece(self._heard, TALK)
        self._heard = b""

    def _note_command(self, data: bytes) -> None:
        self._to_come = 0
        size, sector = _SIZE.search(data), _SECTOR.search(data)
        self._is_read = b"<read " in data
        has_data = self._is_read or b"<program " in data
        self._size = int(size[1]) * int(sector[1]) if has_data and size and sector else 0

    def _note_raw(self) -> None:
        if self._is_read:
            self._to_come = self._size
        else:
            self._to_send = self._size
        self._size = 0

    def _note_packet(self, packet: bytes) -> None:
        [command] = struct.unpack_from("<I", packet)
        if command in (READ, READ_64):
            form = "<I" if command == READ else "<Q"
            [length] = struct.unpack(form, packet[-struct.calcsize(form) :])
            self._to_send = length if length <= MOST_AT_ONCE else 0


def _packet_bytes(data: bytes) -> int:
    """How long the packet is that begins here; 0 for none."""
    if len(data) < 4 or data[1:4] != b"\0\0\0" or not 0 < data[0] <= _LAST_COMMAND:
        return 0
    if len(data) < _HEAD_BYTES:
        return _HEAD_BYTES
    [length] = struct.unpack_from("<I", data, 4)
    return length if _HEAD_BYTES <= length <= _LONGEST_PACKET else 0


def _is_packet(data: bytes) -> bool:
    return len(data) >= _HEAD_BYTES and _packet_bytes(data) == len(data)
