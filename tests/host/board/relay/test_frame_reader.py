"""Frames come out whole, or not at all, whatever stands around them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemflash.crc import crc16
from modemflash.interface import SYNC
from modemflash_host.board.relay.frame_reader import FrameReader
from support.sinks import Clock

BAUD = 115_200


def frame(kind: bytes, body: bytes) -> bytes:
    inner = kind + len(body).to_bytes(2, "big") + body
    checked = bytes([SYNC]) + inner
    return checked + crc16(checked, 0, 1, len(checked)).to_bytes(2, "big")


def all_of(reader: FrameReader) -> list[tuple[bytes, bytes]]:
    found = []
    while each := reader.next(BAUD):
        found.append(each)
    return found


@given(st.lists(st.binary(max_size=40), max_size=5), st.integers(1, 50))
def test_however_they_are_cut(bodies: list[bytes], piece: int) -> None:
    """Reads end anywhere."""
    reader, sent, found = FrameReader(Clock()), b"".join(frame(b"E", body) for body in bodies), []
    for start in range(0, len(sent), piece):
        reader.feed(sent[start : start + piece])
        found += all_of(reader)
    assert found == [(b"E", body) for body in bodies]


def test_text_around_is_passed_over_and_counted() -> None:
    """A console prints, too."""
    reader = FrameReader(Clock())
    reader.feed(b"hello\r\n" + frame(b"H", b"2job") + b"bye")
    assert all_of(reader) == [(b"H", b"2job")]
    assert reader.passed_over_bytes == len(b"hello\r\nbye")


def test_a_damaged_frame_costs_no_other() -> None:
    """The next one begins within what is passed over."""
    reader, damaged = FrameReader(Clock()), bytearray(frame(b"E", b"abc"))
    damaged[5] ^= 1
    reader.feed(bytes(damaged) + frame(b"E", b"xyz"))
    assert all_of(reader) == [(b"E", b"xyz")]


def test_the_rest_of_a_frame_is_not_waited_for_without_end() -> None:
    """A sync byte in noise claims a length that never comes."""
    clock = Clock()
    reader = FrameReader(clock)
    reader.feed(bytes([SYNC]) + b"E" + (200).to_bytes(2, "big") + frame(b"E", b"xyz"))
    assert all_of(reader) == []
    clock.sleep_ms(1_000)
    assert all_of(reader) == [(b"E", b"xyz")]


@pytest.mark.parametrize("after", [0, 3_000])
def test_a_restart_is_heard_in_much_text(after: int) -> None:
    """The words of a starting board may come with all that follows, in one read."""
    reader = FrameReader(Clock())
    reader.feed(b"rst:0x1 (POWERON_RESET)" + b"." * after)
    assert all_of(reader) == []
    assert reader.has_heard((b"rst:0x",))
    reader.feed(b"." * 100)
    assert all_of(reader) == []
    reader.feed(b".")
    assert not reader.has_heard((b"rst:0x",))


def test_noise_is_no_text() -> None:
    """Bytes of another rate are, a console's words are not."""
    reader = FrameReader(Clock())
    reader.feed(b"plain text of a console\r\n")
    assert all_of(reader) == []
    assert not reader.heard_noise
    reader.feed(b"\xf0\x80\x9c\xfe\x00\xe0")
    assert all_of(reader) == []
    assert reader.heard_noise
