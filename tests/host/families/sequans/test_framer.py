"""Firmware is told from talk, however our writes are cut."""

import zlib

from hypothesis import given
from hypothesis import strategies as st

from modemflash.frames import BLOCK, BLOCK_COMMAND, OPEN_SESSION
from modemflash_host.families.sequans.framer import Block, Filling, Frame, Frames


def frame(op: int, payload: bytes = b"") -> bytes:
    return b"fast" + bytes([op, 1]) + len(payload).to_bytes(2, "big") + bytes(8) + payload


def test_talk_frames_blocks_and_fillings() -> None:
    """Each kind of write comes out as what it is; of firmware only size and checksum count."""
    frames = Frames()
    assert list(frames.split(b"AT+SMSTPU\r\n")) == [b"AT+SMSTPU\r\n"]
    opening = frame(OPEN_SESSION)
    assert list(frames.split(opening)) == [Frame(opening)]
    firmware = b"firmware" * 10
    block = frame(BLOCK, firmware)
    assert list(frames.split(block)) == [Frame(block[:16]), Block(80, zlib.crc32(firmware), firmware)]
    assert list(frames.split(b"\xff" * 3)) == [Filling(0xFF, 3)]
    assert list(frames.split(bytes(40))) == [Filling(0, 40)]
    assert list(frames.split(b"+++")) == [b"+++"]


def test_session_lasts_from_a_frame_to_the_next_talk() -> None:
    """A filling belongs to the session, any other talk ends it."""
    frames = Frames()
    states = []
    for write in (b"AT\r\n", frame(0), b"\xff" * 64, b"+++"):
        list(frames.split(write))
        states.append(frames.in_session)
    assert states == [False, True, True, False]


@given(st.lists(st.integers(0, 300), max_size=8), st.binary(max_size=100))
def test_cuts_between_writes_change_nothing(cuts: list[int], firmware: bytes) -> None:
    """A frame that is written in pieces is the same frame."""
    stream = frame(BLOCK_COMMAND, b"\0\x64") + frame(BLOCK, firmware) + frame(0)
    frames, found, start = Frames(), [], 0
    for cut in [*sorted(cuts), len(stream)]:
        found += list(frames.split(stream[start:cut]))
        start = max(start, cut)
    assert found == list(Frames().split(stream))
    assert all(firmware not in each.data for each in found if isinstance(each, Frame) and len(firmware) > 4)


def test_talk_behind_a_frame() -> None:
    """Talk in the same write as the end of a frame is talk."""
    assert list(Frames().split(frame(0) + b"AT\r")) == [Frame(frame(0)), b"AT\r"]
