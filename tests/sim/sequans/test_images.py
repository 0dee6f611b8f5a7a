"""modemflash_sim/sequans/images.py: the files that the demo and the tests send are what they claim to be."""

import zlib

import pytest

from modemflash import builds
from modemflash.examine import examine
from modemflash.image import Image
from modemflash_sim.sequans import images
from support.memory_source import MemorySource
from tools import make_container_vectors


def look(data: bytes, name: str = "x.dup") -> Image:
    return examine(MemorySource(data, name))


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"abcde", 0x4FF029C7),
        (b"abcdef", 0x50562A2D),
        (bytes(range(256)) * 8, 0x282E01FE),
        (b"\xff" * 1000, 0xFFFFFFFF),
    ],
)
def test_fletcher_has_the_published_check_values(data: bytes, value: int) -> None:
    """The second opinion on Fletcher-32 rests on the same values as the first."""
    assert images.fletcher32(data) == value


@pytest.mark.parametrize("build", sorted(builds.BUILDS))
def test_full_image_names_its_build(build: int) -> None:
    """An image of each known build is whole, and the content alone says which it is."""
    image = look(images.make_full_image(build, size_bytes=5000))
    assert (image.kind, image.build, image.build_source) == (builds.FULL, build, "content")
    assert image.verified
    assert (image.size, image.radio) == (5000, builds.BUILDS[build][0])


def test_full_image_of_a_real_size() -> None:
    """At the published size it shrinks about as far as real firmware."""
    data = images.make_full_image(41065, size_bytes=6_160_982)
    shrink = zlib.compressobj(9, zlib.DEFLATED, 12)
    assert 1.8 < len(data) / len(shrink.compress(data) + shrink.flush()) < 2.0
    image = look(data)
    assert image.as_published
    assert image.verified


def test_product() -> None:
    """The product stands in the description, and the engine finds it."""
    image = look(images.make_full_image(59577, "GM02S", 5000), "CATM1-41065.dup")
    assert (image.product, image.build, image.version) == ("GM02S", 59577, "8.0.5.13")


def test_difference() -> None:
    """Both builds stand in its description."""
    image = look(images.make_difference(33080, 41019, 3000))
    assert (image.kind, image.from_build, image.build, image.size) == (builds.DIFFERENCE, 33080, 41019, 3000)
    assert image.verified


def test_boot_rom_and_updater() -> None:
    """They differ from everything else by their content."""
    boot_rom = look(images.make_bootrom())
    assert (boot_rom.kind, boot_rom.size, boot_rom.understood) == (builds.BOOT_ROM, 55_570, True)
    updater = look(images.make_updater_elf())
    assert (updater.kind, updater.size, updater.understood) == (builds.UPDATER, 306_076, True)


def test_seeds() -> None:
    """The same arguments give the same bytes, another seed gives others."""
    first = images.make_full_image(41065, size_bytes=5000)
    assert first == images.make_full_image(41065, size_bytes=5000)
    assert first != images.make_full_image(41065, size_bytes=5000, seed=2)


def test_crc_of_a_whole_file_says_nothing() -> None:
    """Why a file is known again by another sum: all that end with their own CRC-32 have one and the same."""
    files = [images.make_full_image(build, size_bytes=5000 + build % 7) for build in (41065, 41019)]
    assert zlib.crc32(files[0]) == zlib.crc32(files[1])


def test_vectors_are_as_made() -> None:
    """The file of vectors is the one that its maker writes today."""
    assert make_container_vectors.PATH.read_text() == make_container_vectors.text()
