"""Firmware files for the simulated modem: made on the spot, because the real ones are their vendor's.

Rules that hold here: the same arguments give the same bytes on every machine; the size
asked for is the size made; the build that a modem runs after the install stands in the
description of the outermost container, as `LR5.1.1.0-41065`, with the product behind it
where there is one (`LR8.0.5.13-59577 GM02S`); of a difference as
`LR5.1.1.0-33080 to LR5.1.1.0-41065`. Descriptions inside a pack are those of real files.

The checksums are computed in another way than the engine does it, so that each is the
other's referee.
"""

import itertools
import random
import struct
import zlib
from collections.abc import Iterable

from modemflash import builds

NO_CHECK, FLETCHER, ECDSA, RSA, CRC = 0, 1, 2, 3, 4  # signature types

_SIGNATURE_BYTES = {NO_CHECK: 0, FLETCHER: 4, ECDSA: 64, RSA: 256, CRC: 4}
_LINE = 64
_WORN_LINES = 8  # so many lines come again and again, which makes the rest compressible


def container(
    magic: str,
    data: bytes,
    *,
    version: int = 3,
    check: int = CRC,
    description: str = "",
    flags: int = 0,
) -> bytes:
    """One container. Version 1 has always Fletcher-32, versions 1 and 2 have no description.

    Args:
        magic: `UPGR`, `DIFF`, `PACK`, ...
        description: of version 3, in plain ASCII.
        flags: nobody knows their meaning; real files have 0.
        data: what it holds; of a `PACK` whole containers, one after the other.
        version: 1, 2 or 3.
        check: signature type; `ECDSA` and `RSA` get bytes that only look like a signature.
    """
    if version == 1:
        head = magic.encode() + struct.pack("<HHII", 1, flags, len(data), fletcher32(data))
        return head + struct.pack("<I", fletcher32(head + bytes(4))) + data
    signature_bytes = _SIGNATURE_BYTES.get(check, 16)
    head = magic.encode() + struct.pack("<HHIHH", version, flags, len(data), check, signature_bytes)
    if version == 3:
        text = description.encode() + b"\0"
        head += struct.pack("<H", len(text)) + text
    covered = head + data
    if check == FLETCHER:
        return covered + struct.pack("<I", fletcher32(covered))
    if check == CRC:
        return covered + struct.pack("<I", zlib.crc32(covered))
    return covered + random.Random(len(covered)).randbytes(signature_bytes)


def make_full_image(
    build: int,
    product: str = "",
    size_bytes: int = 200_000,
    seed: int = 1,
    *,
    check: int = CRC,
    marked: bool = False,
) -> bytes:
    """A full image: a `PACK` of updater, firmware and file system.

    Part 1 of the two-part 48829 leaves the modem at 39529: it is `make_full_image(39529)`
    under the name `CATM1-5.2-48829-1.dup`; part 2 is `make_full_image(48829)`.

    Args:
        build: what the modem runs afterwards.
        product: e.g. "GM02S"; "" as in files for Pycom's boards.
        size_bytes: of the whole file, 1000 at least.
        seed: two seeds, two files.
        check: signature type of the outer and the inner containers.
        marked: it says of itself that it is simulated.
    """
    names = ("updater upgrade package", "fff upgrade package", "fs upgrade package")
    description = " ".join(filter(None, (version_text(build, product), product, _mark(marked))))

    def pack(sizes: Iterable[int]) -> bytes:
        inner = (
            container("UPGR", firmware(size, seed + i), check=check, description=name)
            for i, (name, size) in enumerate(zip(names, sizes, strict=True))
        )
        return container("PACK", b"".join(inner), check=check, description=description)

    small = size_bytes // 16
    room = size_bytes - len(pack((0, 0, 0)))
    return pack((small, room - 2 * small, small))


def make_difference(
    from_build: int, to_build: int, size_bytes: int = 100_000, seed: int = 1, *, marked: bool = False
) -> bytes:
    """A difference between two builds: a `DIFF`."""
    description = f"{version_text(from_build)} to {version_text(to_build)} {_mark(marked)}".rstrip()
    return _one("DIFF", description, size_bytes, seed)


def make_bootrom(size_bytes: int = 55_570, seed: int = 1) -> bytes:
    """A boot ROM package."""
    return _one("UPGR", "bootrom upgrade package", size_bytes, seed)


def make_updater_elf(size_bytes: int = 306_076, seed: int = 1, *, marked: bool = False) -> bytes:
    """An updater: a 32-bit ARM ELF with one segment, and its section table at the end."""
    header_bytes, program_bytes, section_bytes = 52, 32, 40
    segment = header_bytes + program_bytes
    code = firmware(size_bytes - segment - section_bytes, seed)
    sections = segment + len(code)
    where = (0x8000, header_bytes, sections)
    sizes = (header_bytes, program_bytes, 1, section_bytes, 1)
    padding = _mark(marked).encode()[:7].ljust(7, b"\0")
    header = b"\x7fELF\1\1\1" + bytes(2) + padding
    header += struct.pack("<HHIIIIIHHHHHH", 2, 40, 1, *where, 0, *sizes, 0)
    program = struct.pack("<IIIIIIII", 1, segment, 0x8000, 0x8000, len(code), len(code), 5, 4)
    return header + program + code + bytes(section_bytes)


def _mark(marked: bool) -> str:
    return builds.SIMULATED if marked else ""


def make_named(name: builds.Name, size_bytes: int, *, marked: bool = False) -> bytes:
    """The file of that kind, build and product that a file name says.

    Args:
        name: what the name says.
        size_bytes: of the whole file.
        marked: it says of itself that it is simulated.

    Raises:
        ValueError: the name says no kind, or one that cannot bear the mark.
    """
    if name.kind == builds.FULL:
        return make_full_image(name.build or 0, name.product, size_bytes, marked=marked)
    if name.kind == builds.DIFFERENCE:
        return make_difference(name.from_build or 0, name.build or 0, size_bytes, marked=marked)
    if name.kind == builds.UPDATER:
        return make_updater_elf(size_bytes, marked=marked)
    if name.kind == builds.BOOT_ROM and not marked:
        return make_bootrom(size_bytes)
    raise ValueError("the name says no kind of file")


def make_marked(name: str, size_bytes: int) -> bytes:
    """The file that a file name says; it says of itself that it is simulated.

    Raises:
        ValueError: as `make_named`.
    """
    return make_named(builds.Name(name), size_bytes, marked=True)


def version_text(build: int, product: str = "") -> str:
    """`LR5.1.1.0-41065`: the form in which ATI1 names a build."""
    version = builds.BUILDS[build][1] if build in builds.BUILDS else ""
    if not version:
        version = {builds.NB_IOT: "6.0.0.0"}.get(builds.radio(build), "8.0.5.13" if product else "5.1.1.0")
    return f"LR{version}-{build}"


def firmware(size_bytes: int, seed: int) -> bytes:
    """Bytes that zlib shrinks about as far as real firmware, to a half."""
    chance = random.Random(seed)
    worn = [chance.randbytes(_LINE) for _ in range(_WORN_LINES)]
    lines = [
        chance.choice(worn) if chance.random() < 0.5 else chance.randbytes(_LINE)
        for _ in range(size_bytes // _LINE + 1)
    ]
    return b"".join(lines)[:size_bytes]


def fletcher32(data: bytes) -> int:
    """The containers' Fletcher-32, by long numbers and one division at the end."""
    words = struct.unpack(f">{(len(data) + 1) // 2}H", data + bytes(len(data) % 2))
    sums = list(itertools.accumulate(words, initial=0xFFFF))
    low, high = sums[-1], 0xFFFF + sum(sums[1:])
    return (high % 0xFFFF or 0xFFFF) << 16 | (low % 0xFFFF or 0xFFFF)


def _one(magic: str, description: str, size_bytes: int, seed: int) -> bytes:
    room = size_bytes - len(container(magic, b"", description=description))
    return container(magic, firmware(room, seed), description=description)
