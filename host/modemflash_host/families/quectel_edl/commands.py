"""What a package would have a module do: its lists of commands, as data.

Rules: only `erase` and `program` in a list, only `patch` in a file of patches, and
of each only attributes that are known: anything else is refused, because what it
would do is not known. A place and a length are plain decimal numbers, counted in
the sectors of one kind of flash. The attributes of a line are kept as they stand
there: a module must get them unchanged.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from modemflash.errors import BadFile
from modemflash_host.families.quectel_edl.geometry import Blocks, Geometry
from modemflash_host.families.quectel_edl.xml_reader import Element

ERASE, PROGRAM, PATCH = "erase", "program", "patch"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,9}")  # a zero in front makes an octal number of it for some programs
_KNOWN = frozenset(
    "PAGES_PER_BLOCK SECTOR_SIZE_IN_BYTES num_partition_sectors start_sector last_sector filename label "
    "vendor byte_offset size_in_bytes value what partofsingleimage readbackverify size_in_KB "
    "start_byte_hex".split()
)
_MUST_BE = {"physical_partition_number": "0", "sparse": "false", "file_sector_offset": "0"}
"""What a line may say of these: anything else has an effect that is not in its place and length."""
_OF_VENDOR = re.compile(r"[a-z]_[a-z_]+")
"""The vendor's own attributes, in a line with `vendor`: their meaning is believed, not known."""
_MOST_COMMANDS = 1000
_SPARE = 50
"""A bad block pushes an image further: one sector in so many is held free for that."""


@dataclass(frozen=True, slots=True)
class Command:
    """One line of a list.

    Attributes:
        kind: `ERASE`, `PROGRAM` or `PATCH`.
        start: its first sector.
        sectors: how many it reaches, at least: of a program those of the line or of its image, if more.
        image: the file in the package; "" for none.
        image_sectors: those that the image fills.
        attributes: as they stand in the line.
    """

    kind: str
    start: int
    sectors: int
    image: str
    image_sectors: int
    attributes: Mapping[str, str]

    @property
    def vendor(self) -> str:
        """Whose addition it is; "" for an ordinary line."""
        return self.attributes.get("vendor", "")

    def effect(self, geometry: Geometry) -> Blocks:
        """The whole blocks that it may change."""
        block = geometry.sectors_per_block
        return Blocks(self.start // block, -(-(self.start + self.sectors) // block))

    def with_spare(self, geometry: Geometry) -> Blocks:
        """The blocks that its image may need where some are bad."""
        block = geometry.sectors_per_block
        needed = self.image_sectors + -(-self.image_sectors // _SPARE)
        return Blocks(self.start // block, -(-(self.start + needed) // block))

    def __str__(self) -> str:
        image = f" of {posixpath.basename(self.image)}" if self.image else ""
        return f"{self.kind}{image} at sector {self.start}, {self.sectors} sectors"


def read_commands(
    root: Element, place: str, geometry_named: Geometry | None, size_of: Callable[[str], int]
) -> tuple[Geometry, tuple[Command, ...]]:
    """The flash and the commands of a list.

    Args:
        root: of the document.
        place: the name of the list in the package; names in it count from there.
        geometry_named: what its name says of the flash.
        size_of: bytes of a file of the package; raises where it is not there.

    Raises:
        BadFile: with the rule that is broken.
    """
    if root.tag != "data" or len(root.children) > _MOST_COMMANDS:
        raise BadFile("package-unknown-command", f"<{root.tag}> with {len(root.children)} lines in {place}")
    for line in root.children:
        if line.tag not in (ERASE, PROGRAM) or line.children:
            raise BadFile("package-unknown-command", f"<{line.tag}> in {place}")
        _refuse_other_meaning(line, place)
    lines = [line for line in root.children if not _is_blank(line)]
    if not lines:
        raise BadFile("package-boot-loader", f"{place} has no command")
    for line in lines:
        if line.tag == ERASE and "num_partition_sectors" not in line.attributes:
            raise BadFile("package-whole-disk", line.attributes.get("label", "no length is given"))
    geometry = _geometry(lines, place, geometry_named)
    return geometry, tuple(_command(line, place, geometry, size_of) for line in lines)


def read_patches(root: Element, place: str, geometry: Geometry) -> tuple[Command, ...]:
    """The patches that go to the module: those of the file named DISK. The others are for the maker's tools.

    Args:
        root: of the document.
        place: the name of the file in the package.
        geometry: of the flash, which the list of commands said.

    Raises:
        BadFile: with the rule that is broken.
    """
    if root.tag != "patches" or len(root.children) > _MOST_COMMANDS:
        raise BadFile("package-unknown-command", f"<{root.tag}> in {place}")
    found = []
    for line in root.children:
        if line.tag != PATCH or line.children:
            raise BadFile("package-unknown-command", f"<{line.tag}> in {place}")
        if line.attributes.get("filename", "").strip().upper() == "DISK":
            _refuse_other_meaning(line, place)
            sector_bytes = _number(line, "SECTOR_SIZE_IN_BYTES")
            if sector_bytes != geometry.sector_bytes:
                words = f"a patch in sectors of {sector_bytes} bytes, not {geometry.sector_bytes}"
                raise BadFile("package-geometry", words)
            offset, size = _number(line, "byte_offset"), _number(line, "size_in_bytes")
            sectors = max(1, -(-(offset + size) // sector_bytes))
            found.append(Command(PATCH, _number(line, "start_sector"), sectors, "", 0, line.attributes))
    return tuple(found)


def in_safe_order(commands: tuple[Command, ...]) -> tuple[Command, ...]:
    """The order that can be interrupted anywhere: sector 0 is erased first and programmed last.

    Until it is programmed the boot ROM finds no boot loader and goes into EDL by itself. The order of
    the document is never used: real lists program the boot loader before they erase it.
    """
    place = {ERASE: 0, PROGRAM: 3, PATCH: 5}

    def key(command: Command) -> int:
        if command.kind == ERASE and command.start != 0:
            return 1 if command.vendor else 2
        return place[command.kind] + (command.kind == PROGRAM and command.start == 0)

    return tuple(sorted(commands, key=key))


def _refuse_other_meaning(line: Element, place: str) -> None:
    """A line must mean the same to whoever reads it: nothing unknown, no second spelling, no other chip."""
    by_vendor = "vendor" in line.attributes
    for name, value in line.attributes.items():
        is_known = name in _KNOWN or (by_vendor and _OF_VENDOR.fullmatch(name))
        if name in _MUST_BE:
            is_known = value.lower() == _MUST_BE[name]
        if not is_known:
            raise BadFile("package-unknown-command", f'{line.tag} with {name}="{value[:40]}" in {place}')


def _is_blank(line: Element) -> bool:
    """A program without an image: real lists hold such, and nothing is done for them."""
    return line.tag == PROGRAM and not line.attributes.get("filename", "").strip()


def _command(line: Element, place: str, geometry: Geometry, size_of: Callable[[str], int]) -> Command:
    start, sectors = _number(line, "start_sector"), _number(line, "num_partition_sectors")
    if sectors == 0:
        raise BadFile("package-not-numbers", f"{line.tag} of nothing at sector {start}")
    if "last_sector" in line.attributes:
        sectors = max(sectors, _number(line, "last_sector") + 1 - start)
    if line.tag == ERASE:
        return Command(ERASE, start, sectors, "", 0, line.attributes)
    image = _inside(line.attributes["filename"], place)
    filled = -(-size_of(image) // geometry.sector_bytes)
    return Command(PROGRAM, start, max(sectors, filled), image, filled, line.attributes)


def _inside(filename: str, place: str) -> str:
    """A name in a list as a name in the package; `..` may lead up, but not out."""
    words = filename.strip().replace("\\", "/")
    name = posixpath.normpath(posixpath.join(posixpath.dirname(place), words))
    root = place.removesuffix("update/firehose/" + posixpath.basename(place))
    if words.startswith("/") or ":" in words or "\0" in words or not name.startswith(root + "update/"):
        raise BadFile("package-path-outside", filename)
    return name


def _geometry(lines: list[Element], place: str, named: Geometry | None) -> Geometry:
    found = {
        Geometry(_number(line, "SECTOR_SIZE_IN_BYTES"), _number(line, "PAGES_PER_BLOCK")) for line in lines
    }
    if len(found) > 1:
        raise BadFile("package-geometry", f"{len(found)} kinds of flash in {place}")
    [geometry] = found
    if geometry.sector_bytes not in (2048, 4096) or geometry.sectors_per_block not in (64, 128):
        raise BadFile(
            "package-geometry", f"sectors of {geometry.sector_bytes}, {geometry.sectors_per_block} a block"
        )
    if named is not None and named != geometry:
        words = f"{posixpath.basename(place)}, but sectors of {geometry.sector_bytes} bytes"
        raise BadFile("package-geometry", words)
    return geometry


def _number(line: Element, attribute: str) -> int:
    text = line.attributes.get(attribute, "")
    if not _NUMBER.fullmatch(text):
        raise BadFile("package-not-numbers", f"{line.tag}: {attribute} is {text[:40] or 'missing'}")
    return int(text)
