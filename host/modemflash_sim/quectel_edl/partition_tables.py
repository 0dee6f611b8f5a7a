"""Partition tables of NAND modems, made and read: the three of a package, and the one in the module.

Rule: all numbers are little-endian; of the module's own table only what a boot loader
needs is read. Source: the description of the package's files.
"""

from __future__ import annotations

import struct
from functools import cache, lru_cache

# name, first block, blocks, the image that belongs to it ("" where none does)
Row = tuple[str, int, int, str]
Layout = tuple[Row, ...]

LAYOUT: Layout = (
    ("SBL", 0, 4, "sbl1.mbn"),
    ("MIBIB", 4, 4, "partition.mbn"),
    ("EFS2", 8, 12, ""),
    ("RAWDATA", 20, 2, ""),
    ("TZ", 22, 4, "tz.mbn"),
    ("boot", 26, 8, "boot.img"),
    ("sec", 34, 2, ""),
    ("usr_data", 36, 4, ""),
    ("system", 40, 20, "sysfs.ubi"),
)
"""A small one, in the order of real ones."""
PAGE, PER_BLOCK = 4096, 64
_MIBIB = (0xFE569FAC, 0xCD7F127A)
_SYSTEM = (0x55EE73AA, 0xE35EBDDB)
_CRC = (0x9D41BEA1, 0xF1DED2EA)
_USER = (0xAA7D1B9A, 0x1F7D48BC)


@lru_cache(maxsize=32)
def crc(data: bytes) -> int:
    """Polynomial 04C11DB7, start 0, bit by bit from the highest."""
    value = 0
    for bit in "".join(f"{byte:08b}" for byte in data):
        carry = (value >> 31) ^ int(bit)
        value = ((value << 1) & 0xFFFFFFFF) ^ (0x04C11DB7 if carry else 0)
    return value


@cache
def mibib(layout: Layout = LAYOUT, page: int = PAGE) -> bytes:
    """partition_complete_*.mbn: four pages."""
    first = struct.pack("<4I", *_MIBIB, 4, 1).ljust(page, b"\xff")
    rows = b"".join(
        f"0:{name}".encode().ljust(16, b"\0") + struct.pack("<II4s", at, blocks, b"\xff\x01\0\0")
        for name, at, blocks, _ in layout
    )
    head = struct.pack("<4I", *_SYSTEM, 4, len(layout))
    both = first + (head + rows).ljust(page, b"\xff")
    last = struct.pack("<4I", *_CRC, 1, crc(both))
    return both + b"\xff" * page + last.ljust(page, b"\xff")


def read_mibib(data: bytes, page: int) -> dict[str, tuple[int, int]]:
    """Name to first block and blocks; {} where it is no whole table, or its CRC is wrong."""
    if len(data) < 4 * page:
        return {}
    heads = [struct.unpack_from("<2I", data, number * page) for number in (0, 1, 3)]
    if heads != [_MIBIB, _SYSTEM, _CRC]:
        return {}
    if struct.unpack_from("<I", data, 3 * page + 12)[0] != crc(data[: 2 * page]):
        return {}
    [count] = struct.unpack_from("<I", data, page + 12)
    rows = {}
    for number in range(min(count, 64)):
        at = page + 16 + 28 * number
        name = data[at : at + 16].split(b"\0")[0].decode("latin-1")
        rows[name.removeprefix("0:")] = struct.unpack_from("<2I", data, at + 16)
    return rows


def user_table(layout: Layout = LAYOUT, block_kb: int = 256) -> bytes:
    """partition.mbn, half of it in blocks and half in KB."""
    rows = b""
    for number, (name, _, blocks, _) in enumerate(layout):
        size, unit = (blocks - 1, 0xFE) if number % 2 else ((blocks - 1) * block_kb, 0xFF)
        pad = 1 if number % 2 else block_kb
        rows += f"0:{name}".encode().ljust(16, b"\0") + struct.pack("<II4B", size, pad, 255, 1, 0, unit)
    return struct.pack("<4I", *_USER, 4, len(layout)) + rows


def table_xml(layout: Layout = LAYOUT) -> bytes:
    """partition_nand.xml."""
    rows = "".join(
        f'<partition><name length="16">0:{name}</name><size_blks length="4">0x{blocks:X}</size_blks>'
        f"<pad_blks>0</pad_blks>{f'<img_name>{image}</img_name>' if image else ''}</partition>"
        for name, _, blocks, image in layout
    )
    return f'<?xml version="1.0"?><nandboot><partitions>{rows}</partitions></nandboot>'.encode()
