"""The vendor's file: what is good, and a code for each way in which it can be bad."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemflash.errors import BadFile
from modemflash_host.families.quectel_gnss import frames
from modemflash_host.families.quectel_gnss.chips import version_of
from modemflash_host.families.quectel_gnss.package import read_package
from support.gnss import VERSION, package

GOOD = package(size=12_000)


def with_word(data: bytes, at: int, value: int, size: int = 0x90) -> bytes:
    """The same with another word in the first header, whose checksum is right again."""
    result = bytearray(data)
    struct.pack_into("<I", result, at, value)
    crc = zlib.crc32(bytes(result[: size - 8]))
    struct.pack_into("<II", result, size - 8, crc, crc ^ 0xFFFFFFFF)
    return bytes(result)


def test_a_good_file() -> None:
    found = read_package(GOOD, "a.pkg")
    assert (found.version, found.date, found.time) == (VERSION, "2025/12/12", "11:21:01")
    assert (found.parts.model, found.parts.hardware, found.parts.variant) == ("LG290P", "03", "AAN")
    assert found.base == "2.2.7.16"
    assert found.doubts == ()
    assert [each.kind for each in found.containers] == [3, 4, 5]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file-empty"),
        (b"<!DOCTYPE html><html>", "file-html"),
        (b"PK\x03\x04" + bytes(100), "file-zip"),
        (bytes(5000), "file-blank"),
        (GOOD[:20], "file-truncated"),
        (GOOD[:-1], "file-truncated"),
        (GOOD[: len(GOOD) // 2], "file-truncated"),
        (GOOD + b"\0", "package-longer"),
        (b"\x7fELF" + GOOD[4:], "not-a-package"),
        (GOOD[:0x20] + b"\xff" + GOOD[0x21:], "package-header"),
        (GOOD[:-9] + bytes([GOOD[-9] ^ 1]) + GOOD[-8:], "file-checksum"),
        (with_word(GOOD, 0x10, 0x8C), "package-segment"),
        (with_word(GOOD, 0x4C, 0), "package-segment"),
        (with_word(GOOD, 0x14, 0x7FFFFFFF), "package-segment"),
        (with_word(GOOD, 0x14, 0x7FFFF), "file-truncated"),
        (GOOD.replace(b"LG290P", b"XX290P"), "file-checksum"),
        (package("XX290P03AANR02A01S"), "package-no-version"),
    ],
)
def test_each_way_to_be_bad_has_its_code(data: bytes, code: str) -> None:
    with pytest.raises(BadFile) as caught:
        read_package(data, "a.pkg")
    assert caught.value.code == code


def test_containers_in_another_order() -> None:
    found = read_package(GOOD, "a.pkg").containers
    parts = [GOOD[each.offset : each.offset + each.size] for each in found]
    with pytest.raises(BadFile) as caught:
        read_package(parts[1] + parts[0] + parts[2], "a.pkg")
    assert caught.value.code == "package-order"


def test_what_nobody_understands_is_a_doubt() -> None:
    assert "unknown value 0x123" in read_package(with_word(GOOD, 4, 0x123), "a.pkg").doubts[0]
    assert "format" in read_package(with_word(GOOD, 8, 0x00030004), "a.pkg").doubts[0]
    assert "another model" in read_package(GOOD, "LG580P03.pkg").doubts[0]


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_byte_is_always_found(data: st.DataObject) -> None:
    """Of every header, segment and table; the last bytes of a file, too."""
    at = data.draw(st.integers(0, len(GOOD) - 1))
    flipped = data.draw(st.integers(1, 255))
    with pytest.raises(BadFile):
        read_package(GOOD[:at] + bytes([GOOD[at] ^ flipped]) + GOOD[at + 1 :], "a.pkg")


@settings(max_examples=200)
@given(st.binary(max_size=400), st.integers(0, 0xA0))
def test_hostile_headers_end_with_a_code(data: bytes, kept: int) -> None:
    """Whatever stands in a file, it is read to an end or refused."""
    hostile = GOOD[:kept] + data
    for each in (hostile, with_word(hostile, 0x10, 0x90) if len(hostile) > 0x90 else hostile):
        with pytest.raises(BadFile):
            read_package(each, "a.pkg")


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (b"", 0x2144DF1C),
        (b"123456789", 0xA51C61E2),
        (bytes(4096), 0xF523F4E3),
        (bytes(range(256)) * 17, 0x9CD83B1D),
    ],
)
def test_the_checksum_that_the_module_is_given(data: bytes, crc: int) -> None:
    assert frames.firmware_crc(data) == crc


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("LG290P03AANR02A01S", "LG290P03AAN"),
        ("LG580P03AANR01A02S", "LG580P03AAN"),
        ("LG290P03AANR01A06S_PPP_TEMP1107", "LG290P03AAN"),
        ("nonsense", None),
    ],
)
def test_versions_are_taken_apart(text: str, target: str | None) -> None:
    found = version_of(text)
    assert (found.target if found else None) == target
