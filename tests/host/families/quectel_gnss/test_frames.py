"""The frames of the boot loader, against bytes computed elsewhere; and what may come between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemflash_host.families.contract import FIRMWARE
from modemflash_host.families.quectel_gnss import frames, nmea
from modemflash_host.families.quectel_gnss.framer import GnssFramer
from modemflash_host.families.quectel_gnss.frames import Answer, AnswerReader
from modemflash_host.families.quectel_gnss.words import READABLE
from modemflash_host.privacy.talk import mask
from support.gnss import package


@pytest.mark.parametrize(
    ("message", "payload", "wire"),
    [
        (frames.QUERY, "", "AA 02 71 00 00 DE 7E 15 F0 55"),
        (frames.ERASE, "", "AA 02 03 00 00 89 0B A9 CE 55"),
        (frames.RESET, "", "AA 02 31 00 00 AE E4 98 30 55"),
        (
            frames.INFO,
            "00265DB4 A5D18254 00000000 00000000",
            "AA 02 02 00 10 00 26 5D B4 A5 D1 82 54 00 00 00 00 00 00 00 00 18 50 BC BC 55",
        ),
        (frames.DATA, "00000000 70000000", "AA 02 04 00 08 00 00 00 00 70 00 00 00 F7 D0 29 F6 55"),
    ],
)
def test_frames_of_ours(message: int, payload: str, wire: str) -> None:
    assert frames.frame(message, bytes.fromhex(payload)) == bytes.fromhex(wire)


ANSWERS = [
    ("AA 02 00 00 04 02 02 00 00 7B 0A 62 31 55", Answer(2, 0)),
    ("AA 02 00 00 07 02 71 00 00 01 00 01 18 0A 94 D8 55", Answer(0x71, 0, b"\1\0\1")),
    ("AA 02 00 00 04 02 04 00 21 33 EE 0E DD 55", Answer(4, 0x21)),
    ("AA 02 00 00 04 02 03 00 20 41 A6 28 CE 55", Answer(3, 0x20)),
]


@pytest.mark.parametrize(("wire", "answer"), ANSWERS)
def test_answers(wire: str, answer: Answer) -> None:
    data = bytes.fromhex(wire)
    assert [*AnswerReader().feed(data)] == [answer]
    reader = AnswerReader()
    assert [each for byte in data for each in reader.feed(bytes([byte]))] == [answer]


@given(st.lists(st.binary(max_size=60).filter(lambda noise: b"\xaa" not in noise), min_size=5, max_size=5))
def test_answers_between_noise(noise: list[bytes]) -> None:
    """Half sentences and boot noise stand between them."""
    stream = b"".join(
        between + bytes.fromhex(wire) for between, (wire, _) in zip(noise, ANSWERS, strict=False)
    )
    assert [*AnswerReader().feed(stream)] == [answer for _, answer in ANSWERS]


@given(st.lists(st.binary(max_size=300)))
def test_a_hostile_module_is_bounded(pieces: list[bytes]) -> None:
    reader = AnswerReader()
    for piece in pieces:
        assert all(isinstance(each, Answer) for each in reader.feed(piece))
        assert len(reader._held) < 64


def test_sentences() -> None:
    assert nmea.sentence("PQTMVERNO") == b"$PQTMVERNO*58\r\n"
    assert nmea.sentence("PQTMSRR") == b"$PQTMSRR*4B\r\n"
    real = b"$GNRMC,12$PQTMVERNO,LG290P03AANR01A03S,2024/04/30,10:53:07*18\r\n$GNGG"
    assert nmea.build_in(real) == nmea.Build("LG290P03AANR01A03S", "2024/04/30", "10:53:07")
    assert nmea.build_in(real.replace(b"*18", b"*19")) is None
    assert nmea.build_in(b"$PQTMVERNO,ERROR,1*31") is None


def test_firmware_never_stays_in_a_capture() -> None:
    """However a packet is cut into writes."""
    block = package()[4096:8192]
    packet = frames.frame(frames.DATA, frames.data_payload(1, block))
    for cut in (0, 3, 9, 100, len(packet) - 2):
        framer = GnssFramer()
        pieces = [*framer.sent(packet[:cut]), *framer.sent(packet[cut:])]
        pieces += [piece for _, piece in framer.rest()]
        assert b"".join(piece.data for piece in pieces if piece.kind == FIRMWARE) == block
        assert not any(block[:16] in piece.data for piece in pieces if piece.kind != FIRMWARE)


def test_a_version_stays_readable_and_a_position_does_not() -> None:
    """In captures, reports and screens."""
    said = b"$PQTMVERNO,LG290P03AANR02A01S,2025/12/12,11:21:01*1D\r\n"
    said += b"$GNRMC,101112.000,A,4717.11,N,00833.9,E*00\r\n"
    kept = mask(said, READABLE).decode()
    assert "LG290P03AANR02A01S,2025/12/12,11:21:01" in kept
    assert "$GNRMC" in kept
    assert "4717" not in kept and "00833" not in kept
