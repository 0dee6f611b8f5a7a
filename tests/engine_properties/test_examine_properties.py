"""image.py: a file that lost or changed a bit never passes for a whole one."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from modemflash.errors import CATALOGUE, BadFile
from modemflash.examine import examine
from modemflash.image import Image
from modemflash_sim.sequans.images import CRC, FLETCHER, NO_CHECK, container
from support.memory_source import MemorySource

INNER = container("UPGR", bytes(range(60)), description="fff upgrade package")
WHOLE = (
    container("PACK", INNER + INNER, description="LR5.1.1.0-41065"),
    container("PACK", INNER + INNER, check=FLETCHER),
    container("UPGR", bytes(range(60)), version=1),
    container("UPGR", bytes(range(60)), version=2),
)


def outcome(data: bytes) -> "Image | None":
    """What is said of the bytes; None where they are refused."""
    try:
        return examine(MemorySource(data))
    except BadFile as refused:
        problem = refused
    assert problem.code in CATALOGUE
    return None


def test_whole_files_are_verified() -> None:
    """The files that are damaged below are good ones."""
    for data in WHOLE:
        image = outcome(data)
        assert image
        assert image.verified
        assert image.understood


def test_cut_at_any_byte() -> None:
    """A file that lacks its end is refused, wherever it was cut."""
    for data in WHOLE:
        for end in range(len(data)):
            assert outcome(data[:end]) is None, end


def test_any_bit_flipped() -> None:
    """One flipped bit, anywhere: refused or not understood, never verified."""
    for data in WHOLE:
        for bit in range(8 * len(data)):
            changed = bytearray(data)
            changed[bit // 8] ^= 1 << bit % 8
            image = outcome(bytes(changed))
            assert image is None or (not image.understood and not image.verified), bit


@given(st.sampled_from(WHOLE), st.integers(min_value=0), st.binary(min_size=1, max_size=8))
def test_any_bytes_replaced(data: bytes, at: int, new: bytes) -> None:
    """A run of other bytes, anywhere: refused or not understood, never verified."""
    at %= len(data)
    changed = data[:at] + new + data[at + len(new) :]
    image = outcome(changed)
    assert changed == data or image is None or not image.verified


@given(st.binary(max_size=300))
def test_any_bytes_at_all(data: bytes) -> None:
    """Bytes that are no firmware are refused or in doubt, and nothing but `BadFile` is raised."""
    image = outcome(data)
    assert image is None or not image.understood


@given(
    st.sampled_from(["UPGR", "PACK", "DIFF"]),
    st.integers(0, 5),
    st.integers(0, 1 << 32),
    st.integers(0, 6),
    st.integers(0, 1 << 16),
    st.integers(0, 1 << 16),
    st.binary(max_size=100),
)
def test_any_header(
    magic: str, version: int, size: int, kind: int, signature: int, text: int, rest: bytes
) -> None:
    """Whatever a header claims, no memory is taken for it and the answer is a word."""
    head = magic.encode() + struct.pack(
        "<HHIHHH", version, 0, size % (1 << 32), kind, signature % 65536, text % 65536
    )
    image = outcome(head + rest)
    assert image is None or not image.verified


_LEAF = st.builds(
    container,
    st.just("UPGR"),
    st.binary(max_size=50),
    version=st.sampled_from([1, 2, 3]),
    check=st.sampled_from([NO_CHECK, FLETCHER, CRC]),
    description=st.sampled_from(["", "fff upgrade package", "LR5.1.1.0-41065"]),
)


@given(st.lists(_LEAF, min_size=1, max_size=4), st.sampled_from([1, 2, 3]), st.sampled_from([FLETCHER, CRC]))
def test_any_pack(leaves: "list[bytes]", version: int, check: int) -> None:
    """Packs of all versions and checksums are understood, and verified by the outer checksum."""
    image = outcome(container("PACK", b"".join(leaves), version=version, check=check))
    assert image
    assert image.understood
    assert image.verified
    assert len(image.parts) == len(leaves) + 1
