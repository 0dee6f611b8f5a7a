"""Firmware files: what one is, which build it brings, and whether it is whole.

Rules that hold here: content first, the catalogue second, the name last; *damaged*
(`BadFile`, no consent helps) and *not understood* (`Image.reason`, the owner may insist)
are never mixed up; a file is called verified only when every byte of it lies under a
checksum that was computed here.
Facts: docs/protocol.md ("Files").
"""

import binascii
import sys

from modemflash import builds
from modemflash.container import LARGEST_FILE, MAGICS, Reader, containers
from modemflash.crc import Fletcher32
from modemflash.errors import BadFile
from modemflash.image import Image
from modemflash.sniff import check_elf, refuse_other_files

_FIRMWARE = ("UPGR", "SFFF", "PACK")
_BOOT_ROM_TEXT = "bootrom upgrade package"
_BOOT_ROM_BYTES = (54000, 70000)


def examine(
    source: "Source",
    on_progress: "Progress | None" = None,
    digest: "Digest | None" = None,
    whole_sum: bool = False,
) -> Image:
    """Read a file once and say what it is.

    Args:
        source: the file.
        on_progress: called with (bytes read, size in bytes) after each chunk.
        digest: a fresh SHA-256 to fill. By default one is made on a PC and none on a board,
            which has a single one for all programs.
        whole_sum: whether to compute `Image.fletcher32`, too.

    Raises:
        BadFile: it is damaged, or certainly no firmware.
    """
    image = Image(source.name, source.size)
    if not source.size:
        raise BadFile("file-empty", source.name)
    if source.size > LARGEST_FILE:
        raise BadFile("file-too-large", "%s, %d bytes" % (source.name, source.size))
    if digest is None and sys.implementation.name == "cpython":
        digest = _sha256()
    reader = Reader(source, image, on_progress)
    if digest:
        reader.checks.append(digest)
    whole = Fletcher32() if whole_sum else None
    if whole:
        reader.checks.append(whole)
    try:
        _look_inside(reader, image, source)
    except BadFile as problem:
        problem.detail = image.name + (": " + problem.detail if problem.detail else "")
        raise
    finally:
        if digest:  # a board's only one stays busy until it is asked
            image.sha256 = binascii.hexlify(digest.digest()).decode()
    if whole:
        image.fletcher32 = whole.value()
    _name_it(image, builds.Name(image.name))
    return image


def _look_inside(reader: "Reader", image: Image, source: "Source") -> None:
    start = reader.peek()
    if start[:4] in MAGICS:
        covered = containers(reader, reader.size, image, 0) and image.understood
        if [part for part in image.parts if part["description"].endswith(builds.SIMULATED)]:
            image.doubt("image-simulated")
        image.verified = covered and "modem-only" not in [part["check"] for part in image.parts]
    elif start[:4] == b"\x7fELF":
        image.kind = builds.UPDATER
        check_elf(start, source, image)
    else:
        refuse_other_files(start, image)
        image.doubt("image-unknown-magic")
    reader.skip(reader.size - reader.done)


def _name_it(image: Image, name: builds.Name) -> None:
    """Kind, product and build: what the content says, else the catalogue, else the name."""
    _choose_kind(image, name)
    image.product = image.product or name.product
    image.uart = name.uart
    image.name_build = name.build
    named = []  # type: list[tuple[str, int]]
    for part in image.parts:
        named = named or builds.versions_in(part["description"])
    listed = builds.by_size(image.size, image.kind)
    if image.kind == builds.DIFFERENCE:
        # Text in its data may be of either build: only a description with both counts.
        image.inside = named[1:2] if len(named) == 2 else []
        image.from_build = named[0][1] if len(named) == 2 else name.from_build
    elif named:
        image.inside = named[:1]
    if len(image.inside) == 1:
        image.version, image.build = image.inside[0]
        image.build_source = "content"
    elif len(listed) == 1 and listed[0][2]:
        image.build, image.build_source = listed[0][2], "catalogue"
        image.from_build = listed[0][3] or image.from_build
    elif name.build:
        image.build, image.build_source = name.build, "name"
    _choose_part(image, name, listed)
    if image.build in builds.BUILDS and not image.version:
        image.version = builds.BUILDS[image.build][1]
    image.radio = builds.radio(image.build, image.version, image.name)
    image.as_published = builds.as_published(
        image.kind, image.build, image.from_build, image.part, image.size
    )


def _choose_kind(image: Image, name: builds.Name) -> None:
    magics = [part["magic"] for part in image.parts]
    if "DIFF" in magics or (magics and name.kind == builds.DIFFERENCE):
        image.kind = builds.DIFFERENCE  # the magic of Pycom's differences was never published
    elif magics == ["UPGR"] and image.parts[0]["description"] == _BOOT_ROM_TEXT:
        image.kind = builds.BOOT_ROM
        if not _BOOT_ROM_BYTES[0] <= image.size <= _BOOT_ROM_BYTES[1]:
            image.doubt("image-odd-boot-rom")
    elif magics == ["UPGR"] and image.parts[0]["description"].endswith("upgrade package"):
        image.kind = builds.FULL
        image.doubt("image-one-component")
    elif [magic for magic in magics if magic in _FIRMWARE]:
        image.kind = builds.FULL
    elif image.kind == "unknown":
        listed = builds.by_size(image.size)
        image.kind = listed[0][1] if listed else name.kind or "unknown"
        image.doubt("image-no-firmware")


def _choose_part(image: Image, name: builds.Name, listed: "list[builds.Row]") -> None:
    """A part goes under the number of its package; its content may name the build between the parts."""
    package, part, source = name.build, name.part, "name"
    if listed and listed[0][4]:
        package, part, source = listed[0][2], listed[0][4], "catalogue"
    if not part or package is None or image.kind != builds.FULL:
        return
    if image.build_source == "content" and image.build not in (package, builds.PACKAGES[package][1]):
        return
    if image.build != package:
        image.build, image.build_source, image.version = package, source, ""
    image.part = part


def _sha256() -> "Digest":
    import hashlib

    return hashlib.sha256()


TYPE_CHECKING = False
if TYPE_CHECKING:
    from modemflash.container import Digest, Progress
    from modemflash.contracts import Source
