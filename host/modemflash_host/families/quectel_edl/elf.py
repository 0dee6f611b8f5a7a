"""Whether a programmer is a whole ELF file: its headers and segments must lie inside it.

A boot ROM asks for the pieces of a programmer by offset and length; one that was
cut answers with status 8 only after the module has left its application. What
is signed, and for whom, only the module knows. Source: the ELF specification.
"""

from __future__ import annotations

import struct

from modemflash.errors import BadFile

_MAGIC = b"\x7fELF"
_HEADERS = {1: (52, 28, "<I", 44, 32, "<I8xI", 4), 2: (64, 32, "<Q", 56, 56, "<Q16xQ", 8)}
"""Class → header, place and form of the table's offset, place of its count, row, form and place in a row."""


def check_elf(head: bytes, size: int, name: str) -> int:
    """How many segments the file has, each of them inside it.

    Args:
        head: the beginning of the file, or all of it.
        size: bytes of the file.
        name: for the message.

    Raises:
        BadFile: `package-programmer-damaged`.
    """
    if head[:4] != _MAGIC or len(head) < 64 or head[4] not in _HEADERS:
        raise BadFile("package-programmer-damaged", f"{name} does not begin like an ELF file")
    header, table_at, table_form, count_at, row_bytes, row_form, row_at = _HEADERS[head[4]]
    [table] = struct.unpack_from(table_form, head, table_at)
    [stated_row_bytes, count] = struct.unpack_from("<HH", head, count_at - 2)
    end_of_table = table + count * row_bytes
    if stated_row_bytes != row_bytes or not count or table < header or end_of_table > min(size, len(head)):
        raise BadFile("package-programmer-damaged", f"{name}: its table of segments is not inside it")
    for number in range(count):
        offset, length = struct.unpack_from(row_form, head, table + number * row_bytes + row_at)
        if length and offset + length > size:
            raise BadFile(
                "package-programmer-damaged",
                f"{name} has {size} bytes, its segment {number} ends at {offset + length}",
            )
    return int(count)
