"""Firmware files for the simulated module: as the vendor's in form, with nothing of the vendor's in it."""

from __future__ import annotations

import random
import re
import struct
import zlib
from collections.abc import Sequence

NAME = re.compile(r"(LG\d{3}P\d\d[A-Z]{3}R(\d\d)A(\d\d)\w*)\.pkg", re.ASCII)
SIMULATED = "\0modemflash: simulated firmware\0"  # no module could run it
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_HEADERS = {3: (0x90, 0x100000, 0x80989680), 4: (0x60, 0x800000, 0x00989680), 5: (0x70, 0, 0)}


def make_package(
    version: str = "LG290P03AANR02A01S",
    date: str = "2025/12/12",
    time: str = "11:21:01",
    size: int = 60_000,
    seed: int = 0,
    *,
    marked: bool = False,
) -> bytes:
    """A package of about `size` bytes; `marked`: it says of itself that it is simulated."""
    noise = random.Random(f"{version} {date} {time} {seed}")
    rest = max(size - 8_000, 4_000)
    year, month, day = date.split("/")
    built = f"{_MONTHS[int(month) - 1]} {int(day):2} {year}"
    application = bytearray(noise.randbytes(rest * 2 // 3))
    for at, text in (
        (1_000, f"\0{built}\0"),
        (500, SIMULATED if marked else ""),
        (1_500, f"\0{version}\0PQTMVER,1,MODULE,%s,%s,%s\0{time}\0"),
    ):
        application[at : at + len(text)] = text.encode()
    first = [noise.randbytes(1_000), noise.randbytes(3_000), noise.randbytes(0x100), noise.randbytes(16)]
    last = [noise.randbytes(rest // 6), noise.randbytes(rest // 6)]
    return (
        _container(3, first, (0x100000, 0x10000000, 0x101FF000, 0x10200000), noise.randbytes(256))
        + _container(4, [bytes(application)], (0x10200000,))
        + _container(5, last, (0x30000, 0x200000))
    )


def make_named(name: str, size: int, *, marked: bool = False) -> bytes:
    """The package of that name; its date comes from its version.

    Raises:
        ValueError: the name says no version.
    """
    found = NAME.fullmatch(name)
    if not found:
        raise ValueError(f"{name!r} says no version; one that can be made is LG290P03AANR02A01S.pkg")
    year, month = int(found[2]) + 2023, int(found[3])
    return make_package(found[1], f"{year}/{month % 12 + 1:02}/12", "11:21:01", size, marked=marked)


def version_in(image: bytes) -> tuple[str, str, str] | None:
    """Version, date and time in an image, as the application of the module would say them."""
    said = re.search(rb"\0(L[A-Z0-9_]+)\0PQTMVER,1,MODULE[^\0]*\0(\d\d:\d\d:\d\d)\0", image)
    built = re.search(rb"\0([A-Z][a-z]{2}) ([ \d]\d) (\d{4})\0", image)
    if not said or not built:
        return None
    month, day, year = (each.decode() for each in built.groups())
    date = f"{year}/{_MONTHS.index(month) + 1:02}/{int(day):02}"
    return said[1].decode(), date, said[2].decode()


def _sealed(data: bytes) -> bytes:
    return data + struct.pack("<I", zlib.crc32(data))


def _container(kind: int, segments: Sequence[bytes], loads: Sequence[int], extra: bytes = b"") -> bytes:
    header_size, word_4, word_c = _HEADERS[kind]
    header = bytearray(header_size)
    struct.pack_into("<IIHHI", header, 0, header_size, word_4, 3, kind, word_c)
    body = b""
    for number, (segment, load) in enumerate(zip(segments, loads, strict=True)):
        sealed = _sealed(segment)
        is_last = number == len(segments) - 1
        row = (header_size + len(body), len(sealed), load, is_last)
        struct.pack_into("<IIII", header, 0x10 + 16 * number, *row)
        body += sealed
    if extra:
        header[0x50:0x58] = b"2.2.7.16"
        sealed = _sealed(extra)
        struct.pack_into("<I", header, 0x68, 4)
        struct.pack_into("<I", header, 0x80, len(sealed))
        body += sealed
    crc = zlib.crc32(bytes(header[:-8]))
    struct.pack_into("<II", header, header_size - 8, crc, crc ^ 0xFFFFFFFF)
    return bytes(header) + body
