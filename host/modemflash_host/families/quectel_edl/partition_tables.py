"""The three partition tables of a package, and the one layout that they agree on.

    partition_nand.xml          what the vendor wrote down
    partition.mbn               the user table: sizes in blocks or KB, one after the other
    partition_complete_*.mbn    the MIBIB that is written to the module: first block and length, with a CRC

Rules: all three must be there and say the same, row by row; the MIBIB's CRC must
be right; only a last row may be as long as the flash. Numbers are little-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache

from modemflash.errors import BadFile
from modemflash_host.families.quectel_edl.geometry import Blocks, Geometry
from modemflash_host.families.quectel_edl.xml_reader import Element

MOST_BLOCKS = 1 << 16
_REST = 0xFFFFFFFF
_USER_MAGIC = (0xAA7D1B9A, 0x1F7D48BC)
_MIBIB_MAGIC = (0xFE569FAC, 0xCD7F127A)
_SYSTEM_MAGIC = (0x55EE73AA, 0xE35EBDDB)
_CRC_MAGIC = (0x9D41BEA1, 0xF1DED2EA)
_ROW_BYTES = 28
_MOST_ROWS = 64
_CRC_POLYNOMIAL = 0x04C11DB7


CRC_PLACE = (3, 12, 4)
"""Page of a MIBIB, byte in it, and length of its CRC."""


def length_place(row: int) -> tuple[int, int, int]:
    """The same of the length of a partition."""
    return 1, 16 + row * _ROW_BYTES + 20, 4


@dataclass(frozen=True, slots=True)
class Partition:
    """A row of a table.

    Attributes:
        name: without the flash's number in front, as it stands there.
        first_block: where it begins.
        blocks: how long it is; None for all that is left.
        image: the file that belongs to it; "" where none does.
    """

    name: str
    first_block: int
    blocks: int | None
    image: str = ""

    @property
    def range(self) -> Blocks:
        """Its blocks; those of an open end go up to the largest flash that there is."""
        return Blocks(
            self.first_block, MOST_BLOCKS if self.blocks is None else self.first_block + self.blocks
        )


def mibib_crc(data: bytes) -> int:
    """The CRC in page 3 of a MIBIB: polynomial 04C11DB7, start 0, not reflected, no final xor."""
    crc, table = 0, _crc_table()
    for byte in data:
        crc = (crc << 8 & 0xFFFFFF00) ^ table[crc >> 24 ^ byte]
    return crc


@cache
def _crc_table() -> tuple[int, ...]:
    """What each byte at the top does to the rest."""
    rows = []
    for byte in range(256):
        crc = byte << 24
        for _ in range(8):
            crc = ((crc << 1) ^ _CRC_POLYNOMIAL if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
        rows.append(crc)
    return tuple(rows)


def read_mibib(data: bytes, geometry: Geometry, name: str) -> list[Partition]:
    """The rows of a MIBIB file.

    Raises:
        BadFile: `package-table-damaged`.
    """
    page = geometry.sector_bytes
    if len(data) < 4 * page:
        raise BadFile("package-table-damaged", f"{name} is shorter than its four pages")
    if len(data) > geometry.block_bytes or data[4 * page :].strip(b"\xff\0"):
        # What starts the module takes the newest table that it finds, and this one was not looked at.
        raise BadFile("package-table-damaged", f"{name} holds more than one table has")
    magics = [struct.unpack_from("<II", data, number * page) for number in (0, 1, 3)]
    if magics != [_MIBIB_MAGIC, _SYSTEM_MAGIC, _CRC_MAGIC]:
        raise BadFile("package-table-damaged", f"{name} is no table for pages of {page} bytes")
    [crc] = struct.unpack_from("<I", data, 3 * page + 12)
    if crc != mibib_crc(data[: 2 * page]):
        raise BadFile("package-table-damaged", f"{name}: its CRC is not that of its content")
    [count] = struct.unpack_from("<I", data, page + 12)
    if not 0 < count <= _MOST_ROWS:
        raise BadFile("package-table-damaged", f"{name} says that it has {count} rows")
    rows = []
    for number in range(count):
        at = page + 16 + number * _ROW_BYTES
        first, blocks = struct.unpack_from("<II", data, at + 16)
        rows.append(Partition(_name(data[at : at + 16]), first, None if blocks == _REST else blocks))
    _check_rows(rows, name)
    return rows


def read_user_table(data: bytes, geometry: Geometry, name: str) -> list[Partition]:
    """The rows of partition.mbn.

    Raises:
        BadFile: `package-table-damaged`.
    """
    if len(data) < 16 or struct.unpack_from("<II", data) != _USER_MAGIC:
        raise BadFile("package-table-damaged", f"{name} does not begin like a partition table")
    [count] = struct.unpack_from("<I", data, 12)
    if not 0 < count <= _MOST_ROWS or len(data) < 16 + count * _ROW_BYTES:
        raise BadFile("package-table-damaged", f"{name} says that it has {count} rows")
    sizes: list[tuple[str, int | None, str]] = []
    for number in range(count):
        at = 16 + number * _ROW_BYTES
        size, pad = struct.unpack_from("<II", data, at + 16)
        in_blocks = data[at + 27] == 0xFE
        blocks = None if size == _REST else _in_blocks(size, pad, in_blocks, geometry)
        sizes.append((_name(data[at : at + 16]), blocks, ""))
    return _one_after_the_other(sizes, name)


def read_table_xml(root: Element, geometry: Geometry, name: str) -> list[Partition]:
    """The rows of partition_nand.xml.

    Raises:
        BadFile: `package-table-damaged`.
    """
    sizes: list[tuple[str, int | None, str]] = []
    for element in root.below("partition"):
        try:
            in_blocks = element.first("size_blks") is not None
            size = element.first("size_blks") if in_blocks else element.first("size_kb")
            pad = element.first("pad_blks") if in_blocks else element.first("pad_kb")
            blocks = None
            if size is not None and int(size, 0) != _REST:
                blocks = _in_blocks(int(size, 0), int(pad or "0", 0), in_blocks, geometry)
        except ValueError as error:
            raise BadFile("package-table-damaged", f"{name}: {error}") from None
        row = (element.first("name") or "").rpartition(":")[2]
        sizes.append((row, blocks, element.first("img_name") or ""))
    if not 0 < len(sizes) <= _MOST_ROWS:
        raise BadFile("package-table-damaged", f"{name} has {len(sizes)} rows")
    return _one_after_the_other(sizes, name)


def agreed_layout(
    mibib: list[Partition], user: list[Partition], xml: list[Partition]
) -> tuple[Partition, ...]:
    """The layout that three tables agree on: places of the MIBIB, images of the XML.

    Raises:
        BadFile: `package-tables-differ`.
    """
    for title, other in (("partition.mbn", user), ("partition_nand.xml", xml)):
        if len(other) != len(mibib):
            raise BadFile("package-tables-differ", f"{len(mibib)} rows in the MIBIB, {len(other)} in {title}")
        for a, b in zip(mibib, other, strict=True):
            sure = b.first_block >= 0
            if a.name.lower() != b.name.lower() or (sure and a.first_block != b.first_block):
                words = f"{a.name} at {a.first_block} in the MIBIB, {b.name} at {b.first_block} in {title}"
                raise BadFile("package-tables-differ", words)
            if a.blocks is not None and b.blocks is not None and a.blocks != b.blocks:
                words = f"{a.name} has {a.blocks} blocks in the MIBIB, {b.blocks} in {title}"
                raise BadFile("package-tables-differ", words)
    return tuple(Partition(a.name, a.first_block, a.blocks, b.image) for a, b in zip(mibib, xml, strict=True))


def _name(field: bytes) -> str:
    return field.split(b"\0")[0].decode("latin-1").rpartition(":")[2]


def _in_blocks(size: int, pad: int, in_blocks: bool, geometry: Geometry) -> int:
    if in_blocks:
        return size + pad
    block_kb = geometry.block_bytes // 1024
    return -(-size // block_kb) + -(-pad // block_kb)


def _one_after_the_other(sizes: list[tuple[str, int | None, str]], name: str) -> list[Partition]:
    """Rows with places; after one that takes the rest no place is known (-1)."""
    rows, at = [], 0
    for partition, blocks, image in sizes:
        rows.append(Partition(partition, at, blocks, image))
        at = at + blocks if blocks is not None and at >= 0 else -1
    _check_rows([row for row in rows if row.first_block >= 0], name)
    return rows


def _check_rows(rows: list[Partition], name: str) -> None:
    """Names once, places that rise without overlap, an end that a flash can have."""
    seen: set[str] = set()
    reached = 0
    for number, row in enumerate(rows):
        if not row.name or row.name.lower() in seen:
            raise BadFile("package-table-damaged", f"{name}: no name, or one twice, in row {number}")
        seen.add(row.name.lower())
        is_last = number == len(rows) - 1
        if row.first_block < reached or (row.blocks is None and not is_last) or row.blocks == 0:
            raise BadFile("package-table-damaged", f"{name}: {row.name} has no place of its own")
        reached = row.first_block + (row.blocks or 0)
    if reached > MOST_BLOCKS:
        raise BadFile("package-table-damaged", f"{name} ends at block {reached}")
