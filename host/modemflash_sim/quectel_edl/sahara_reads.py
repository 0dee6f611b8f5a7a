"""In which pieces a boot ROM asks for the programmer: ELF header, program headers, segments.

Rules: a plan is a generator that yields (offset, length) and is sent the bytes; its
value is the END_IMAGE status; all is asked in pieces of at most 4096 bytes. Source:
reads of real modems in the description.
"""

from __future__ import annotations

import struct
from collections.abc import Generator

from modemflash_sim.quectel_edl.packages import chip_in

Reads = Generator[tuple[int, int], bytes, int]
GOOD, ELF_HEADER, PROGRAM_HEADERS, IMAGE_AUTHENTICATION = 0, 0x14, 0x0E, 0x25
_CHUNK_BYTES = 0x1000
_MOST_HEADERS = 64


def programmer_reads(chip: str, wide: bool, order: str) -> Reads:
    """The whole programmer, once, or each piece twice.

    Args:
        chip: the modem's own.
        wide: the first piece is a 64-bit header.
        order: see `assumptions`.
    """
    head = yield 0, 0x40 if wide else 0x34
    if head[:4] != b"\x7fELF" or head[4] not in (1, 2):
        return ELF_HEADER
    if head[4] == 2 and len(head) < 0x40:
        head += yield 0x34, 0x0C
    if head[4] == 2:
        [at] = struct.unpack_from("<Q", head, 32)
        entry, count = struct.unpack_from("<HH", head, 54)
        row, size = "<8xQ16xQ", 0x38
    else:
        [at] = struct.unpack_from("<I", head, 28)
        entry, count = struct.unpack_from("<HH", head, 42)
        row, size = "<4xI8xI", 0x20
    if entry != size or not 0 < count <= _MOST_HEADERS:
        return PROGRAM_HEADERS
    headers = yield at, count * size
    pieces = []
    for number in range(count):
        start, length = struct.unpack_from(row, headers, number * size)
        pieces += [
            (start + done, min(_CHUNK_BYTES, length - done)) for done in range(0, length, _CHUNK_BYTES)
        ]
    if order == "backward":
        pieces.reverse()
    elif order == "twice":
        pieces = [piece for each in pieces for piece in (each, each)]
    got = {}
    for piece in pieces:
        got[piece[0]] = yield piece
    named = chip_in(b"".join(got[start] for start in sorted(got)))
    return GOOD if named in ("", chip) else IMAGE_AUTHENTICATION
