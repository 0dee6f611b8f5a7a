"""What a firmware archive would do to a board: checked, in words, and never done here.

Rules: the script that fits the board's flash is followed byte for byte; a
program of another board, a file that is missing, an image larger than its place or
over another one refuses the archive; what is only odd is a warning. What
happens to /flash is said, because the files there may be all that a user has.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from itertools import pairwise

from modemflash.errors import BadFile
from modemflash_host.board.firmware.archive import Archive, Script
from modemflash_host.errors import Refusal

MB = 1 << 20
CONFIG_OFFSET, CONFIG_BYTES = 0x3FF000, 0x1000
FILES_8MB_OFFSET = 0x400000
FAT, LITTLE_FS = "FAT", "LittleFS"
_SECTOR = 0x1000
_IMAGE_MAGIC = 0xE9  # bootloader and programs
_TABLE_MAGIC = b"\xaa\x50"
_TABLE_ROW = struct.Struct("<2sBBII16sI")
_PROGRAM_TYPE = 0
_PROGRAMS = re.compile(r"^(gpy|fipy|wipy|lopy4?|sipy)\.bin$", re.IGNORECASE)
_FIRST_WITH_LITTLE_FS = (1, 11)  # core of Pycom 1.20.1


@dataclass(frozen=True, slots=True)
class Write:
    """One region that would change.

    Attributes:
        what: "write" or "erase".
        place: the partition's name, or "".
        offset, size: bytes in the flash.
        file: what would be written; "" for an erase.
    """

    what: str
    place: str
    offset: int
    size: int
    file: str = ""


@dataclass(frozen=True, slots=True)
class FirmwarePlan:
    """What would happen.

    Attributes:
        script: the one that fits.
        writes: in the script's order.
        to_files: what becomes of /flash, in a sentence.
        loses_files: /flash is empty afterwards, or may be.
        warnings: sentences.
    """

    script: str
    writes: tuple[Write, ...]
    to_files: str
    loses_files: bool
    warnings: tuple[str, ...]


def make(archive: Archive, board: str, core: tuple[int, ...] | None, flash_mb: int = 8) -> FirmwarePlan:
    """Check an archive against a board.

    Args:
        archive: see `archive.read`.
        board: what the board calls itself; a G01 says "GPy". "" for the one in the archive's name.
        core: the MicroPython that runs on it now; None when not known.
        flash_mb: 8, or 4 for chips of revision 0.

    Raises:
        Refusal: `firmware-other-board`.
        BadFile: `firmware-archive-bad`.
    """
    board = board or archive.board
    if archive.board and board.lower() != archive.board.lower():
        raise Refusal("firmware-other-board", f"{archive.path.name}; this is a {board}")
    script = _fitting(archive, flash_mb)
    writes = tuple(_write(archive, script, step, flash_mb) for step in script.steps)
    for write in writes:
        if write.file:
            _check_file(archive, write, board)
    _check_overlaps(writes)
    to_files, loses = _fate_of_files(archive, core, writes, flash_mb)
    return FirmwarePlan(
        script.name, writes, to_files, loses, tuple(_oddities(archive, script, board, writes))
    )


def _fitting(archive: Archive, flash_mb: int) -> Script:
    order = ("script_8MB", "script") if flash_mb >= 8 else ("script2", "script")
    for name in order:
        if name in archive.scripts:
            return archive.scripts[name]
    raise BadFile("firmware-archive-bad", f"it has no script for {flash_mb} MB of flash")


def _write(archive: Archive, script: Script, step: tuple[str, str | int, str | int], flash_mb: int) -> Write:
    operation, place, what = step
    if operation == "o" and not isinstance(place, int) and place not in script.partitions:
        place = "otadata"
    offset, room = _place_of(script, place)
    name = place if isinstance(place, str) and place in script.partitions else ""
    if operation == "w":
        if not isinstance(what, str) or what not in archive.files:
            raise BadFile("firmware-archive-bad", f"{script.name} writes {what!a}, which is not in it")
        size = len(archive.files[what])
        write = Write("write", name, offset, size, what)
    else:
        size = what if isinstance(what, int) and what > 0 else _number(what) or room or _SECTOR
        write = Write("erase", name, offset, size)
    if room and size > room:
        raise BadFile("firmware-archive-bad", f"{what!a} has {size} bytes, {name} has room for {room}")
    if offset % _SECTOR or offset + size > flash_mb * MB:
        raise BadFile("firmware-archive-bad", f"{script.name} leaves the flash at {offset:#x}")
    return write


def _place_of(script: Script, place: str | int) -> tuple[int, int]:
    """Offset, and room; 0 where the room is not told."""
    if isinstance(place, str) and place in script.partitions:
        return script.partitions[place]
    number = place if isinstance(place, int) else _number(place)
    if number is None or number < 0:
        raise BadFile("firmware-archive-bad", f"{script.name}: no such place: {place!a:.40}")
    return number, 0


def _number(text: str | int) -> int | None:
    try:
        return int(text, 0) if isinstance(text, str) else text
    except ValueError:
        return None


def _check_file(archive: Archive, write: Write, board: str) -> None:
    """What is written must be what its place wants."""
    content = archive.files[write.file]
    program = _PROGRAMS.match(write.file)
    if program and program[1].lower() != board.lower():
        raise Refusal("firmware-other-board", f"its script writes {write.file} to a {board}")
    if write.file.startswith("partitions"):
        if content[:2] != _TABLE_MAGIC:
            raise BadFile("firmware-archive-bad", f"{write.file} is no partition table")
    elif program or write.file.startswith("bootloader"):
        if content[:1] != bytes([_IMAGE_MAGIC]):
            raise BadFile("firmware-archive-bad", f"{write.file} is no ESP32 image")


def _check_overlaps(writes: tuple[Write, ...]) -> None:
    files = sorted((write for write in writes if write.file), key=lambda write: write.offset)
    for before, after in pairwise(files):
        if before.offset + before.size > after.offset:
            raise BadFile("firmware-archive-bad", f"{before.file} reaches into {after.file}")


def _fate_of_files(
    archive: Archive, core: tuple[int, ...] | None, writes: tuple[Write, ...], flash_mb: int
) -> tuple[str, bool]:
    start = FILES_8MB_OFFSET if flash_mb >= 8 else 0x380000
    end = flash_mb * MB if flash_mb >= 8 else CONFIG_OFFSET
    if any(write.offset < end and write.offset + write.size > start for write in writes):
        return "The script itself erases /flash: everything on it is lost.", True
    now, then = _file_system(core), _file_system(archive.core)
    if not now or not then:
        return "What becomes of /flash cannot be told: copy everything on it first.", True
    if now == then:
        return f"/flash stays as it is ({now}, unless the board was told otherwise).", False
    return (
        f"/flash is {now} now, and the new firmware formats it as {then} when it starts: everything on it "
        "is lost, programs, this updater and updater.elf included. Copy it first. (A board that was told its "
        "file system with pycom.bootmgr keeps it.)"
    ), True


def _file_system(core: tuple[int, ...] | None) -> str:
    if core is None:
        return ""
    return LITTLE_FS if tuple(core[:2]) >= _FIRST_WITH_LITTLE_FS else FAT


def _oddities(archive: Archive, script: Script, board: str, writes: tuple[Write, ...]) -> list[str]:
    odd = []
    for other in archive.scripts.values():
        for operation, _, what in other.steps:
            program = _PROGRAMS.match(str(what)) if operation == "w" else None
            if other.name != script.name and program and program[1].lower() != board.lower():
                odd.append(f"{other.name}, which is not used here, names {what}: a mistake of the archive.")
    if any(
        write.offset < CONFIG_OFFSET + CONFIG_BYTES and write.offset + write.size > CONFIG_OFFSET
        for write in writes
    ):
        odd.append("The board's settings (Wi-Fi, LTE at boot) are erased unless they are read first.")
    odd += _table_differs(archive, script, writes)
    encrypted = sorted(name for name in archive.files if name.endswith("_enc"))
    if encrypted:
        odd.append(f"Not looked at, for boards with encrypted flash only: {', '.join(encrypted)}.")
    return odd


def _table_differs(archive: Archive, script: Script, writes: tuple[Write, ...]) -> list[str]:
    """Whether the programs go where the archive's own partition table has them."""
    table = next((archive.files[write.file] for write in writes if write.file.startswith("partitions")), b"")
    programs = set()
    for at in range(0, len(table) - _TABLE_ROW.size + 1, _TABLE_ROW.size):
        magic, kind, _, offset, _, _, _ = _TABLE_ROW.unpack_from(table, at)
        if magic != _TABLE_MAGIC:
            break
        if kind == _PROGRAM_TYPE:
            programs.add(offset)
    return [
        f"{script.name} writes {write.file} to {write.offset:#x}, where the partition table has no program."
        for write in writes
        if programs and _PROGRAMS.match(write.file) and write.offset not in programs
    ]
