"""The STP table of the simulated modem, row by row, and its assumptions both ways."""

import binascii
import hashlib
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemflash_sim.sequans import assumptions, faults, images, profiles
from modemflash_sim.sequans import stp_frames as frames
from modemflash_sim.sequans.modem import SimModem
from modemflash_sim.sequans.profiles import Timing
from modemflash_sim.sequans.stp_frames import Request
from support.plain_updater import Updater

ON_THE_FLY = 'AT+SMSTPU="ON_THE_FLY"'
IMAGE = images.make_full_image(41065, size_bytes=20_000)
RESET = Request(frames.RESET, 0, 0, b"")
OPEN = Request(frames.OPEN_SESSION, 1, 1, b"")


def in_session(profile: str = "pycom-catm1", assumed: str = "", fault: str = "") -> Updater:
    """An updater with an open on-the-fly session; on version 2 the data type is named."""
    timing = Timing(stalls=())
    started = profiles.find(profile, start_mode="recovery", echo=False, timing=timing)
    updater = Updater(SimModem(started, assumptions.parse(assumed), faults.parse(fault)))
    updater.at(ON_THE_FLY)
    updater.open_session(4 if started.stp_version == 2 else 0)
    return updater


def announce(updater: Updater, size: int) -> None:
    assert updater.request(frames.BLOCK_CMD, struct.pack(">H", size))[4] == 0x82


def finish(updater: Updater, image: bytes = IMAGE) -> bytes:
    """The rest of an image in a new session, installed; what AT+SMUPGRADE? says then."""
    for _ in updater.blocks(image):
        pass
    updater.close()
    updater.wait(200)
    return updater.at("AT+SMUPGRADE?")


@pytest.mark.parametrize("stray", [b"\0" * 9_000, b"AT\r\n", b"fas", b"fafasfffast!" * 3])
def test_bytes_that_start_no_request_are_dropped(stray: bytes) -> None:
    """Up to the next signature; the request behind them is answered."""
    updater = in_session()
    updater.send(stray)
    updater.hear(2_000)
    assert updater.ask(RESET)[4] == 0x80


@pytest.mark.parametrize(
    ("profile", "assumed", "operation"),
    [
        ("pycom-catm1", "", None),
        ("gm02s", "", 0x7F),
        ("gm02s", "bad_header:silent", None),
    ],
)
def test_a_header_with_a_wrong_crc(profile: str, assumed: str, operation: int | None) -> None:
    """Version 1: nothing; version 2: not understood, or nothing. The next request is answered."""
    updater = in_session(profile, assumed)
    damaged = bytearray(frames.request_bytes(RESET))
    damaged[7] ^= 1
    updater.send(bytes(damaged))
    heard = updater.hear(2_000)
    assert (heard[4] if heard else None) == operation
    assert updater.ask(RESET)[4] == 0x80


@pytest.mark.parametrize(
    ("profile", "assumed", "operation"),
    [
        ("pycom-catm1", "", None),
        ("gm02s", "", 0x40),
        ("gm02s", "bad_payload:silent", None),
    ],
)
def test_a_payload_with_a_wrong_crc(profile: str, assumed: str, operation: int | None) -> None:
    """Version 1: nothing; version 2: refused, or nothing. The same request again is taken."""
    updater = in_session(profile, assumed)
    announce(updater, 100)
    request = Request(frames.BLOCK, 1, updater.next, IMAGE[:100])
    damaged = bytearray(frames.request_bytes(request))
    damaged[60] ^= 1
    updater.send(bytes(damaged))
    heard = updater.hear(2_000)
    assert (heard[4] if heard else None) == operation
    assert updater.ask(request)[4] == 0x83


@pytest.mark.parametrize("dropped", [True, False])
def test_a_payload_that_stops(dropped: bool) -> None:
    """After a second of silence the request is dropped; or the modem waits, and filler ends it."""
    updater = in_session(assumed="" if dropped else "short_payload:waits")
    announce(updater, 3_000)
    half = frames.request_bytes(Request(frames.BLOCK, 1, updater.next, IMAGE[:3_000]))[:1_000]
    updater.send(half)
    updater.wait(2)
    assert (updater.ask(RESET, 1_000) != b"") is dropped
    updater.send(bytes(3_016))
    updater.wait(2)
    assert updater.ask(RESET)[4] == 0x80


def test_a_pause_within_a_payload_is_no_end() -> None:
    """Less than a second of silence does not drop the request."""
    updater = in_session()
    announce(updater, 3_000)
    whole = frames.request_bytes(Request(frames.BLOCK, 1, updater.next, IMAGE[:3_000]))
    updater.send(whole[:1_000])
    updater.line.sleep_ms(900)
    updater.send(whole[1_000:])
    assert updater.hear(2_000)[4] == 0x83


@pytest.mark.parametrize(
    ("assumed", "operation", "word"),
    [
        ("acknowledged", 0x83, b"success"),
        ("refused", 0x40, b"success"),
        ("stored-twice", 0x83, b"fail"),
    ],
)
def test_the_last_request_again(assumed: str, operation: int, word: bytes) -> None:
    """Acknowledged and stored once; or refused; or stored twice, and then the modem says fail."""
    updater = in_session(assumed="repeated_request:" + assumed)
    announce(updater, 1_000)
    again = Request(frames.BLOCK, 1, updater.next, IMAGE[:1_000])
    assert updater.request(frames.BLOCK, IMAGE[:1_000])[4] == 0x83
    assert updater.ask(again)[4] == operation
    assert word in finish(updater, IMAGE[1_000:])
    assert updater.modem.verdict.violations == ()


def test_another_transaction_than_the_next() -> None:
    """Refused, and a violation; so is the same id with another content."""
    updater = in_session()
    assert updater.ask(Request(frames.BLOCK_CMD, 1, 7, b"\0\x10"))[4] == 0x40
    announce(updater, 16)
    assert updater.ask(Request(frames.BLOCK_CMD, 1, updater.next - 1, b"\0\x20"))[4] == 0x40
    assert len(updater.modem.verdict.violations) == 2
    assert "the next transaction is 2" in updater.modem.verdict.violations[0]


@pytest.mark.parametrize("size", [99, 101])
def test_a_block_of_another_size_than_announced(size: int) -> None:
    """Refused, and a violation."""
    updater = in_session()
    announce(updater, 100)
    assert updater.request(frames.BLOCK, IMAGE[:size])[4] == 0x40
    assert "announced were 100" in updater.modem.verdict.violations[0]


@pytest.mark.parametrize(("size", "operation"), [(8176, 0x82), (8177, 0x40), (0, 0x40)])
def test_the_size_of_a_block_has_a_limit(size: int, operation: int) -> None:
    """The block and its header fit into max_transfer."""
    updater = in_session()
    assert updater.request(frames.BLOCK_CMD, struct.pack(">H", size))[4] == operation
    assert bool(updater.modem.verdict.violations) is (operation == 0x40)


def test_a_block_needs_its_announcement() -> None:
    """Each block has its own; the one before does not count."""
    updater = in_session()
    announce(updater, 16)
    updater.request(frames.BLOCK, IMAGE[:16])
    assert updater.request(frames.BLOCK, IMAGE[16:32])[4] == 0x40


def test_open_in_mid_image_starts_it_anew() -> None:
    """The half image is recorded, and the whole one that follows is good."""
    updater = in_session()
    announce(updater, 1_000)
    updater.request(frames.BLOCK, IMAGE[:1_000])
    assert updater.ask(OPEN)[4] == 0x81
    updater.next = 2
    assert b"success" in finish(updater)
    first, second = updater.modem.verdict.images
    assert (first.size_bytes, first.complete) == (1_000, False)
    assert second.sha256 == hashlib.sha256(IMAGE).hexdigest()


@pytest.mark.parametrize("answered", [True, False])
def test_the_closing_reset(answered: bool) -> None:
    """Ends the session; acknowledged, or not."""
    updater = in_session(assumed="" if answered else "closing_reset:silent")
    assert bool(updater.close()) is answered
    assert updater.at("AT") == b"\r\nOK\r\n"


def test_an_opening_reset_stays_in_the_protocol() -> None:
    """Session 0, transaction 0: answered as often as it comes; AT is not."""
    updater = in_session()
    for _ in range(3):
        assert updater.ask(RESET)[4] == 0x80
    assert updater.at("AT") == b""


@pytest.mark.parametrize(("assumed", "residue"), [("residue", 5), ("swallowed", 0)])
def test_bytes_after_the_containers_end(assumed: str, residue: int) -> None:
    """Left as residue, or taken and ignored; the image is good either way."""
    updater = in_session(assumed="extra_data:" + assumed)
    last = IMAGE[19_000:] + b"stray"
    for _ in updater.blocks(IMAGE[:19_000]):
        pass
    announce(updater, len(last))
    answer = updater.request(frames.BLOCK, last)
    assert struct.unpack(">H", answer[16:])[0] == residue
    updater.close()
    updater.wait(200)
    assert b"success" in updater.at("AT+SMUPGRADE?")


def test_answers_with_crc() -> None:
    """With that assumption both CRC fields are right."""
    updater = in_session(assumed="answer_crc:computed")
    answer = updater.ask(OPEN)
    header = answer[:12] + b"\0\0" + answer[14:16]
    assert struct.unpack(">HH", answer[12:16]) == (
        binascii.crc_hqx(header, 0),
        binascii.crc_hqx(answer[16:], 0),
    )


def test_data_types() -> None:
    """Version 2 wants one, of the right kind, before the first block; version 1 knows none."""
    updater = in_session("gm02s")
    updater.open_session()
    assert updater.request(frames.BLOCK_CMD, b"\0\x10")[4] == 0x40
    assert updater.request(frames.DATA_TYPE, struct.pack(">I", 2))[4] == 0x40
    assert updater.request(frames.DATA_TYPE, struct.pack(">I", 4))[4] == 0x84
    assert in_session().request(frames.DATA_TYPE, struct.pack(">I", 4))[4] == 0x40


def test_a_staged_image_has_a_limit() -> None:
    """4 194 304 bytes fit into the modem's file system, and not one more."""
    updater = Updater(SimModem(profiles.without_waits(profiles.find("pycom-catm1"))))
    updater.at("AT+SMSTPU")
    updater.open_session()
    image = images.make_full_image(41065, size_bytes=4_194_305)
    assert list(updater.blocks(image[:4_194_304], 8176))[-1] == 4_194_304
    announce(updater, 1)
    assert updater.request(frames.BLOCK, image[-1:])[4] == 0x40


def test_a_stall_keeps_the_answer_and_the_repeats_waiting() -> None:
    """A block at 8 % is answered 90 s later, and so is its copy; neither is a violation."""
    started = profiles.find("pycom-catm1", start_mode="recovery")
    updater = Updater(SimModem(started))
    updater.at(ON_THE_FLY)
    updater.open_session()
    announce(updater, 2_000)
    request = Request(frames.BLOCK, 1, updater.next, IMAGE[:2_000])
    updater.send(frames.request_bytes(request))
    assert updater.hear(2_000) == b""
    updater.send(frames.request_bytes(request))
    start_ms = updater.line.ticks_ms()
    heard = updater.hear(120_000)
    assert len(heard) == 2 * 18
    assert updater.line.ticks_ms() - start_ms > 200_000
    assert updater.modem.verdict.violations == ()


@settings(max_examples=40)
@given(st.lists(st.binary(max_size=200) | st.just(frames.request_bytes(OPEN)), max_size=8))
def test_no_bytes_harm_the_session(pieces: list[bytes]) -> None:
    """After any bytes and enough filler, RESET and OPEN are answered."""
    updater = in_session()
    for piece in pieces:
        updater.send(piece)
    updater.wait(2)
    updater.send(bytes(70_000))
    updater.wait(2)
    assert updater.ask(RESET, 5_000)[4] == 0x80
    assert updater.ask(OPEN, 5_000)[4] == 0x81
