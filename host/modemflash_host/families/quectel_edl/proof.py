"""The proof that calibration and IMEI stay: one function, with no switch to turn it off.

    prove(commands, layout, geometry, table_file) -> what was proved, line by line

Rules: every command counts with the whole blocks that it may change; nothing may
meet EFS2, without exception, nor another partition that an update leaves alone;
what is erased is written again; what cannot be proved is refused; a line of the
proof says what was checked, of commands numbered in the order in which they are
sent. What stands in the module itself is not known here: before anything is
written, its own table has to be the same (`module_flash.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from modemflash.errors import BadFile
from modemflash_host.families.quectel_edl.commands import (
    ERASE,
    PATCH,
    PROGRAM,
    Command,
    in_safe_order,
)
from modemflash_host.families.quectel_edl.geometry import Blocks, Geometry, covered
from modemflash_host.families.quectel_edl.partition_tables import CRC_PLACE, Partition, length_place

EFS2 = "efs2"
_BOOT_TABLE = "mibib"
_NEW_CRC = re.compile(r"CRC32\(\d+, ?\d+\)")
_NEW_LENGTH = re.compile(r"NUM_DISK_BLOCKS-\d+\.?")
_VENDOR_PLACE = ("a_rawdata_start_sector", "b_rawdata_num_sector")
_MAY_BE_EMPTIED = frozenset({"usr_data", "usrdata"})
_PROTECTED = frozenset(
    "efs2 efs2apps rawdata sys_rev cust_info misc sec qcn modemst1 modemst2 fsg fsc persist devinfo "
    "keystore".split()
)


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One thing that was proved.

    Attributes:
        title: in a few words.
        fact: with its numbers.
    """

    title: str
    fact: str


def is_protected(partition: Partition) -> bool:
    """Whether an update leaves it alone: by its name, or because no image belongs to it."""
    name = partition.name.lower()
    return name in _PROTECTED or not (partition.image or name == _BOOT_TABLE or name in _MAY_BE_EMPTIED)


def prove(
    commands: tuple[Command, ...], layout: tuple[Partition, ...], geometry: Geometry, table_file: str
) -> tuple[ProofLine, ...]:
    """Prove that nothing touches EFS2 and the other protected partitions, and that all else is whole again.

    Args:
        commands: all that would be sent, in any order.
        layout: the partitions that three tables agree on.
        geometry: of the flash.
        table_file: the partition table that was checked, which must be the one that is written.

    Raises:
        BadFile: with the rule that is broken; nothing may be sent then.
    """
    efs2 = next((part for part in layout if part.name.lower() == EFS2), None)
    if efs2 is None or efs2.blocks is None:
        raise BadFile("package-efs2-unknown")
    for command in commands:
        _whole_blocks(command, layout, geometry)
        _leaves_alone(command, layout, geometry)
    erases = [command for command in commands if command.kind == ERASE]
    programs = [command for command in commands if command.kind == PROGRAM]
    _each_in_its_partition(programs, layout, geometry)
    _no_two_overlap(programs, geometry)
    _erased_before(programs, erases, geometry)
    _written_again(commands, programs, layout, geometry)
    _boot_loader_and_table(programs, erases, layout, geometry, table_file)
    _patches_no_place(commands, layout, geometry)
    for command in commands:
        _vendor_means_rawdata(command, layout, geometry)
    ordered = in_safe_order(commands)
    _safe_to_cut(ordered)
    return tuple(_lines(ordered, layout, geometry, table_file, efs2))


def _lines(
    ordered: tuple[Command, ...],
    layout: tuple[Partition, ...],
    geometry: Geometry,
    table_file: str,
    efs2: Partition,
) -> Iterator[ProofLine]:
    """What was proved, from the commands that were checked, numbered in the order in which they are sent."""
    numbered = list(enumerate(ordered, 1))
    near, nearest = min((_distance(each.effect(geometry), efs2.range), number) for number, each in numbered)
    yield ProofLine("Place", f"EFS2 is at {efs2.range}: three tables of the package say so")
    yield ProofLine(
        "Untouched",
        f"{_steps(numbered)} miss EFS2, with all blocks that each may change; the nearest is step {nearest}, "
        + _far(near),
    )
    programs = [command for command in ordered if command.kind == PROGRAM]
    yield ProofLine("Not moved", _table_words(programs, table_file, efs2))
    kept = (f"{part.name} ({part.range})" for part in layout if is_protected(part))
    yield ProofLine("Left alone", ", ".join(kept))
    of_kind = {kind: [each for each in numbered if each[1].kind == kind] for kind in (ERASE, PROGRAM, PATCH)}
    starts = [each.effect(geometry).first for each in programs]
    emptied = [
        part.name
        for part in layout
        if any(part.range.meets(each.effect(geometry)) for _, each in of_kind[ERASE])
        and not any(part.range.first <= start < part.range.end for start in starts)
    ]
    rest = f", but for {', '.join(emptied)}, which stays empty" if emptied else ""
    yield ProofLine("Erased", f"{_steps(of_kind[ERASE])}; each partition gets an image later{rest}")
    yield ProofLine(
        "Written",
        f"{_steps(of_kind[PROGRAM])}; each inside one partition with 2 % to spare, on blocks that "
        "were erased before",
    )
    if of_kind[PATCH]:
        words = "each in a partition that was written, none of the place of a partition"
        yield ProofLine("Patched", f"{_steps(of_kind[PATCH])}; {words}")
    last = max(number for number, _ in of_kind[PROGRAM])
    yield ProofLine(
        "Safe to cut", f"step 1 erases sector 0, step {last} writes it: in between a module waits in EDL"
    )


def _far(blocks: int) -> str:
    return "right beside it" if not blocks else f"{blocks} block{'' if blocks == 1 else 's'} away"


def _steps(numbered: list[tuple[int, Command]]) -> str:
    """Commands that stand one after the other, by their numbers."""
    first, last = numbered[0][0], numbered[-1][0]
    return f"step {first}" if first == last else f"steps {first} to {last}"


def _safe_to_cut(ordered: tuple[Command, ...]) -> None:
    """Sector 0 is erased before anything else, and written after everything else."""
    written = [command.start for command in ordered if command.kind == PROGRAM]
    if ordered[0].kind != ERASE or ordered[0].start != 0 or written[-1] != 0:
        raise BadFile("package-boot-loader", f"{ordered[0]} would be the first")


def _table_words(programs: list[Command], table_file: str, efs2: Partition) -> str:
    if any(command.image == table_file for command in programs):
        return f"the partition table that is written has EFS2 at {efs2.range}, too"
    return "no partition table is written"


def _whole_blocks(command: Command, layout: tuple[Partition, ...], geometry: Geometry) -> None:
    end, effect = layout[-1].range.end, command.effect(geometry)
    if command.kind == ERASE and effect.first == 0 and effect.end >= end:
        raise BadFile("package-whole-disk", str(command))
    if effect.end > end:
        raise BadFile("package-behind-the-end", f"{command}; the flash ends with block {end - 1}")
    block = geometry.sectors_per_block
    if command.kind != PATCH and command.start % block:
        raise BadFile("package-not-on-blocks", f"{command}; a block has {block}")
    if command.kind == ERASE and command.sectors % block:
        raise BadFile("package-not-on-blocks", f"{command}; a block has {block}")


def _leaves_alone(command: Command, layout: tuple[Partition, ...], geometry: Geometry) -> None:
    reach = [command.effect(geometry)]
    if command.kind == PROGRAM:
        reach.append(command.with_spare(geometry))
    for part in layout:
        if is_protected(part) and any(blocks.meets(part.range) for blocks in reach):
            words = f"{command}; {part.name} is at {part.range}"
            if part.name.lower() == EFS2:
                if command.kind == PROGRAM and not command.effect(geometry).meets(part.range):
                    raise BadFile("package-image-too-large", words)
                raise BadFile("package-touches-efs2", words)
            raise BadFile("package-touches-protected", words)


def _each_in_its_partition(
    programs: list[Command], layout: tuple[Partition, ...], geometry: Geometry
) -> None:
    for command in programs:
        first = command.effect(geometry).first
        home = next((part.range for part in layout if part.range.first <= first < part.range.end), None)
        if home is None:
            raise BadFile("package-crosses-partitions", f"{command}; no partition is there")
        if command.with_spare(geometry).end > home.end:
            raise BadFile("package-image-too-large", f"{command}; its partition is {home}")
        if command.effect(geometry).end > home.end:
            raise BadFile("package-crosses-partitions", f"{command}; its partition is {home}")


def _no_two_overlap(programs: list[Command], geometry: Geometry) -> None:
    ordered = sorted(programs, key=lambda command: command.start)
    for one, other in pairwise(ordered):
        if one.effect(geometry).meets(other.effect(geometry)):
            raise BadFile("package-programs-overlap", f"{one}; {other}")


def _erased_before(programs: list[Command], erases: list[Command], geometry: Geometry) -> None:
    erased = [command.effect(geometry) for command in erases]
    for command in programs:
        if not covered(command.with_spare(geometry), erased):
            raise BadFile("package-not-erased-before", str(command))


def _written_again(
    commands: tuple[Command, ...],
    programs: list[Command],
    layout: tuple[Partition, ...],
    geometry: Geometry,
) -> None:
    starts = [command.effect(geometry).first for command in programs]
    for command in commands:
        if command.kind == PROGRAM:
            continue
        effect = command.effect(geometry)
        met = [part for part in layout if part.range.meets(effect)]
        inside = [part.range for part in met]
        for part in met:
            is_written = any(part.range.first <= start < part.range.end for start in starts)
            if not is_written and part.name.lower() not in _MAY_BE_EMPTIED:
                raise BadFile("package-not-written-again", f"{command}; {part.name} gets no image")
        if not covered(effect, inside):
            raise BadFile("package-crosses-partitions", f"{command}; not all of it is in a partition")


def _boot_loader_and_table(
    programs: list[Command],
    erases: list[Command],
    layout: tuple[Partition, ...],
    geometry: Geometry,
    table_file: str,
) -> None:
    at_zero = [command for command in programs if command.effect(geometry).first == 0]
    if len(at_zero) != 1 or not any(command.start == 0 for command in erases):
        raise BadFile("package-boot-loader", f"{len(at_zero)} programs at sector 0")
    place = next((part.range for part in layout if part.name.lower() == _BOOT_TABLE), None)
    if place is None:
        raise BadFile("package-writes-table", "no partition MIBIB")
    written = [command for command in programs if command.effect(geometry).meets(place)]
    wanted = any(command.effect(geometry).meets(place) for command in erases)
    as_checked = [command.image for command in written] == [table_file]
    if (wanted or written) and not (as_checked and written[0].effect(geometry).first == place.first):
        names = ", ".join(command.image for command in written) or "nothing"
        raise BadFile("package-writes-table", f"{names} instead of {table_file}")


def _patches_no_place(
    commands: tuple[Command, ...], layout: tuple[Partition, ...], geometry: Geometry
) -> None:
    """Patches of the MIBIB may make the last partition as long as the flash, with a new CRC: nothing else."""
    table = next(part.range for part in layout if part.name.lower() == _BOOT_TABLE)
    wanted = {CRC_PLACE: _NEW_CRC, length_place(len(layout) - 1): _NEW_LENGTH}
    if is_protected(layout[-1]):
        wanted = {}
    met = set()
    for command in commands:
        if command.kind != PATCH or not command.effect(geometry).meets(table):
            continue
        offset, size = (int(command.attributes[name]) for name in ("byte_offset", "size_in_bytes"))
        page, byte = divmod(offset, geometry.sector_bytes)
        place = page + command.start - table.first * geometry.sectors_per_block, byte, size
        met.add(place)
        if place not in wanted or not wanted[place].fullmatch(command.attributes.get("value", "")):
            words = f"{command} is in MIBIB, {size} bytes from byte {offset} on"
            raise BadFile("package-writes-table", words)
    if len(met) == 1:
        raise BadFile("package-writes-table", "MIBIB gets a new length or a new CRC, and not both")


def _vendor_means_rawdata(command: Command, layout: tuple[Partition, ...], geometry: Geometry) -> None:
    """What a line of the vendor calls RAWDATA must be that of the tables, or it may be anything."""
    places = [command.attributes.get(name) for name in _VENDOR_PLACE]
    if places == [None, None]:
        return
    numbers = [int(each) for each in places if each is not None and each.isascii() and each.isdecimal()]
    own = next((part.range for part in layout if part.name.lower() == "rawdata"), Blocks(0, 0))
    block = geometry.sectors_per_block
    if len(numbers) < 2 or not (
        own.first * block <= numbers[0] <= numbers[0] + numbers[1] <= own.end * block
    ):
        words = f"{command} has RAWDATA at sector {places[0]}, the tables at {own}"
        raise BadFile("package-tables-differ", words)


def _distance(one: Blocks, other: Blocks) -> int:
    return max(one.first - other.end, other.first - one.end)
