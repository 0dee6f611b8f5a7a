"""A firmware package for a Quectel modem, small and good, and a place to spoil it.

Rules: it is made from the facts of the format and knows no code of the product;
whoever spoils a package changes `files` or `lines` before it is written, and
`after_sums` what is written over the files once their sums are made.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
from functools import cache
from pathlib import Path

FIREHOSE = "update/firehose/"
LIST = FIREHOSE + "rawprogram_nand_p4K_b256K_update.xml"
TABLE = FIREHOSE + "partition_complete_p4K_b256K.mbn"
PROGRAMMER = FIREHOSE + "prog_firehose_sdx55.mbn"
PAGE, PER_BLOCK = 4096, 64
BLOCKS = 60

# name, first block, blocks, image
LAYOUT: tuple[tuple[str, int, int, str], ...] = (
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


def crc(data: bytes) -> int:
    """Polynomial 04C11DB7, start 0, bit by bit from the highest."""
    value = 0
    for bit in "".join(f"{byte:08b}" for byte in data):
        carry = (value >> 31) ^ int(bit)
        value = ((value << 1) & 0xFFFFFFFF) ^ (0x04C11DB7 if carry else 0)
    return value


@cache
def mibib(layout: tuple[tuple[str, int, int, str], ...] = LAYOUT) -> bytes:
    """partition_complete_*.mbn."""
    first = struct.pack("<4I", 0xFE569FAC, 0xCD7F127A, 4, 1).ljust(PAGE, b"\xff")
    rows = b"".join(
        f"0:{name}".encode().ljust(16, b"\0") + struct.pack("<II4s", at, blocks, b"\xff\x01\0\0")
        for name, at, blocks, _ in layout
    )
    head = struct.pack("<4I", 0x55EE73AA, 0xE35EBDDB, 4, len(layout))
    both = first + (head + rows).ljust(PAGE, b"\xff")
    last = struct.pack("<4I", 0x9D41BEA1, 0xF1DED2EA, 1, crc(both))
    return both + b"\xff" * PAGE + last.ljust(PAGE, b"\xff")


def user_table(layout: tuple[tuple[str, int, int, str], ...] = LAYOUT) -> bytes:
    """partition.mbn, half of it in blocks and half in KB."""
    rows = b""
    for number, (name, _, blocks, _) in enumerate(layout):
        size, unit = (blocks - 1, 0xFE) if number % 2 else ((blocks - 1) * 256, 0xFF)
        pad = 1 if number % 2 else 256
        rows += f"0:{name}".encode().ljust(16, b"\0") + struct.pack("<II4B", size, pad, 255, 1, 0, unit)
    return struct.pack("<4I", 0xAA7D1B9A, 0x1F7D48BC, 4, len(layout)) + rows


def table_xml(layout: tuple[tuple[str, int, int, str], ...] = LAYOUT) -> bytes:
    """partition_nand.xml."""
    rows = "".join(
        f'<partition><name length="16">0:{name}</name><size_blks length="4">0x{blocks:X}</size_blks>'
        f"<pad_blks>0</pad_blks>{f'<img_name>{image}</img_name>' if image else ''}</partition>"
        for name, _, blocks, image in layout
    )
    return f'<?xml version="1.0"?><nandboot><partitions>{rows}</partitions></nandboot>'.encode()


def elf(size: int = 3000) -> bytes:
    """A 32-bit ELF file with two segments."""
    header = b"\x7fELF\1\1\1".ljust(16, b"\0")
    header += struct.pack("<HHIIIIIHHHHHH", 2, 40, 1, 0, 52, 0, 5, 52, 32, 2, 0, 0, 0)
    half = (size - 116) // 2
    rows = b"".join(struct.pack("<8I", 1, 116 + at, 0, 0, half, half, 5, 4096) for at in (0, half))
    return (header + rows).ljust(size, b"\x5a")


def _line(kind: str, start: int, sectors: int, more: str) -> str:
    return (
        f'<{kind} PAGES_PER_BLOCK="{PER_BLOCK}" SECTOR_SIZE_IN_BYTES="{PAGE}" '
        f'num_partition_sectors="{sectors}" physical_partition_number="0" start_sector="{start}" {more}/>'
    )


def erase(first_block: int, blocks: int, more: str = "") -> str:
    """A line that erases."""
    return _line("erase", first_block * PER_BLOCK, blocks * PER_BLOCK, more)


def program(first_block: int, blocks: int, filename: str, more: str = "") -> str:
    """A line that writes an image."""
    return _line("program", first_block * PER_BLOCK, blocks * PER_BLOCK, f'filename="{filename}" {more}')


class PackageMaker:
    """A good package until it is spoiled.

    Attributes:
        files: names and contents.
        lines: of the list of commands.
        after_sums: contents that are written over others once the sums are made; None takes a file away.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {
            "contents.xml": (
                b"<contents><product_name>SDX55.LE.1.0</product_name><chipid>SDX55</chipid></contents>"
            ),
            "update/partition.mbn": user_table(),
            "update/partition_nand.xml": table_xml(),
            TABLE: mibib(),
            PROGRAMMER: elf(),
            FIREHOSE + "patch_p4K_b256K.xml": (
                b'<patches><patch SECTOR_SIZE_IN_BYTES="4096" byte_offset="484" filename="x.mbn" '
                b'start_sector="1" size_in_bytes="4" value="NUM_DISK_BLOCKS-9."/></patches>'
            ),
        }
        self.lines: list[str] = []
        self.after_sums: dict[str, bytes | None] = {}
        for number, (name, at, blocks, image) in enumerate(LAYOUT):
            if not image:
                continue
            filename = f"..\\{image}"
            if name == "MIBIB":
                filename = TABLE.removeprefix(FIREHOSE)
            else:
                self.files["update/" + image] = bytes([number]) * (PAGE * 3 - 77)
            self.lines += [program(at, blocks, filename), erase(at, blocks)]

    def contents(self) -> dict[str, bytes]:
        """Every file with its sum, as it would lie on a disk."""
        files = {LIST: self.list_xml(), **self.files}
        sums = [
            f"FILE:\\{name.replace('/', chr(92))}:{hashlib.md5(data).hexdigest().upper()}"
            for name, data in files.items()
        ]
        files["md5.txt"] = "\r\n".join(["VERSION:1.0", "FILE:START", *sums, "FILE:END", ""]).encode()
        for name, data in self.after_sums.items():
            files.pop(name, None)
            if data is not None:
                files[name] = data
        return files

    def list_xml(self) -> bytes:
        """The list of commands."""
        return ("<?xml version='1.0'?>\n<data>\n" + "\n".join(self.lines) + "\n</data>\n").encode()

    def write(self, folder: Path) -> Path:
        """As a folder."""
        for name, data in self.contents().items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return folder

    def pack(self, path: Path, inside: str = "") -> Path:
        """As an archive."""
        path.write_bytes(self.packed(inside))
        return path

    def packed(self, inside: str = "") -> bytes:
        """The archive's bytes; `inside`: a folder in it, with its slash."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in self.contents().items():
                archive.writestr(inside + name, data)
        return packed.getvalue()
