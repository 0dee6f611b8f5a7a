"""A file that this project did not make: the engine and the vendor agree on what a container is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from modemflash import builds
from modemflash.examine import examine
from referees import vendor_client

pytestmark = pytest.mark.referee


class OnDisk:
    """A source on a disk."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self.size = path.stat().st_size
        self._file = path.open("rb")

    def readinto(self, offset: int, buf: "memoryview | bytearray") -> int:
        self._file.seek(offset)
        return self._file.readinto(buf)

    def close(self) -> None:
        self._file.close()


def test_vendor_file_is_whole_and_names_its_product(tool: Callable[[str], Path]) -> None:
    """Five components of the vendor's sizes, each checksum right, and no name can hide its product."""
    source = OnDisk(vendor_client.firmware_file(tool("vendor-client")), "CATM1-41065.dup")
    image = examine(source)
    source.close()
    assert (image.size, image.kind, image.product, image.build) == (7_020_424, builds.FULL, "GM02S", 59577)
    assert (image.build_source, image.version, image.radio, image.name_build) == (
        "content",
        "8.0.5.13",
        "",
        41065,
    )
    assert image.understood
    assert image.verified
    assert [part["size"] for part in image.parts[1:]] == [69_696, 376_764, 6_077_796, 76_068, 419_844]
    assert [part["magic"] for part in image.parts] == ["PACK"] + ["UPGR"] * 5
    assert {part["check"] for part in image.parts} == {"good"}
    assert image.parts[1]["description"] == "bootrom upgrade package"
