"""A package from its names to its proof, in the order in which faults are best told.

Rule: what kind of package it is comes first, then whether it is whole, then what
it would do; nothing is understood of a file before its checksum was right.
"""

from __future__ import annotations

from dataclasses import dataclass

from modemflash.errors import BadFile
from modemflash_host.families.contract import Progress
from modemflash_host.families.plan import PackageSource
from modemflash_host.families.quectel_edl.commands import Command, in_safe_order, read_commands, read_patches
from modemflash_host.families.quectel_edl.elf import check_elf
from modemflash_host.families.quectel_edl.geometry import Geometry, named_geometry
from modemflash_host.families.quectel_edl.package_files import (
    PackageFiles,
    find_files,
    refuse_other_modules,
)
from modemflash_host.families.quectel_edl.partition_tables import (
    Partition,
    agreed_layout,
    read_mibib,
    read_table_xml,
    read_user_table,
)
from modemflash_host.families.quectel_edl.product import Product, read_product
from modemflash_host.families.quectel_edl.proof import ProofLine, prove
from modemflash_host.families.quectel_edl.whole import WholePackage, read_whole
from modemflash_host.families.quectel_edl.xml_reader import read_xml

_SIMULATED = b"modemflash: simulated firmware"


@dataclass(frozen=True, slots=True)
class ProvedPackage:
    """A package of which it was proved that it leaves calibration alone.

    Attributes:
        files: which file is what.
        whole: what was read and summed.
        product: whom it is for.
        geometry: of the flash that it is for.
        layout: its partitions.
        commands: what it does, in the order that can be interrupted.
        proof: what was proved, line by line.
        is_simulated: no module could run it.
    """

    files: PackageFiles
    whole: WholePackage
    product: Product
    geometry: Geometry
    layout: tuple[Partition, ...]
    commands: tuple[Command, ...]
    proof: tuple[ProofLine, ...]
    is_simulated: bool = False


def examine_package(source: PackageSource, progress: Progress) -> ProvedPackage:
    """Read a package whole, check it, and prove that it leaves calibration alone.

    Raises:
        BadFile: with the rule that is broken.
    """
    refuse_other_modules(source.name, source.names)
    files = find_files(source.name, source.names)
    looked_into = (files.programmer, files.command_list, files.mibib, files.user_table, files.table_xml)
    wanted = frozenset((*looked_into, *files.patches, files.contents))
    whole = read_whole(source, files.checksums, files.root, wanted, progress)
    there = frozenset(name.lower() for name in source.names)

    def content(name: str) -> bytes:
        size_of(name)
        return whole.heads[name]

    def size_of(name: str) -> int:
        if name.lower() not in there:
            raise BadFile("package-file-missing", name)
        return whole.size_of(name)

    check_elf(content(files.programmer), size_of(files.programmer), files.programmer)
    geometry, commands = read_commands(
        read_xml(content(files.command_list), files.command_list),
        files.command_list,
        named_geometry(files.command_list),
        size_of,
    )
    for name in files.patches:
        commands += read_patches(read_xml(content(name), name), name, geometry)
    layout = agreed_layout(
        read_mibib(content(files.mibib), geometry, files.mibib),
        read_user_table(content(files.user_table), geometry, files.user_table),
        read_table_xml(read_xml(content(files.table_xml), files.table_xml), geometry, files.table_xml),
    )
    contents = read_xml(content(files.contents), files.contents) if files.contents else None
    product = read_product(contents, source.name, files.programmer)
    proof = prove(commands, layout, geometry, files.mibib)
    ordered = in_safe_order(commands)
    is_simulated = _SIMULATED in whole.heads.get(files.contents, b"")
    return ProvedPackage(files, whole, product, geometry, layout, ordered, proof, is_simulated)
