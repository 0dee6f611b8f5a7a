"""Frames and firmware are told from talk in both directions, however reads and writes are cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hypothesis import given
from hypothesis import strategies as st

from modemflash.frames import BLOCK, BLOCK_COMMAND, OPEN_SESSION
from modemflash_host.families.contract import FILLING, FIRMWARE, FRAME, TALK, Piece
from modemflash_host.families.sequans.framer import StpFramer

CUTS = st.lists(st.integers(0, 300), max_size=8)


def frame(op: int, payload: bytes = b"") -> bytes:
    return b"fast" + bytes([op, 1]) + len(payload).to_bytes(2, "big") + bytes(8) + payload


def answer(payload: bytes = b"") -> bytes:
    return b"tsaf" + bytes([0x80, 1]) + len(payload).to_bytes(2, "big") + bytes(8) + payload


def cut(feed: Callable[[bytes], Iterator[Piece]], stream: bytes, cuts: list[int]) -> list[Piece]:
    found, start = [], 0
    for end in [*sorted(cuts), len(stream)]:
        found += list(feed(stream[start:end]))
        start = max(start, end)
    return found


def test_talk_frames_firmware_and_fillings() -> None:
    """Each kind of write comes out as what it is."""
    framer = StpFramer()
    assert list(framer.sent(b"AT+SMSTPU\r\n")) == [Piece(b"AT+SMSTPU\r\n", TALK)]
    opening = frame(OPEN_SESSION)
    assert list(framer.sent(opening)) == [Piece(opening, FRAME)]
    block = frame(BLOCK, b"firmware" * 10)
    assert list(framer.sent(block)) == [Piece(block[:16], FRAME), Piece(b"firmware" * 10, FIRMWARE)]
    assert list(framer.sent(b"\xff" * 3)) == [Piece(b"\xff" * 3, FILLING)]
    assert list(framer.sent(bytes(40))) == [Piece(bytes(40), FILLING)]
    assert list(framer.sent(b"+++")) == [Piece(b"+++", TALK)]


def test_transfer_lasts_from_a_frame_to_the_next_talk() -> None:
    """A filling belongs to the transfer, any other talk ends it."""
    framer = StpFramer()
    states = []
    for write in (b"AT\r\n", frame(0), b"\xff" * 64, b"+++"):
        list(framer.sent(write))
        states.append(framer.in_transfer)
    assert states == [False, True, True, False]


@given(CUTS, st.binary(max_size=100))
def test_cuts_between_writes_change_nothing(cuts: list[int], firmware: bytes) -> None:
    """A frame that is written in pieces is the same frame."""
    stream = frame(BLOCK_COMMAND, b"\0\x64") + frame(BLOCK, firmware) + frame(0)
    found = cut(StpFramer().sent, stream, cuts)
    assert found == list(StpFramer().sent(stream))
    assert all(firmware not in each.data for each in found if each.kind == FRAME and len(firmware) > 4)


def test_talk_behind_a_frame() -> None:
    """Talk in the same write as the end of a frame is talk."""
    assert list(StpFramer().sent(frame(0) + b"AT\r")) == [Piece(frame(0), FRAME), Piece(b"AT\r", TALK)]


@given(CUTS)
def test_only_whole_answers_are_frames(cuts: list[int]) -> None:
    """What comes between, before and behind answers is talk: a modem that speaks in a transfer is masked."""
    talk = b"\r\n+CGSN: 490154203237518\r\n"
    block = b"tsaf\x83\x01\0\2" + bytes(8) + b"\0\1"
    stream = talk + block + talk + answer() + b"tsa"
    framer = StpFramer()
    found = cut(framer.heard, stream, cuts) + [piece for _, piece in framer.rest()]
    assert [piece.data for piece in found if piece.kind == FRAME] == [block, answer()]
    assert b"".join(piece.data for piece in found) == stream
    assert b"".join(piece.data for piece in found if piece.kind == TALK) == talk + talk + b"tsa"


@given(st.binary(max_size=60))
def test_a_false_answer_is_talk(noise: bytes) -> None:
    """A signature with a length that no answer has is talk, and nothing is lost."""
    stream = b"tsaf\x80\x01\xff\xff" + noise
    framer = StpFramer()
    found = list(framer.heard(stream)) + [piece for _, piece in framer.rest()]
    assert b"".join(piece.data for piece in found) == stream


def whole(*carriers: bytes) -> bytes:
    """What is kept as frames of answers that came while a session is open."""
    framer = StpFramer()
    list(framer.sent(frame(OPEN_SESSION)))
    found = [piece for carrier in carriers for piece in framer.heard(carrier)]
    assert sum(len(piece.data) for piece in found) == sum(map(len, carriers))
    return b"".join(piece.data for piece in found if piece.kind == FRAME)


def test_nothing_rides_on_the_form_of_an_answer() -> None:
    """An answer keeps numbers of the session: no field of it carries a text, or a number in BCD."""
    assert whole(answer()) == answer()
    opened = b"tsaf\x81\x01\0\4" + bytes(8) + b"\0\1\x20\0"
    assert whole(opened) == opened
    text = b"tsaf\x81\x01\0\4" + bytes(8)
    kept = whole(text + b"4901", text + b"5420", text + b"3237", b"tsaf\x80\x01\0\x104901542032375180123")
    assert not [part for part in (b"4901", b"5420", b"3237", b"49", b"54") if part in kept]
    riders = b"tsaf" + b"\x49\x01" + b"\0\0" + b"\x54\x20\x32\x37\x51\x80\x49\x01"
    assert whole(riders) == b"tsaf\x80\x01\0\0" + b"\x80" * 8


def test_a_damaged_answer_stays_damaged() -> None:
    """Whoever replays it finds a header of the right length whose checksum is wrong."""
    damaged = b"tsaf\x83\x01\0\2" + bytes(4) + b"\x12\x34\x56\x78" + b"\0\0"
    assert whole(damaged) == damaged[:12] + b"\x80" * 6


def test_half_a_block_leaves_no_firmware() -> None:
    """A run that ends within a block keeps its header, and of the firmware the size alone."""
    framer = StpFramer()
    assert not list(framer.sent(frame(BLOCK, b"firmware" * 10)[:40]))
    kinds = [(piece.kind, len(piece.data)) for _, piece in framer.rest()]
    assert kinds == [(FRAME, 16), (FIRMWARE, 24)]
