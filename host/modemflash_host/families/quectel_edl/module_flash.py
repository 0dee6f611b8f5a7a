"""The module's own flash, as its programmer reads it: size, partition table, and whether a package fits it.

Rules: nothing is written by any of it; the table is the newest whole one where the
package says that it is; every partition that an update leaves alone must be where
the package believes it, and everything up to the last of those that hold
calibration must be the same row by row; what cannot be read is not assumed.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from modemflash.errors import BadFile, ModemProblem, Refusal
from modemflash.line import Line
from modemflash_host.families.quectel_edl.examine import ProvedPackage
from modemflash_host.families.quectel_edl.firehose import READ_MS, Firehose, Sink, place
from modemflash_host.families.quectel_edl.geometry import Blocks, Geometry
from modemflash_host.families.quectel_edl.partition_tables import Partition, read_mibib
from modemflash_host.families.quectel_edl.proof import EFS2, is_protected

_TABLE_SECTORS = 4
_MOST_BLOCKS_SEARCHED = 64
_BLOCKS_AT_ONCE = 16
_NUMBER = r"(?:\"|&quot;|\\\")?%s(?:\"|&quot;|\\\")?\s*:\s*(\d{1,9})"
_HOLD_CALIBRATION = ("efs2", "rawdata", "sys_rev")


@dataclass(frozen=True, slots=True)
class ModuleFlash:
    """What was read.

    Attributes:
        blocks: of the flash; 0 where the programmer does not say.
        layout: the module's partitions; () where no whole table is there.
    """

    blocks: int
    layout: tuple[Partition, ...]


def read_module_flash(firehose: Firehose, package: ProvedPackage) -> ModuleFlash:
    """Size and table of the module's flash.

    Raises:
        Refusal: `edl-geometry`: it is another flash than the package's.
        ModemProblem: the programmer falls silent.
    """
    blocks = _storage(firehose, package.geometry)
    [table] = [part for part in package.layout if part.name.lower() == "mibib"]
    newest: tuple[int, tuple[Partition, ...]] = (-1, ())
    for block in range(table.first_block, min(table.range.end, table.first_block + _MOST_BLOCKS_SEARCHED)):
        newest = max(newest, _table(firehose, package.geometry, block), key=lambda found: found[0])
    return ModuleFlash(blocks, newest[1])


def compare(flash: ModuleFlash, package: ProvedPackage) -> None:
    """That the module has all that must stay where the package believes it.

    Raises:
        Refusal: `edl-layout-differs` or `edl-geometry`.
    """
    own = {part.name.lower(): part for part in flash.layout}
    theirs = {part.name.lower(): part for part in package.layout}
    names = [part.name.lower() for part in package.layout]
    held = max(names.index(name) for name in _HOLD_CALIBRATION if name in names)
    if [part.name.lower() for part in flash.layout[: held + 1]] != names[: held + 1]:
        raise Refusal("edl-layout-differs", "other partitions stand before EFS2 or beside it")
    for number, part in enumerate(flash.layout):
        in_package = theirs.get(part.name.lower())
        if in_package is None:
            raise Refusal("edl-layout-differs", f"the package knows no {part.name}")
        if (number <= held or is_protected(in_package)) and not _same_place(part, in_package):
            words = f"{part.name}: the module has it at {part.range}, the package at {in_package.range}"
            raise Refusal("edl-layout-differs", words)
    for part in package.layout:
        if is_protected(part) and part.name.lower() not in own:
            raise Refusal("edl-layout-differs", f"the module has no {part.name}")
    reach = max(command.effect(package.geometry).end for command in package.commands)
    if flash.blocks and reach > flash.blocks:
        raise Refusal("edl-geometry", f"the module has {flash.blocks} blocks, the package reaches {reach}")


def read_efs2(line: Line, firehose: Firehose, package: ProvedPackage, sink: Sink) -> None:
    """All blocks of EFS2, in their order.

    Raises:
        ModemProblem: the programmer refuses, or falls silent.
        Stopped: the user asked to stop.
    """
    efs2 = efs2_of(package)
    geometry = package.geometry
    total = (efs2.end - efs2.first) * geometry.block_bytes
    for first in range(efs2.first, efs2.end, _BLOCKS_AT_ONCE):
        line.checkpoint()
        blocks = min(_BLOCKS_AT_ONCE, efs2.end - first)
        sectors = blocks * geometry.sectors_per_block
        where = place(geometry, first * geometry.sectors_per_block, sectors)
        firehose.read(where, sectors * geometry.sector_bytes, sink)
        done = (first + blocks - efs2.first) * geometry.block_bytes
        line.report("progress", phase="copy", done=done, total=total)


def efs2_of(package: ProvedPackage) -> Blocks:
    """Where EFS2 is."""
    return next(part.range for part in package.layout if part.name.lower() == EFS2)


def _storage(firehose: Firehose, geometry: Geometry) -> int:
    """How many blocks the flash has, as far as it is said.

    Raises:
        Refusal: `edl-geometry`.
    """
    answer = firehose.ask("getstorageinfo", {"physical_partition_number": "0"}, READ_MS)
    said = "\n".join(answer.logs)
    found = {name: re.search(_NUMBER % name, said) for name in ("page_size", "block_size", "total_blocks")}
    expected = {"page_size": geometry.sector_bytes, "block_size": geometry.block_bytes}
    for name, number in expected.items():
        match = found[name]
        if match and int(match[1]) != number:
            raise Refusal("edl-geometry", f"{name} is {match[1]} in the module, {number} in the package")
    total = found["total_blocks"]
    return int(total[1]) if total else 0


def _table(firehose: Firehose, geometry: Geometry, block: int) -> tuple[int, tuple[Partition, ...]]:
    """Age and rows of the table in a block; (-1, ()) where none is whole."""
    data = bytearray()
    where = place(geometry, block * geometry.sectors_per_block, _TABLE_SECTORS)
    try:
        firehose.read(where, _TABLE_SECTORS * geometry.sector_bytes, data.extend)
    except ModemProblem as problem:
        if problem.code != "firehose-refused":
            raise
        return -1, ()
    try:
        rows = read_mibib(bytes(data), geometry, f"block {block}")
    except BadFile:
        return -1, ()
    [age] = struct.unpack_from("<I", data, 12)
    return age, tuple(rows)


def _same_place(one: Partition, other: Partition) -> bool:
    """An open end is as long as the flash, whatever stands in the other table."""
    is_open = one.blocks is None or other.blocks is None
    return one.first_block == other.first_block and (is_open or one.blocks == other.blocks)
