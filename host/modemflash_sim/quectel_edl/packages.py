"""Firmware packages for simulated modems: in the vendor's form, with nothing of the vendor's in them.

Rules: a package is made from the description of the format and knows no code of
the product; whoever spoils one changes `files` or `lines` before it is written, and
`after_sums` what is written over the files once their sums are made.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
from pathlib import Path

from modemflash_sim.quectel_edl.partition_tables import (
    LAYOUT,
    PAGE,
    PER_BLOCK,
    Layout,
    mibib,
    table_xml,
    user_table,
)

FIREHOSE = "update/firehose/"
LIST = FIREHOSE + "rawprogram_nand_p4K_b256K_update.xml"
TABLE = FIREHOSE + "partition_complete_p4K_b256K.mbn"
PROGRAMMER = FIREHOSE + "prog_firehose_sdx55.mbn"
BLOCKS = 60
NAME = "RM502QAEAAR11A04M4G"
# chip: what its programmer is called
_PROGRAMMERS = {
    "SDX55": "prog_firehose_sdx55.mbn",
    "SDX6X": "prog_firehose_sdx6x.elf",
    "SDX7X": "prog_firehose_sdx7x.elf",
    "9X07": "prog_nand_firehose_9x07.mbn",
    "9X05": "prog_firehose_nand_mdm9x05.elf",
}
_CHIP_MARK = b"\0CHIP:"


def elf(size: int = 3000, chip: str = "", wide: bool = False) -> bytes:
    """An ELF file with two segments, of 32 or 64 bits; it may name the chip that it is for."""
    if wide:
        header = b"\x7fELF\2\1\1".ljust(16, b"\0")
        header += struct.pack("<HHIQQQIHHHHHH", 2, 183, 1, 0, 64, 0, 5, 64, 56, 2, 0, 0, 0)
        start = 64 + 2 * 56
        half = (size - start) // 2
        rows = b"".join(
            struct.pack("<IIQQQQQQ", 1, 5, start + at, 0, 0, half, half, 4096) for at in (0, half)
        )
    else:
        header = b"\x7fELF\1\1\1".ljust(16, b"\0")
        header += struct.pack("<HHIIIIIHHHHHH", 2, 40, 1, 0, 52, 0, 5, 52, 32, 2, 0, 0, 0)
        start = 52 + 2 * 32
        half = (size - start) // 2
        rows = b"".join(struct.pack("<8I", 1, start + at, 0, 0, half, half, 5, 4096) for at in (0, half))
    mark = _CHIP_MARK + chip.encode() + b"\0" if chip else b""
    return (header + rows + mark).ljust(size, b"\x5a")


def chip_in(programmer: bytes) -> str:
    """The chip that a programmer of the simulator names; "" for none."""
    at = programmer.find(_CHIP_MARK)
    end = programmer.find(b"\0", at + 1)
    return programmer[at + len(_CHIP_MARK) : end].decode("latin-1") if 0 <= at < end else ""


def _line(kind: str, start: int, sectors: int, more: str, page: int = PAGE) -> str:
    return (
        f'<{kind} PAGES_PER_BLOCK="{PER_BLOCK}" SECTOR_SIZE_IN_BYTES="{page}" '
        f'num_partition_sectors="{sectors}" physical_partition_number="0" start_sector="{start}" {more}/>'
    )


def erase(first_block: int, blocks: int, more: str = "", page: int = PAGE) -> str:
    """A line that erases."""
    return _line("erase", first_block * PER_BLOCK, blocks * PER_BLOCK, more, page)


def program(first_block: int, blocks: int, filename: str, more: str = "", page: int = PAGE) -> str:
    """A line that writes an image."""
    more = f'filename="{filename}" {more}'
    return _line("program", first_block * PER_BLOCK, blocks * PER_BLOCK, more, page)


class PackageMaker:
    """A good package until it is spoiled.

    Args:
        revision: what the modem says afterwards; the package is named after its first part.
        chip: whom its programmer is for.
        page: 4096 or 2048 bytes.
        layout: of the partitions.
        wide: the programmer is a 64-bit file.
        image_bytes: of each image; None for some pages.

    Attributes:
        files: names and contents.
        lines: of the list of commands.
        after_sums: contents that are written over others once the sums are made; None takes a file away.
    """

    def __init__(
        self,
        revision: str = f"{NAME}_01.001.01.001",
        chip: str = "SDX55",
        page: int = PAGE,
        layout: Layout = LAYOUT,
        wide: bool = False,
        image_bytes: int | None = None,
    ) -> None:
        self.name = revision.split("_")[0]
        form = f"p{page // 1024}K_b{page * PER_BLOCK // 1024}K"
        self.list_name = f"{FIREHOSE}rawprogram_nand_{form}_update.xml"
        table = f"{FIREHOSE}partition_complete_{form}.mbn"
        self.files: dict[str, bytes] = {
            "contents.xml": (
                f"<contents><product_name>{chip}.LE.1.0</product_name><chipid>{chip}</chipid></contents>"
            ).encode(),
            "update/partition.mbn": user_table(layout, page * PER_BLOCK // 1024),
            "update/partition_nand.xml": table_xml(layout),
            table: mibib(layout, page),
            FIREHOSE + _PROGRAMMERS[chip]: elf(chip=chip, wide=wide),
            f"{FIREHOSE}patch_{form}.xml": (
                f'<patches><patch SECTOR_SIZE_IN_BYTES="{page}" byte_offset="484" filename="x.mbn" '
                'start_sector="1" size_in_bytes="4" value="NUM_DISK_BLOCKS-9."/></patches>'
            ).encode(),
        }
        self.lines: list[str] = []
        self.after_sums: dict[str, bytes | None] = {}
        for number, (name, at, blocks, image) in enumerate(layout):
            if not image:
                continue
            filename = f"..\\{image}"
            if name == "MIBIB":
                filename = table.removeprefix(FIREHOSE)
            else:
                mark = b"\0QGMR:" + revision.encode() + b"\0" if name == "system" else b""
                size = page * 3 - 77 if image_bytes is None else image_bytes
                self.files["update/" + image] = (bytes([number]) + mark).ljust(size, bytes([number]))
            self.lines += [program(at, blocks, filename, page=page), erase(at, blocks, page=page)]

    def mark(self) -> PackageMaker:
        """Let it say of itself that it is simulated, so that no real module gets it without a consent."""
        self.files["contents.xml"] += b"<!--modemflash: simulated firmware-->"
        return self

    def contents(self) -> dict[str, bytes]:
        """Every file with its sum, as it would lie on a disk."""
        files = {self.list_name: self.list_xml(), **self.files}
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
