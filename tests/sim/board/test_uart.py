"""The simulated UART has the traps of the real one: each is a rule here, asked from inside a board."""

from pathlib import Path

import pytest

from modemflash_sim.board.process import BoardProcess
from support.echo_modem import EchoModem
from support.programmed_board import BOARDS, said, workshop

OPEN = """
import machine, os, utime
PINS = {"GPy": ("P5", "P98", "P7", "P99"), "FiPy": ("P20", "P18", "P19", "P17")}[os.uname()[0]]
def uart(pins=PINS, **more):
    return machine.UART(1, baudrate=921600, pins=pins, **more)
def until(ms):
    while utime.ticks_ms() < ms:
        utime.sleep_us(100)
def ends(function, *args):
    try:
        print(function(*args))
    except Exception as error:
        print(type(error).__name__, error)
"""


class TalkativeModem(EchoModem):
    """Sends `output` of its own at given moments, and echoes nothing."""

    def __init__(self, *output: tuple[int, bytes]) -> None:
        super().__init__(echo=False)
        for at_us, data in output:
            self.say(at_us, data)


def board(interpreter: Path, modem: EchoModem, profile: str = "gpy-1.20.0") -> BoardProcess:
    return workshop(interpreter).board(profile, modem)


@pytest.mark.parametrize("profile", BOARDS)
def test_bytes_come_back(interpreter: Path, profile: str) -> None:
    """With the board's own pins what the modem echoes is read; with the other board's nothing is."""
    with board(interpreter, EchoModem(), profile) as gpy:
        lines = said(
            gpy,
            OPEN
            + """
u = uart()
print(u.write(b"abcdef", 1, 3)); utime.sleep_ms(2); print(u.any(), u.read())
other = ("P20", "P18", "P19", "P17") if os.uname()[0] == "GPy" else ("P5", "P98", "P7", "P99")
u = uart(other)
u.write(b"abc"); utime.sleep_ms(2); print(u.any(), u.read())
""",
        )
    assert lines == ["3", "3 b'bcd'", "0 None"]


def test_silence_is_none(interpreter: Path) -> None:
    """Reads of silence give None after the time-out in characters, not b"" and not an error."""
    with board(interpreter, TalkativeModem()) as gpy:
        lines = said(
            gpy,
            OPEN
            + """
u = uart(timeout_chars=100)
print(u.read(), u.read(5), u.readline(), u.readinto(bytearray(4)))
""",
        )
    assert lines == ["None None None None"]


@pytest.mark.parametrize(("chars", "wait_us"), [(100, 1193), (255, 3043), (256, 0), (300, 525)])
def test_timeout_has_eight_bits(interpreter: Path, chars: int, wait_us: int) -> None:
    """The time-out is in characters of 11 bits, and its ninth bit is lost."""
    with board(interpreter, TalkativeModem()) as gpy:
        said(gpy, OPEN + f"u = uart(timeout_chars={chars})\n")
        before_us = gpy.now_us
        said(
            gpy,
            OPEN
            + f"""
u = uart(timeout_chars={chars})
u.read(1)
""",
        )
        assert gpy.now_us - before_us == pytest.approx(wait_us + gpy.profile.call_us, abs=3)


def test_any_does_not_see_the_fifo(interpreter: Path) -> None:
    """Bytes are in the ring only after a pause of timeout_chars, or 120 of them."""
    with board(interpreter, TalkativeModem((200_000, b"0123456789"))) as gpy:
        lines = said(
            gpy,
            OPEN
            + """
u = uart(timeout_chars=100)
until(200)
utime.sleep_us(400)
print(u.any())
utime.sleep_ms(2)
print(u.any())
""",
        )
    assert lines == ["0", "10"]


def test_a_held_line_fails_a_write(interpreter: Path) -> None:
    """CTS off for more than 5 ms: OSError, with an unknown number of bytes sent."""
    modem = EchoModem(echo=False)
    with board(interpreter, modem) as gpy:
        gpy.uart.hold_cts(after_bytes=100, for_us=2_000_000)
        lines = said(
            gpy,
            OPEN
            + """
u = uart()
ends(u.write, bytes(1000))
utime.sleep(3)
""",
        )
        assert lines == ["OSError the requested operation failed"]
        assert gpy.uart.tally.failed_writes == 1
    assert len(modem.heard) == 228  # what had gone, and what was in the FIFO


def test_a_short_hold_is_borne(interpreter: Path) -> None:
    """CTS off for less than 5 ms only takes time."""
    modem = EchoModem(echo=False)
    with board(interpreter, modem) as gpy:
        gpy.uart.hold_cts(after_bytes=100, for_us=4_000)
        assert said(
            gpy,
            OPEN
            + """
u = uart()
ends(u.write, bytes(1000))
u.wait_tx_done(50)
""",
        ) == ["1000"]
    assert len(modem.heard) == 1000


def test_write_returns_before_all_is_sent(interpreter: Path) -> None:
    """128 bytes fit the FIFO: write is back at once, wait_tx_done waits for the last bit, or says False."""
    modem = EchoModem(echo=False)
    with board(interpreter, modem) as gpy:
        lines = said(
            gpy,
            OPEN
            + """
u = uart()
u.write(bytes(128))
print(u.wait_tx_done(1), u.wait_tx_done(1))
""",
        )
    assert lines == ["False True"]
    assert len(modem.heard) == 128


@pytest.mark.parametrize(
    ("profile", "ring"), [("gpy-1.18.2", 4096), ("gpy-1.20.0", 512), ("fipy-1.20.2", 4096)]
)
def test_ring_by_release(interpreter: Path, profile: str, ring: int) -> None:
    """Without flow control what does not fit the ring of this release is lost in silence."""
    with board(interpreter, TalkativeModem((200_000, bytes(6000))), profile) as gpy:
        lines = said(
            gpy,
            OPEN
            + """
u = uart(PINS[:2])
utime.sleep(1)
print(u.any())
""",
        )
        assert lines == [str(ring)]
        assert gpy.uart.tally.lost > 0


@pytest.mark.parametrize("profile", BOARDS)
def test_flow_control_loses_nothing(interpreter: Path, profile: str) -> None:
    """With four pins the modem waits, and every byte arrives."""
    data = bytes(range(256)) * 20
    with board(interpreter, TalkativeModem((200_000, data)), profile) as gpy:
        lines = said(
            gpy,
            OPEN
            + """
u = uart()
got = b""
utime.sleep(1)
while len(got) < 5120:
    got += u.read(100) or b""
print(got == bytes(range(256)) * 20)
""",
        )
        assert lines == ["True"]
        assert gpy.uart.tally.lost == 0


def test_long_time_outs_are_slow(interpreter: Path) -> None:
    """A large timeout_chars makes flow-controlled reception slower: 64 bytes wait for the pause."""
    spent = []
    for chars in (5, 100):
        with board(interpreter, TalkativeModem((200_000, bytes(4000)))) as gpy:
            said(
                gpy,
                OPEN
                + f"""
u = uart(timeout_chars={chars})
got = 0
while got < 4000:
    got += len(u.read(64) or b'')
""",
            )
            spent.append(gpy.now_us - 200_000)
    assert spent[1] > 1.8 * spent[0]


@pytest.mark.parametrize("profile", BOARDS)
def test_ring_can_be_set_where_the_word_is_known(interpreter: Path, profile: str) -> None:
    """rx_buffer_size is a TypeError on 1.18, and must be above 128 elsewhere."""
    with board(interpreter, TalkativeModem(), profile) as gpy:
        program = (
            OPEN
            + """
for size in (100, 8192):
    ends(lambda: uart(rx_buffer_size=size) and 'open')
"""
        )
        lines = said(gpy, program)
    if profile == "gpy-1.18.2":
        assert lines == ["TypeError extra keyword arguments given"] * 2
    else:
        assert lines == ["ValueError invalid argument(s) value", "open"]


def test_the_modems_own_unit_is_refused(interpreter: Path) -> None:
    """UART 2 belongs to the LTE driver."""
    with board(interpreter, TalkativeModem()) as gpy:
        assert said(gpy, OPEN + "ends(machine.UART, 2)\n") == ["OSError resource not available"]


def test_deinit_blocks_the_modem(interpreter: Path) -> None:
    """deinit leaves RTS high, so the modem may not speak; init drops what was not read."""
    modem = EchoModem()
    with board(interpreter, modem) as gpy:
        said(
            gpy,
            OPEN
            + """
u = uart()
u.write(b'abc')
utime.sleep_ms(5)
u.init(baudrate=921600, pins=PINS)
print(u.read())
u.deinit()
""",
        )
        assert gpy.printed == "None\n"
        assert modem.rts_seen[-1] is False


def test_another_rate_is_noise(interpreter: Path) -> None:
    """Bytes at the wrong rate are heard as other bytes."""
    with board(interpreter, EchoModem(baud=115_200)) as gpy:
        lines = said(
            gpy,
            OPEN
            + """
u = uart()
u.write(b'AT')
utime.sleep_ms(5)
print(u.read() == b'AT')
u.init(baudrate=115200, pins=PINS)
u.write(b'AT')
utime.sleep_ms(5)
print(u.read())
""",
        )
    assert lines == ["False", "b'AT'"]
