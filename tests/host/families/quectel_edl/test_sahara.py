"""Sahara: whatever the boot ROM says first, and whatever it asks for, is bounded and has words."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemflash.errors import Problem
from modemflash_host.families.quectel_edl.sahara import Sahara
from modemflash_host.families.quectel_edl.sahara_status import STATUSES, status_words
from support.memory_source import MemorySource
from support.scripted_port import ScriptedPort, line_to

PROGRAMMER = bytes(range(256)) * 20
SIZE = len(PROGRAMMER)
GREETING = b'<?xml version="1.0" ?><data><log value="ready" /></data>'


def packet(command: int, *numbers: int, wide: bool = False) -> bytes:
    body = struct.pack(f"<{len(numbers)}{'Q' if wide else 'I'}", *numbers)
    return struct.pack("<II", command, 8 + len(body)) + body


def hello(mode: int = 0, version: int = 2) -> bytes:
    return packet(1, version, 1, 1024, mode, *[0] * 6)


DONE, RESET, RESET_ANSWER = packet(5), packet(7), packet(8)


class BootRom:
    """Asks for pieces, in its order; gives its last word, and then the programmer's first."""

    def __init__(self, *asks: tuple[int, int], wide: bool = False, status: int = 0, done: int = 1) -> None:
        self.asks, self.wide, self.status, self.done = list(asks), wide, status, done
        self.got: list[bytes] = []
        self.loading = False

    def __call__(self, data: bytes) -> bytes:
        if data == DONE:
            return packet(6, self.done) + GREETING
        if data == RESET:
            self.loading = False
            return RESET_ANSWER + hello()
        if data[:8] == struct.pack("<II", 2, 48):
            self.loading = True
        elif self.loading:
            self.got.append(data)
        else:
            return b""
        if len(self.got) < len(self.asks):
            offset, length = self.asks[len(self.got)]
            return packet(0x12 if self.wide else 3, 13, offset, length, wide=self.wide)
        return packet(4, 13, self.status)


def start(
    peer: Callable[[bytes], bytes], first: bytes = b"", piece_bytes: int = 1 << 20
) -> tuple[bytes, ScriptedPort]:
    port = ScriptedPort(peer, first, piece_bytes)
    return Sahara(line_to(port), MemorySource(PROGRAMMER)).start(), port


def code_of(peer: Callable[[bytes], bytes], first: bytes = b"") -> tuple[str, str]:
    with pytest.raises(Problem) as caught:
        start(peer, first)
    return caught.value.code, caught.value.detail


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("done", [0, 1])
@pytest.mark.parametrize("piece_bytes", [1, 7, 1 << 20])
@pytest.mark.parametrize("version", [1, 2, 3])
def test_pieces_are_sent_in_any_order_and_twice(
    wide: bool, done: int, piece_bytes: int, version: int
) -> None:
    """32 and 64 bits, backward, the same one again; "pending" after the only image is success."""
    asks = ((SIZE - 100, 100), (0, 52), (0, 52), (1000, 1024))
    rom = BootRom(*asks, wide=wide, done=done)
    words, port = start(rom, hello(version=version), piece_bytes)
    assert rom.got == [PROGRAMMER[at : at + length] for at, length in asks]
    assert GREETING.startswith(words)
    [answer] = [data for data in port.sent if data[:4] == b"\2\0\0\0"]
    assert struct.unpack_from("<4I", answer, 8) == (min(version, 2), 1, 0, 0)


@pytest.mark.parametrize(
    ("offset", "length"),
    [
        (0, 0),
        (0, (1 << 32) - 1),
        (0, 1 << 20 | 1),
        (SIZE, 1),
        (SIZE - 1, 2),
        ((1 << 32) - 1, 1),
        (0x80000000, 0x80000000),
        (SIZE + 1, (1 << 32) - SIZE),
    ],
)
@pytest.mark.parametrize("wide", [False, True])
def test_what_the_programmer_does_not_have_is_never_sent(offset: int, length: int, wide: bool) -> None:
    """4 GB, behind the end, numbers that would be negative, sums that would run over."""
    rom = BootRom((offset, length), wide=wide)
    code, detail = code_of(rom, hello())
    assert code == "sahara-out-of-bounds" and str(length) in detail
    assert rom.got == []


def test_numbers_of_64_bits_are_bounded_too() -> None:
    assert code_of(BootRom(((1 << 64) - 1, 2), wide=True), hello())[0] == "sahara-out-of-bounds"


def test_a_boot_rom_that_asks_for_ever_is_stopped() -> None:
    rom = BootRom(*[(0, SIZE)] * 1000)
    assert code_of(rom, hello())[0] == "sahara-out-of-bounds"
    assert len(rom.got) * SIZE <= 4 * SIZE + (1 << 20)


def test_another_image_is_another_chip() -> None:
    assert code_of(lambda data: packet(3, 36, 0, 52) if data[0] == 2 else b"", hello()) == (
        "sahara-other-image",
        "image 36",
    )


@pytest.mark.parametrize("status", [*STATUSES, 0x29, 0xFFFFFFFF])
def test_each_last_word_is_said(status: int) -> None:
    code, detail = code_of(BootRom((0, 52), status=status), hello())
    assert code == "sahara-refused" and detail == status_words(status) and f"0x{status:02X}" in detail


def test_the_words_of_the_statuses_that_users_meet() -> None:
    """The table that is shifted by one in other programs."""
    assert "data size" in status_words(8) and "revision" in status_words(8)
    for status in (0x21, 0x22, 0x23, 0x25):
        assert "signed for another vendor or chip" in status_words(status)
    assert "no document" in status_words(0x77)


# -- what comes first


def test_a_hello_that_was_lost_comes_again_after_a_byte() -> None:
    rom = BootRom((0, 52))
    _, port = start(lambda data: hello() if data == b"\0" else rom(data))
    assert port.sent[0] == b"\0" and rom.got == [PROGRAMMER[:52]]


def test_an_answer_to_a_hello_that_was_lost_is_taken() -> None:
    rom = BootRom((0, 52))
    _, port = start(rom)
    assert port.sent[0] == b"\0" and port.sent[1][:4] == b"\2\0\0\0" and rom.got == [PROGRAMMER[:52]]


def test_what_is_deaf_is_said_after_half_a_minute_at_most() -> None:
    """And before that, each time that it is asked in another way: no wait is silent."""
    port = ScriptedPort(lambda _: b"")
    line = line_to(port)
    told: list[str] = []
    line.report = lambda kind, **fields: told.append(f"{kind}: {fields['note']}")  # type: ignore[method-assign]
    with pytest.raises(Problem) as caught:
        Sahara(line, MemorySource(PROGRAMMER)).start()
    assert caught.value.code == "edl-silent" and "power" in caught.value.hint
    assert len(told) == 3 and told[0].startswith("stall: ") and told[-1].endswith("3 of 3")
    assert port.sent[-1] == RESET and port.clock.now_ms <= 30_000


@pytest.mark.parametrize(
    "first",
    [
        packet(4, 13, 1),
        packet(3, 13, 0x4000, 0x1000),
        b"\xee" * 100_000,
        b"\1\2\3",
        packet(6, 1),
        RESET_ANSWER + b"x",
    ],
)
def test_an_earlier_session_is_ended_by_one_reset(first: bytes) -> None:
    """END_IMAGE, READ_DATA, or the rest of a flash that was being read."""
    rom = BootRom((0, 52))
    _, port = start(rom, first)
    assert [data for data in port.sent if data == RESET] == [RESET] and rom.got == [PROGRAMMER[:52]]


def test_an_earlier_session_that_no_reset_ends_is_an_error() -> None:
    code, detail = code_of(lambda data: packet(4, 13, 1) if data == RESET else b"", packet(4, 13, 1))
    assert code == "sahara-no-answer" and detail


@pytest.mark.parametrize("first", [GREETING, b"\xee" * 5000 + GREETING])
def test_a_programmer_that_runs_already_is_gone_on_with(first: bytes) -> None:
    """Report 003: `<?xm` is no Sahara packet; nothing is sent, Firehose goes on."""
    words, port = start(lambda _: b"", first)
    assert words == GREETING and port.sent == []


def test_a_programmer_that_waits_in_silence_is_found_by_the_byte() -> None:
    """Report 003 as it happened: five seconds of silence, a byte, and XML as the answer."""
    nak = b'<?xml version="1.0" ?><data><response value="NAK" /></data>'
    words, port = start(lambda data: nak if data == b"\0" else b"")
    assert words == nak and port.sent == [b"\0"]


def test_a_crash_dump_gets_no_image() -> None:
    assert code_of(BootRom((0, 52)), hello(mode=2))[0] == "edl-crash-dump"


def test_frames_of_diag_end_it() -> None:
    code, detail = code_of(lambda _: b"", b"\x7e\x13\x00\x7e")
    assert code == "sahara-no-answer" and "DIAG" in detail


def test_silence_in_the_middle_has_a_deadline() -> None:
    port = ScriptedPort(lambda _: b"", hello())
    with pytest.raises(Problem) as caught:
        Sahara(line_to(port), MemorySource(PROGRAMMER)).start()
    assert caught.value.code == "sahara-no-answer" and port.clock.now_ms <= 10_000


@settings(max_examples=200, derandomize=True, database=None)
@given(first=st.binary(max_size=200), answers=st.lists(st.binary(max_size=120), max_size=6))
def test_whatever_comes_it_ends_with_words(first: bytes, answers: list[bytes]) -> None:
    left = list(answers)
    port = ScriptedPort(lambda _: left.pop(0) if left else b"", first)
    code = "sahara-loaded"
    try:
        Sahara(line_to(port), MemorySource(PROGRAMMER)).start()
    except Problem as problem:
        code = problem.code
    assert code.startswith(("sahara-", "edl-"))
    assert sum(map(len, port.sent)) < 4 * SIZE + (2 << 20) and port.clock.now_ms < 120_000
