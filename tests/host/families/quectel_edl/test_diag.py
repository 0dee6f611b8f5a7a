"""DIAG frames: known ones as the sources have them, any packet both ways, and nothing that grows."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemflash_host.families.quectel_edl import diag

KNOWN = {
    "00": "0078f07e",
    "7c": "7c93497e",
    "4b650100": "4b650100540f7e",
    "4b1300000000100000001000000010000000100000001000000010000100000001000000010000 00ffffffff".replace(
        " ", ""
    ): "4b130000000010000000100000001000000010000000100000001000010000000100000001000000ffffffff7d5e057e",
    "4b130100": "4b13010055597e",
    "4b130b002f00": "4b130b002f0019117e",
    "4b130c000100000001000000": "4b130c000100000001000000fb717e",
    "4b130f002f72666300": "4b130f002f72666300e2c37e",
}


def test_frames_are_as_the_sources_have_them() -> None:
    assert diag.checksum(b"123456789") == 0x906E
    for packet, frame in KNOWN.items():
        assert diag.packed(bytes.fromhex(packet)).hex() == frame
    assert diag.packed(diag.SWITCH_TO_EDL).hex() == "4b650100540f7e"


@given(st.lists(st.binary(min_size=1, max_size=60), max_size=6), st.integers(1, 9))
def test_every_packet_comes_back_whatever_pieces_it_came_in(packets: list[bytes], size: int) -> None:
    wire = b"".join(map(diag.packed, packets))
    reader = diag.Unframer()
    pieces = (wire[at : at + size] for at in range(0, len(wire), size))
    assert [packet for piece in pieces for packet in reader.packets(piece)] == packets
    assert reader.bad_frames == 0


@given(st.binary(max_size=200))
def test_any_bytes_are_taken(data: bytes) -> None:
    reader = diag.Unframer()
    assert len(list(reader.packets(data + b"\x7e"))) + reader.bad_frames <= len(data) + 1
    assert list(reader.packets(diag.packed(b"\x00"))) == [b"\x00"]


@pytest.mark.parametrize("at", range(7))
def test_a_damaged_frame_is_dropped_and_the_next_one_counts(at: int) -> None:
    frame = bytearray(diag.packed(b"ABCD"))
    frame[at] ^= 0x01
    reader = diag.Unframer()
    heard = list(reader.packets(bytes(frame) + b"\x7e" + diag.packed(b"next")))
    assert heard[-1] == b"next" and b"ABCD" not in heard


def test_bytes_without_an_end_are_not_kept() -> None:
    reader = diag.Unframer()
    piece = bytes(65_536)
    tracemalloc.start()
    for _ in range(64):
        assert list(reader.packets(piece)) == []
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * len(piece)
    assert list(reader.packets(b"\x7e" + diag.packed(b"x"))) == [b"x"]
    assert reader.bad_frames == 1
