"""The engine over the board's own port: find, identify, transfer on every board, with figures."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from modemflash_sim.board.process import BoardProcess
from modemflash_sim.sequans import images
from modemflash_sim.sequans.modem import SimModem
from modemflash_sim.sequans.profiles import Timing
from support.echo_modem import EchoModem
from support.programmed_board import BOARDS, TRANSFER, quick_modem, said, workshop

Tool = Callable[[str], Path]
PORT = """
import utime
from modemflash.board.uart import Clock, Uart
clock = Clock()
ticks = []
port = Uart(clock, ticks.append)
buf = bytearray(4096)
"""


def transfer(
    interpreter: Path,
    profile: str,
    size_bytes: int,
    settings: str = "",
    heap: str = "5120k",
    modem: SimModem | None = None,
) -> dict[str, int]:
    """Send a file of that size into a modem that waits in recovery; what the program counted."""
    modem = modem or quick_modem(start_mode="recovery")
    file = images.make_full_image(41065, size_bytes=size_bytes)
    shop = workshop(interpreter)
    with shop.board(profile, modem, shop.image({"/firmware.dup": file}), heap, settings=settings) as board:
        words = said(board, TRANSFER)[-1].split()
        assert board.uart.tally.failed_writes == board.uart.tally.lost == 0
    assert modem.verdict.violations == ()
    (image,) = modem.verdict.images
    assert image.sha256 == hashlib.sha256(file).hexdigest()
    return {words[i]: int(words[i + 1]) for i in range(0, len(words), 2)}


def share(size_bytes: int, ms: int) -> float:
    """How much of the line's 92160 bytes a second was the file's."""
    return size_bytes * 10 / 921.6 / ms


@pytest.mark.parametrize("profile", BOARDS)
def test_find_identify_and_send(interpreter: Path, profile: str) -> None:
    """On every board the engine finds the modem, and a file arrives whole."""
    counted = transfer(interpreter, profile, 60_000)
    assert counted["repeats"] == 0


@pytest.mark.parametrize("profile", BOARDS)
@pytest.mark.parametrize("block", [8176, 2016])
def test_payload_share(interpreter: Path, profile: str, block: int) -> None:
    """At 921600 with answers after 1 ms, the file has at least 0.86 of the line."""
    counted = transfer(interpreter, profile, 400_000, f"MAX_BLOCK = {block}\n")
    assert share(400_000, counted["ms"]) >= 0.86


def test_no_heap_a_block(tool: Tool) -> None:
    """500 blocks leave no byte on the heap of a 32-bit board: port, clock, light, file, sender."""
    interpreter = tool("micropython-i386")
    counted = transfer(
        interpreter,
        "gpy-1.20.0",
        550 * 2016,
        """
MAX_BLOCK = 2016
COUNT_HEAP = True
""",
    )
    assert counted["blocks"] >= 550
    assert counted["leaked"] == 0
    assert counted["heap"] < 150 * 48  # the reports, some hundred whatever the length


def test_a_transfer_in_a_small_heap(tool: Tool) -> None:
    """A whole transfer works with 512 kB of heap."""
    transfer(tool("micropython-i386"), "gpy-1.20.0", 300_000, heap="512k")


def test_stalls_hold_the_line(interpreter: Path) -> None:
    """A modem that erases for a minute and a half holds CTS off; nothing is lost and no write fails."""
    timing = Timing(boot_us=1_000_000, stalls=((8, 90_000_000), (99, 60_000_000)))
    counted = transfer(
        interpreter, "fipy-1.20.2", 100_000, modem=quick_modem(start_mode="recovery", timing=timing)
    )
    assert counted["ms"] > 150_000


def port_board(
    interpreter: Path, modem: EchoModem, profile: str = "gpy-1.20.0", ticks_ms: int = 0
) -> BoardProcess:
    return workshop(interpreter).board(profile, modem, ticks_ms=ticks_ms)


def test_held_for_long(interpreter: Path) -> None:
    """A line that is held for a minute costs time and ticks, and every byte arrives once."""
    modem = EchoModem(echo=False)
    with port_board(interpreter, modem) as board:
        board.uart.hold_cts(after_bytes=300, for_us=60_000_000)
        lines = said(
            board,
            PORT
            + """
port.write(bytes(range(256)) * 4, 0, 1024)
print(port.drain(1000), len(ticks) > 200)
""",
        )
        assert lines == ["True True"]
    assert bytes(modem.heard) == bytes(range(256)) * 4


def test_held_for_ever(interpreter: Path) -> None:
    """A line that is held for five minutes is a LinkProblem, and nothing was sent twice."""
    modem = EchoModem(echo=False)
    with port_board(interpreter, modem) as board:
        board.uart.hold_cts(after_bytes=300, for_us=3_600_000_000)
        program = """
try:
    port.write(buf, 0, 1024)
except Exception as error:
    print(error.code, clock.ticks_ms() // 60000)
"""
        assert said(board, PORT + program) == ["uart-blocked 5"]
    assert len(modem.heard) == 300


def test_reads_are_prompt(interpreter: Path) -> None:
    """A read returns at the first bytes, within a millisecond, and 0 when its time is over."""
    modem = EchoModem(delay_us=2_000)
    with port_board(interpreter, modem) as board:
        lines = said(
            board,
            PORT
            + """
port.set_baud(921600)
port.write(b'hello', 0, 5)
t = clock.ticks_ms()
print(port.readinto(buf, 100, 1000), bytes(buf[:5]), clock.ticks_ms() - t)
t = clock.ticks_ms()
print(port.readinto(buf, 100, 250), clock.ticks_ms() - t)
""",
        )
    assert lines == ["5 b'hello' 2", "0 250"]


def test_rate_is_changed_after_the_last_bit(interpreter: Path) -> None:
    """set_baud sends first what waits, and goes on with the same UART."""
    modem = EchoModem(baud=115_200)
    with port_board(interpreter, modem) as board:
        lines = said(
            board,
            PORT
            + """
port.set_baud(115200)
port.write(b'A' * 100, 0, 100)
port.set_baud(921600)
port.set_baud(115200)
port.write(b'B', 0, 1)
print(port.readinto(buf, 10, 100), bytes(buf[:1]))
""",
        )
    assert lines == ["1 b'B'"]
    assert bytes(modem.heard) == b"A" * 100 + b"B"


def test_drop_input_ends(interpreter: Path) -> None:
    """drop_input forgets what came, and comes back from a modem that never stops talking."""
    modem = EchoModem()
    modem.say(300_000, bytes(200_000))
    with port_board(interpreter, modem) as board:
        lines = said(
            board,
            PORT
            + """
utime.sleep(1)
t = clock.ticks_ms()
port.drop_input()
print(clock.ticks_ms() - t < 200)
""",
        )
    assert lines == ["True"]


def test_idle_time_is_lent(interpreter: Path) -> None:
    """`idle` is called for every full FIFO, and what it takes of the draining costs no line time."""
    modem = EchoModem(echo=False)
    with port_board(interpreter, modem) as board:
        program = """
def spent(work):
    port.idle = work
    t = clock.ticks_ms()
    port.write(buf, 0, 2048)
    port.drain(1000)
    return clock.ticks_ms() - t
calls = []
def work():
    calls.append(1)
    utime.sleep_us(1000)
print(spent(None), spent(work), len(calls))
"""
        without, with_work, calls = map(int, said(board, PORT + program)[0].split())
    assert calls == 16
    assert with_work - without <= 1


@pytest.mark.parametrize("ticks_ms", [(1 << 28) - 500, (1 << 30) - 500, (1 << 32) - 500])
def test_clock_wraps(interpreter: Path, ticks_ms: int) -> None:
    """Time goes on across every wrap of the board's clock and of ours, in small integers."""
    with port_board(interpreter, EchoModem(), ticks_ms=ticks_ms) as board:
        lines = said(
            board,
            PORT
            + """
a = clock.ticks_ms()
clock.sleep_ms(1000)
b = clock.ticks_ms()
print(clock.ticks_diff(b, a), clock.ticks_diff(a, b))
print(port.readinto(buf, 1, 700), clock.ticks_diff(clock.ticks_ms(), b))
print(0 <= b < 1 << 28)
""",
        )
    assert lines == ["1000 -1000", "0 700", "True"]


def test_an_unknown_board_is_refused(interpreter: Path) -> None:
    """A board whose pins are not known is named and left alone."""
    with port_board(interpreter, EchoModem()) as board:
        program = """
import os
os.uname = lambda: ('LoPy',)
try:
    import modemflash.board.uart as u
    u.Uart(u.Clock())
except Exception as error:
    print(error.code, error.detail)
"""
        assert said(board, program) == ["uart-refused unknown board LoPy"]
