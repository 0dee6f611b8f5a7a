"""The vendor's `.pkg`: three containers back to back, checked from the first byte to the last.

Rules: every length, checksum and complement is checked before anything is believed;
a value that nobody understands is a doubt, not an error; the checksum that the
module is given cannot tell two good files apart, so a file is named by its SHA-256.
Source: docs/lg290p.md ("The protocol").
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass

from modemflash.errors import BadFile
from modemflash_host.families.quectel_gnss.chips import Version, version_of
from modemflash_host.families.quectel_gnss.nmea import Build

Data = bytes | bytearray  # of a whole file, which is large: nobody makes a copy
LARGEST_BYTES = 0x1000000
KIND_AT, KINDS = 0x0A, (3, 4, 5)
APPLICATION = 4
_SEGMENTS_AT, _SEGMENT_BYTES = 0x10, 16
_LEAST_HEADER, _MOST_HEADER = 0x30, 0x1000
_EXTRA_LENGTH_AT, _EXTRA_CRC_AT = 0x80, 0x68
_FORMAT = 3
_KNOWN = {0x04: (0x100000, 0x800000, 0), 0x0C: (0x80989680, 0x00989680, 0)}
_VERSION = re.compile(rb"(?:LG|LC)\d{2,3}[A-Z]+\d{0,2}[A-Z]{0,4}?R\d{2}[A-Z]\d{2}[A-Z0-9_]*")
_MONTHS = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
# As a compiler writes it, or as the application says it.
_DATE = re.compile(rb"20\d\d/\d\d/\d\d|(?:" + b"|".join(_MONTHS) + rb") [ 0-3]\d 20\d\d")
_CLOCK = re.compile(rb"\d\d:\d\d:\d\d")
_SIMULATED = b"\0modemflash: simulated firmware\0"
_BASE = re.compile(rb"\d+\.\d+\.\d+\.\d+")
_CLOCK_BEHIND = 32  # bytes behind the date
_DATE_BEFORE, _DATE_BEHIND = 0x1000, 0x200  # bytes around the version in which the date stands


@dataclass(frozen=True, slots=True)
class Container:
    """One of the three.

    Attributes:
        kind: 3, 4 or 5.
        offset, size: where it stands in the file.
        segments: offset in the file, length, load address.
    """

    kind: int
    offset: int
    size: int
    segments: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Package:
    """A good file.

    Attributes:
        version: as `$PQTMVERNO` will say it.
        parts: the same, taken apart.
        date, time: of the build, as `$PQTMVERNO` will say them; "" where the file has none.
        base: the version of the first container.
        doubts: sentences.
        is_simulated: no module could run it.
    """

    version: str
    parts: Version
    date: str
    time: str
    base: str
    containers: tuple[Container, ...]
    doubts: tuple[str, ...]
    is_simulated: bool = False

    @property
    def built(self) -> str:
        """When, for people."""
        return f"{self.date} at {self.time}" if self.date else ""

    def is_run_by(self, build: Build) -> bool:
        """Whether a module that says `build` runs this file; without a date the version alone tells."""
        is_dated_so = (build.date, build.time) == (self.date, self.time)
        return build.version == self.version and (is_dated_so or not self.date)


def begins_like_one(head: bytes) -> bool:
    """Whether the first bytes of a file may be those of a package's first header."""
    if len(head) < KIND_AT + 2:
        return False
    size, _, its_format, kind = struct.unpack_from("<IIHH", head)
    return _is_header_size(size) and (its_format, kind) == (_FORMAT, KINDS[0])


def read_package(data: Data, name: str) -> Package:
    """Check the file.

    Raises:
        BadFile: with a code for each way in which it can be bad.
    """
    _refuse_what_is_none(data, name)
    doubts: list[str] = []
    containers: list[Container] = []
    at = 0
    for kind in KINDS:
        if at >= len(data):
            raise BadFile("file-truncated", f"{name}: {len(containers)} of 3 containers")
        containers.append(_container(data, at, kind, name, doubts))
        at += containers[-1].size
    if at != len(data):
        raise BadFile("package-longer", f"{name}: {len(data) - at} bytes too many")
    version, date, time = _build(data, containers[1], name, doubts)
    parts = version_of(version)
    if parts is None:
        raise BadFile("package-no-version", name)
    if not date:
        doubts.append("No build date was found in it: the end of the update is proven by the version alone.")
    if name[:4].upper() in ("LG29", "LG58", "LG68") and not name.upper().startswith(parts.model):
        doubts.append(f"Its name says another model than its content, {parts.model}: the content counts.")
    is_simulated = _SIMULATED in data
    if is_simulated:
        doubts.append("It is simulated firmware: no module could run it.")
    base = _BASE.match(data, 0x50, 0x70)
    based = base[0].decode() if base else ""
    return Package(version, parts, date, time, based, tuple(containers), tuple(doubts), is_simulated)


def _refuse_what_is_none(data: Data, name: str) -> None:
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not data:
        raise BadFile("file-empty", name)
    if len(data) > LARGEST_BYTES:
        raise BadFile("file-too-large", name)
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<")):
        raise BadFile("file-html", name)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise BadFile("file-zip", name)
    if data.startswith((b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        raise BadFile("file-archive", name)
    if data.count(data[0]) == len(data):
        raise BadFile("file-blank", name)
    if len(data) < _LEAST_HEADER:
        raise BadFile("file-truncated", f"{name}: shorter than a header")


def _container(data: Data, at: int, kind: int, name: str, doubts: list[str]) -> Container:
    where = f"{name}: container at 0x{at:X}"
    if len(data) - at < _LEAST_HEADER:
        raise BadFile("file-truncated", where)
    header, its_kind = _header(data, at, where)
    if its_kind != kind:
        raise BadFile("package-order", f"{where} is of kind {its_kind}, not {kind}")
    (its_format,) = struct.unpack_from("<H", header, 8)
    if its_format != _FORMAT:
        doubts.append(f"Container {kind} is of format {its_format}; only {_FORMAT} is known.")
    for offset, known in _KNOWN.items():
        (value,) = struct.unpack_from("<I", header, offset)
        if value not in known:
            doubts.append(f"Container {kind} has the unknown value 0x{value:X} at 0x{offset:X}.")
    segments, end = _segments(data, at, header, where)
    if kind == KINDS[0] and len(header) >= _EXTRA_LENGTH_AT + 12:
        extra, has_crc = (struct.unpack_from("<I", header, o)[0] for o in (_EXTRA_LENGTH_AT, _EXTRA_CRC_AT))
        if end + extra > len(data) - at:
            raise BadFile("file-truncated", f"{where}: its last block")
        if has_crc == 4 and extra > 4:
            _check_sum(data, at + end, extra, f"{where}, its last block")
        end += extra
    return Container(kind, at, end, segments)


def _is_header_size(size: int) -> bool:
    return _LEAST_HEADER <= size <= _MOST_HEADER and not size % 8


def _header(data: Data, at: int, where: str) -> tuple[bytes, int]:
    """The bytes of a header whose own checksum is right, and its kind."""
    (size,) = struct.unpack_from("<I", data, at)
    if not _is_header_size(size):
        code = "not-a-package" if at == 0 else "package-header"
        raise BadFile(code, f"{where}: a header of 0x{size:X} bytes")
    if at + size > len(data):
        raise BadFile("file-truncated", where)
    header = bytes(data[at : at + size])
    crc, complement = struct.unpack_from("<II", header, size - 8)
    if crc ^ complement != 0xFFFFFFFF:
        raise BadFile("package-header", f"{where}: checksum and complement differ")
    if zlib.crc32(header[: size - 8]) != crc:
        raise BadFile("package-header", f"{where}: its checksum")
    return header, struct.unpack_from("<H", header, KIND_AT)[0]


def _segments(data: Data, at: int, header: bytes, where: str) -> tuple[tuple[tuple[int, int, int], ...], int]:
    """The segments of a container, and where the last one ends in it."""
    found: list[tuple[int, int, int]] = []
    end = len(header)
    for row in range(_SEGMENTS_AT, len(header) - 8 - _SEGMENT_BYTES + 1, _SEGMENT_BYTES):
        offset, size, load, is_last = struct.unpack_from("<IIII", header, row)
        what = f"{where}, segment {len(found)}"
        if is_last > 1 or offset < end or size <= 4 or offset + size > LARGEST_BYTES:
            raise BadFile("package-segment", what)
        end = offset + size
        if at + end > len(data):
            raise BadFile("file-truncated", what)
        _check_sum(data, at + offset, size, what)
        found.append((at + offset, size, load))
        if is_last:
            return tuple(found), end
    raise BadFile("package-segment", f"{where}: none is marked as the last one")


def _check_sum(data: Data, start: int, size: int, what: str) -> None:
    (crc,) = struct.unpack_from("<I", data, start + size - 4)
    if zlib.crc32(memoryview(data)[start : start + size - 4]) != crc:
        raise BadFile("file-checksum", f"{what}, from 0x{start:X} on")


def _build(data: Data, container: Container, name: str, doubts: list[str]) -> tuple[str, str, str]:
    """Version, date and time in the application; "" for what is not there."""
    start, end = container.offset, container.offset + container.size
    found = [*_VERSION.finditer(data, start, end)]
    if not found:
        raise BadFile("package-no-version", name)
    versions = {each[0] for each in found}
    if len(versions) > 1:
        names = ", ".join(sorted(each.decode() for each in versions)[:4])
        doubts.append(f"It holds several versions: {names}; the first one counts.")
    version = found[0]
    near = max(start, version.start() - _DATE_BEFORE), min(end, version.end() + _DATE_BEHIND)
    dates = sorted(_DATE.finditer(data, *near), key=lambda each: abs(each.start() - version.start()))
    for date in dates:
        behind_it = _CLOCK.search(data, date.end(), min(end, date.end() + _CLOCK_BEHIND))
        if time := behind_it or _CLOCK.search(data, version.end(), min(end, version.end() + _DATE_BEHIND)):
            return version[0].decode(), _as_said(date[0].decode()), time[0].decode()
    return version[0].decode(), "", ""


def _as_said(date: str) -> str:
    """`Nov  8 2026` as the application says it."""
    if "/" in date:
        return date
    month, day, year = date.split()
    return f"{year}/{_MONTHS.index(month.encode()) + 1:02}/{int(day):02}"
