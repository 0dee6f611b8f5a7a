"""STP messages as the modem reads and writes them.

Rules that hold here: this is the simulator's own reading of the protocol page;
the updater's code is not used, so that a misreading on either side shows.
"""

from __future__ import annotations

import binascii
import struct
from dataclasses import dataclass

REQUEST, RESPONSE = b"fast", b"tsaf"
HEADER_BYTES = 16
RESET, OPEN_SESSION, BLOCK_CMD, BLOCK, DATA_TYPE = 0, 1, 2, 3, 4
NAMES = {
    RESET: "RESET",
    OPEN_SESSION: "OPEN_SESSION",
    BLOCK_CMD: "TRANSFER_BLOCK_CMD",
    BLOCK: "TRANSFER_BLOCK",
    DATA_TYPE: "DATA_TYPE",
}
ACKNOWLEDGE, REFUSE, NOT_UNDERSTOOD = 0x80, 0x40, 0x7F
TYPES_OF_UPDATER, TYPES_OF_IMAGE, COMPRESSED_TYPES = (2, 3), (4, 5), (3, 5)


@dataclass(frozen=True, slots=True)
class Header:
    """The 16 bytes before a payload, as far as the modem wants them."""

    operation: int
    session: int
    payload_bytes: int
    transaction: int
    payload_crc: int
    good: bool


@dataclass(frozen=True, slots=True)
class Request:
    """One whole request."""

    operation: int
    session: int
    transaction: int
    payload: bytes

    def __str__(self) -> str:
        name = NAMES.get(self.operation, f"operation {self.operation}")
        return f"{name} session {self.session} transaction {self.transaction}"


def header_of(raw: bytes | bytearray) -> Header:
    """Read a request's header; its CRC covers it with its own field as 0."""
    operation, session, payload_bytes, transaction, header_crc, payload_crc = struct.unpack_from(
        ">BBHIHH", raw, 4
    )
    covered = bytes(raw[:12]) + b"\0\0" + bytes(raw[14:16])
    return Header(
        operation,
        session,
        payload_bytes,
        transaction,
        payload_crc,
        binascii.crc_hqx(covered, 0) == header_crc,
    )


def payload_fits(header: Header, payload: bytes | bytearray) -> bool:
    """Whether the payload's CRC is the header's; 0 for no payload."""
    return binascii.crc_hqx(payload, 0) == header.payload_crc


def request_bytes(request: Request) -> bytes:
    """A request as an updater sends it."""
    payload_crc = binascii.crc_hqx(request.payload, 0)
    fields = (request.operation, request.session, len(request.payload), request.transaction)
    header = REQUEST + struct.pack(">BBHIHH", *fields, 0, payload_crc)
    header_crc = binascii.crc_hqx(header, 0)
    return header[:12] + struct.pack(">H", header_crc) + header[14:] + request.payload


def answer(request: Request, operation: int, payload: bytes, with_crc: bool) -> bytes:
    """The bytes of an answer; both CRC fields 0 unless asked for."""
    fields = (operation, request.session, len(payload), request.transaction)
    header = RESPONSE + struct.pack(">BBHIHH", *fields, 0, 0)
    if with_crc:
        payload_crc = binascii.crc_hqx(payload, 0)
        header = header[:14] + struct.pack(">H", payload_crc)
        header_crc = binascii.crc_hqx(header, 0)
        header = header[:12] + struct.pack(">H", header_crc) + header[14:]
    return header + payload
