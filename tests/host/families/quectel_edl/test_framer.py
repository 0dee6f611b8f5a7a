"""What a capture keeps of a module in EDL: packets and commands, and of firmware and calibration nothing."""

from __future__ import annotations

import struct
from collections.abc import Iterable

import pytest

from modemflash_host.families.contract import FIRMWARE, FRAME, TALK, Piece
from modemflash_host.families.quectel_edl.framer import EdlFramer

HEAD = b'<?xml version="1.0" ?><data>'
WHERE = b'PAGES_PER_BLOCK="64" SECTOR_SIZE_IN_BYTES="4096" num_partition_sectors="2" start_sector="8"'
READ = HEAD + b"<read " + WHERE + b" /></data>"
PROGRAM = HEAD + b"<program " + WHERE + b" /></data>"
LOG = HEAD + b'<log value="INFO: Calling handler" /></data>'
RAW = HEAD + b'<response value="ACK" rawmode="true" /></data>'
DONE = HEAD + b'<response value="ACK" rawmode="false" /></data>'
SECRET = bytes(range(256)) * 32
HELLO = struct.pack("<12I", 1, 48, 2, 1, 1024, *[0] * 7)
READ_DATA = struct.pack("<5I", 3, 20, 13, 0, 600)
READ_DATA_64 = struct.pack("<IIQQQ", 0x12, 32, 13, 0, 600)
SWITCH = bytes.fromhex("4b650100540f7e")


def kept(pieces: Iterable[Piece]) -> bytes:
    """What may be read of them afterwards."""
    return b"".join(piece.data for piece in pieces if piece.kind != FIRMWARE)


@pytest.mark.parametrize("size", [1, 7, 1000, 1 << 20])
@pytest.mark.parametrize("answer", [RAW, LOG + RAW])
def test_nothing_that_is_read_of_a_flash_is_kept(answer: bytes, size: int) -> None:
    """EFS2 is somebody's calibration; whatever the pieces are in which it comes."""
    framer = EdlFramer()
    assert [piece.kind for piece in framer.sent(READ)] == [FRAME]
    stream = answer + SECRET + DONE
    pieces = [piece for at in range(0, len(stream), size) for piece in framer.heard(stream[at : at + size])]
    pieces += [piece for _, piece in framer.rest()]
    assert b"".join(piece.data for piece in pieces) == stream
    assert b"".join(piece.data for piece in pieces if piece.kind == FIRMWARE) == SECRET
    assert kept(pieces) == answer + DONE and not framer.in_transfer


def test_nothing_of_an_image_is_kept() -> None:
    framer = EdlFramer()
    list(framer.sent(PROGRAM))
    list(framer.heard(LOG + RAW))
    assert framer.in_transfer
    pieces = [piece for at in range(0, len(SECRET), 1000) for piece in framer.sent(SECRET[at : at + 1000])]
    assert kept(pieces) == b"" and not framer.in_transfer
    assert [piece.kind for piece in framer.sent(READ)] == [FRAME]


@pytest.mark.parametrize("ask", [READ_DATA, READ_DATA_64])
def test_nothing_of_a_programmer_is_kept(ask: bytes) -> None:
    framer = EdlFramer()
    heard = [*framer.heard(HELLO[:5]), *framer.heard(HELLO[5:] + ask)]
    assert [(piece.kind, piece.data) for piece in heard] == [(FRAME, HELLO), (FRAME, ask)]
    assert kept(framer.sent(SECRET[:600])) == b""
    assert [piece.kind for piece in framer.sent(struct.pack("<II", 5, 8))] == [FRAME]


def test_a_length_of_four_gigabytes_hides_nothing_that_follows() -> None:
    framer = EdlFramer()
    list(framer.heard(struct.pack("<5I", 3, 20, 13, 0, 0xFFFFFFFF)))
    assert [piece.kind for piece in framer.sent(READ)] == [FRAME]


def test_questions_and_the_switch_are_talk() -> None:
    framer = EdlFramer()
    for data in (b"ATI\r", SWITCH):
        assert [piece.kind for piece in framer.sent(data)] == [TALK]
    assert [piece.kind for piece in framer.heard(b"\r\nQuectel\r\nOK\r\n")] == [TALK]


def test_zeros_for_the_rest_of_an_image_are_no_talk() -> None:
    assert [piece.kind for piece in EdlFramer().sent(bytes(512))] == [FIRMWARE]


def test_of_what_a_programmer_says_only_known_lines_stay_readable() -> None:
    """The serial number of a chip is somebody's."""
    from modemflash_host.families.quectel_edl.readable import READABLE
    from modemflash_host.privacy.talk import mask

    kept_lines = b'<data>\n<response value="ACK" rawmode="true" /></data>\n'
    assert mask(kept_lines, READABLE) == kept_lines
    masked = mask(b'<log value="INFO: Chip serial num: 305419896 (0x12345678)" /></data>\n', READABLE)
    assert b"305419896" not in masked and b"12345678" not in masked


def test_the_model_is_readable_on_the_screen() -> None:
    """As the event says it: maker and model in one line."""
    from modemflash_host.families.quectel_edl.readable import READABLE
    from modemflash_host.privacy import mask_event

    event = {"event": "identity", "product": "Quectel RM520N-GLAA", "version": "RM520NGLAAR01A05M4G"}
    assert mask_event(event, READABLE) == event
