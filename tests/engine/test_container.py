"""container.py: the walk reads each byte once, from front to back, and says where it stands."""

from test_examine import MemoryFile

import vectors
from modemflash.container import CHUNK, Crc32, Reader, containers
from modemflash.crc import crc32
from modemflash.errors import BadFile
from modemflash.image import Image


def walk(data, most=1 << 30):
    """The walk over `data`: whether checksums cover it, the image, and what was read."""
    source = MemoryFile(data)
    image = Image(source.name, source.size)
    reader = Reader(source, image, None)
    return containers(reader, source.size, image, 0), image, source, reader


def rows(key):
    return [row for row in vectors.load("containers.json") if key in row]


def test_a_whole_container_is_covered_as_its_row_says():
    """A file that may be called verified is covered, and each byte of every file was passed."""
    for row in rows("verified"):
        data = vectors.unhex(row["hex"])
        covered, image, _, reader = walk(data)
        assert covered or not row["verified"], row["name"]
        assert [part["check"] for part in image.parts] == row["checks"], row["name"]
        assert reader.done == len(data), row["name"]


def test_a_container_that_ends_early_is_damaged():
    """A length that leads beyond the file is refused, wherever the file was cut."""
    row = rows("verified")[0]
    data = vectors.unhex(row["hex"])
    for size in range(5, len(data)):
        try:
            walk(data[:size])
        except BadFile as problem:
            assert problem.code, size
        else:
            raise AssertionError(size)


def test_what_follows_a_container_is_a_doubt():
    """Bytes behind the last container are read past and named, never taken for firmware."""
    data = vectors.unhex(rows("verified")[0]["hex"])
    covered, image, _, reader = walk(data + b"more")
    assert not covered and image.reason == "image-trailing-bytes"
    assert reader.done == len(data) + 4


def test_the_reader_skips_in_small_pieces():
    """Skipping costs one small buffer whatever the size, and offsets only grow."""
    source = MemoryFile(bytes(3 * CHUNK + 5))
    reader = Reader(source, Image(source.name, source.size), None)
    reader.skip(source.size)
    assert reader.done == source.size
    offsets = [offset for offset, _ in source.reads]
    assert offsets == sorted(offsets) and max([count for _, count in source.reads]) <= CHUNK


def test_crc_32_of_pieces_is_that_of_the_whole():
    """The sum that a container may carry does not depend on how it was read."""
    data = bytes(range(256)) * 9
    for cut in (0, 1, 255, 1000, len(data)):
        check = Crc32()
        check.update(data[:cut])
        check.update(data[cut:])
        assert check.value() == crc32(data)
