"""The simulator's own walk over containers, against the vectors that the engine is tested with."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemflash_sim.sequans import images
from modemflash_sim.sequans.container import Fletcher
from modemflash_sim.sequans.package import PART_ONE_BYTES, Walk

ROWS = json.loads((Path(__file__).parents[2] / "vectors" / "containers.json").read_text())
WHOLE = [row for row in ROWS if "build" in row]
DAMAGED = [row for row in ROWS if row.get("code") == "file-checksum"]
SHORT = [
    row for row in ROWS if row.get("code") in ("file-truncated", "file-inner-length", "file-absurd-length")
]


def walk(data: bytes, piece_bytes: int = 7) -> Walk:
    walked = Walk()
    pos = 0
    while pos < len(data):
        taken = walked.take(data[pos : pos + piece_bytes])
        if not taken:
            piece_bytes += 7  # what was left is looked at again, together with more
            if pos + piece_bytes > len(data) + 7:
                break
        pos += taken
    return walked


@pytest.mark.parametrize("row", WHOLE, ids=lambda row: row["name"])
def test_a_whole_image_is_whole(row: dict[str, Any]) -> None:
    """Complete, undamaged, of the kind and the build that the vector names."""
    data = bytes.fromhex(row["hex"])
    facts = walk(data).facts()
    assert (facts.complete, facts.damaged, facts.size_bytes) == (True, "", len(data))
    assert facts.kind == row["kind"]
    assert (facts.build or None) == row["build"]
    assert facts.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("row", DAMAGED, ids=lambda row: row["name"])
def test_a_wrong_checksum_is_damage(row: dict[str, Any]) -> None:
    """Complete by its lengths, and yet damaged."""
    facts = walk(bytes.fromhex(row["hex"])).facts()
    assert facts.complete
    assert facts.damaged


@pytest.mark.parametrize("row", SHORT, ids=lambda row: row["name"])
def test_a_wrong_length_is_never_complete(row: dict[str, Any]) -> None:
    """An image that ends elsewhere than its lengths say is not complete."""
    assert not walk(bytes.fromhex(row["hex"])).complete


def test_bytes_behind_the_end_are_not_taken() -> None:
    """What starts no container is left, whether one byte or many."""
    image = images.make_full_image(41065, size_bytes=3_000)
    for behind in (b"x", b"UP", b"garbage" * 9):
        walked = Walk()
        assert walked.take(image + behind) == len(image)
        assert walked.complete


def test_one_container_behind_another_is_one_image() -> None:
    """Containers may follow each other, cut anywhere."""
    data = images.make_bootrom(900) + images.make_full_image(41065, size_bytes=3_000)
    walked = Walk()
    pos = 0
    for size in (900, 3, 2_000, 5_000):
        pos += walked.take(data[pos : pos + size])
    assert walked.complete
    assert walked.size_bytes == pos == len(data)


@given(st.integers(1, 400))
def test_pieces_do_not_matter(piece_bytes: int) -> None:
    """The same facts however the image was cut into blocks."""
    image = images.make_full_image(41065, size_bytes=5_001, check=images.FLETCHER)
    walked = Walk()
    for pos in range(0, len(image), piece_bytes):
        piece = image[pos : pos + piece_bytes]
        assert walked.take(piece) == len(piece)
    assert walked.complete
    assert not walked.damaged
    assert walked.facts().build == 41065


@given(st.integers(0, 2_999), st.integers(0, 7))
def test_a_flipped_bit_shows(where: int, bit: int) -> None:
    """No flipped bit leaves a complete and undamaged image."""
    image = bytearray(images.make_full_image(41065, size_bytes=3_000))
    image[where] ^= 1 << bit
    walked = Walk()
    walked.take(bytes(image))
    whole = walked.complete and walked.size_bytes == 3_000
    assert not (whole and not walked.damaged and walked.kind == "full")


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"abcde", 0x4FF029C7),
        (b"abcdef", 0x50562A2D),
        (bytes(range(256)) * 8, 0x282E01FE),
        (b"\xff" * 1000, 0xFFFFFFFF),
    ],
)
def test_fletcher_has_the_published_values(data: bytes, value: int) -> None:
    """The check values of the protocol page, in one piece and in odd ones."""
    whole, pieces = Fletcher(), Fletcher()
    whole.update(data)
    for pos in range(0, len(data), 3):
        pieces.update(data[pos : pos + 3])
    assert whole.value() == pieces.value() == value


def test_what_the_description_names() -> None:
    """Builds, the base of a difference, products, parts of 48829, the other boot ROM."""
    difference = walk(images.make_difference(33080, 41065), 4096).facts()
    assert (difference.kind, difference.from_build, difference.build) == ("difference", 33080, 41065)
    assert walk(images.make_bootrom(), 4096).facts().kind == "bootrom"
    assert walk(images.make_full_image(59577, "GM02S"), 4096).facts().products == ("GM02S",)
    named = images.container("UPGR", bytes(99), description="LR5.2.1.0-48829-1")
    assert (walk(named).facts().build, walk(named).facts().part) == (48829, 1)
    by_size = images.make_full_image(39529, size_bytes=PART_ONE_BYTES)
    assert walk(by_size, 4096).facts().part == 1
    other = images.container("UPGR", bytes(99), description="bootrom upgrade package UART2")
    assert walk(other).facts().uart2


def test_what_the_data_name() -> None:
    """Without a build in a description: the last one in the form of showver; and GM02S anywhere."""
    data = bytes(50) + b"8.0.5.13 [59577] by robot-soft" + bytes(9) + b"GM02S" + bytes(50) + b"VZM20Q"
    facts = walk(images.container("UPGR", data, description="fff upgrade package")).facts()
    assert (facts.version, facts.build, facts.products) == ("8.0.5.13", 59577, ("GM02S",))


def test_an_updater_that_was_cut_is_not_complete() -> None:
    """An ELF ends behind its section table, not before."""
    elf = images.make_updater_elf(5_000)
    for length, complete in ((5_000, True), (4_999, False), (40, False)):
        walked = Walk(updater=True)
        walked.take(elf[:length])
        assert walked.complete is complete, length
