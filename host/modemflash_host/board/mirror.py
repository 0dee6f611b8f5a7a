"""Access by mirror mode: the board's own bridge, with the engine on this PC.

    with mirrored(board_port, reporter, request) as update: …     a `ModemUpdate` like any other

Rules: every condition is measured before the bridge is entered, because only a
reset ends it; how it is left is said first; nothing is written before the modem
has answered through it; it has one rate, so the modem is brought to that on the
board; nobody holds the PC back, so it holds itself back, and what is unanswered
always fits the bridge's receive ring. Facts: docs/boards.md ("Mirror mode").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from modemflash.interface import (
    BOOT_LOADER_BAUD,
    CONSOLE_BAUD,
    MODEM_BAUD,
    MODEM_UART,
    PINS,
    SMALL_RING_BYTES,
    UART_GAP_CHARS,
)
from modemflash.line import Line
from modemflash.upgrade import Update
from modemflash_host.board.console.answers import ask, boolean
from modemflash_host.board.console.connect import MIRROR, connect
from modemflash_host.board.console.identity import Board, need_pycom, read_identity
from modemflash_host.board.console.repl import Repl
from modemflash_host.board.console.safe_boot import safe_boot
from modemflash_host.board.console.session import BoardPort
from modemflash_host.board.location import report_location
from modemflash_host.board.modem_update import EngineRequest, EngineUpdate, ModemUpdate
from modemflash_host.board.ticking import reach, ticking
from modemflash_host.capture.port import CapturingPort
from modemflash_host.errors import BoardProblem, Refusal
from modemflash_host.links.open import FIRST_BAUD
from modemflash_host.reporters import Reporter

if TYPE_CHECKING:
    from modemflash.contracts import Clock, Port, Readable, Writable
    from modemflash.planning import Plan
    from modemflash_host.links.open import Link

LARGE_BLOCK_BYTES = 4 * SMALL_RING_BYTES  # what a ring of 8192 holds, whatever the modem does
BURST_BYTES = SMALL_RING_BYTES + 16
# 22 ms on the line and a pause. How fast the bridge is nobody measured: at 15 us a byte it falls
# behind the line, and with this pause not by more than 2 kB in the four bursts of a block.
BURST_MS = 24
OTHER_RATE = ("enter-boot-loader", "load-updater")  # steps to a boot mode that talks at 115200 baud
LEAVING = (
    "Mirror mode ends only by the board's reset button, or when its power is cut. "
    "Neither resets the modem; press the button when the update is over."
)
_MODEM_MS = 30_000
_ENTER_MS = 9_000  # `LTE()` waits up to 6 s
_PING_MS = 1_000
_PINGS = 5
# Brings the modem to the bridge's rate; says what it heard, as a number of the rate or a word. Who names
# no boot mode is no Monarch, and one in its application has the rate already: neither gets another.
_TO_RATE = f"""\
import os, time
from machine import UART
_P = {PINS}[os.uname()[0]]
_u = UART({MODEM_UART}, {MODEM_BAUD}, pins=_P, timeout_chars={UART_GAP_CHARS})
def _ask(w, n):
    for i in range(n):
        _u.read()
        _u.write(w + '\\r\\n')
        h = b''
        for j in range(50):
            time.sleep_ms(20)
            h += _u.read() or b''
            if b'OK\\r' in h or b'ERROR' in h:
                return h
    return b''
def _rate():
    if _ask('AT', 4):
        return '{MODEM_BAUD}'
    _u.init({BOOT_LOADER_BAUD}, pins=_P, timeout_chars={UART_GAP_CHARS})
    if not _ask('AT', 4):
        return 'silent'
    m = _ask('AT+SMOD?', 3).split()
    if not (b'OK' in m and {{b'0', b'1', b'3', b'4'}} & set(m) and b'OK' in _ask('AT+IPR={MODEM_BAUD}', 1)):
        return '{BOOT_LOADER_BAUD}'
    time.sleep_ms(100)
    _u.init({MODEM_BAUD}, pins=_P, timeout_chars={UART_GAP_CHARS})
    return '{MODEM_BAUD}' if _ask('AT', 4) else 'lost'
_r = _rate()
_u.deinit()
"""
# Came with 1.18.2; the receive ring of the bridge has been 8192 since 1.18.1.r5.
_HAS_LARGE_RING = "hasattr(__import__('network').LTE, 'factory_reset')"
_HAS_BRIDGE = "hasattr(__import__('network').LTE, 'modem_upgrade_mode')"
_BITTEN = "__import__('machine').reset_cause() == __import__('machine').WDT_RESET"
# The driver's task must exist, or the bridge of newer releases stops itself. `LTE()` need not succeed.
_ENTER = b"""\
from network import LTE
try:
    LTE()
except OSError:
    pass
LTE.modem_upgrade_mode()
"""


class MirrorPort:
    """The open console as a port to the modem: one rate, bursts with pauses.

    A block may be of several bursts: while the modem reads, no ring ever holds as
    much as one; when it stops in the middle, the rest of the block is all that comes.

    Args:
        link: at `FIRST_BAUD`.
        clock: what goes with it.
        max_burst: bytes of a block that the bridge's receive ring holds whole.
    """

    def __init__(self, link: Link, clock: Clock, max_burst: int = SMALL_RING_BYTES) -> None:
        self.max_burst = max_burst
        self._link = link
        self._clock = clock
        self._burst_bytes = 0  # sent since `_begun_ms`
        self._begun_ms = clock.ticks_ms()
        self.drain = link.drain
        self.drop_input = link.drop_input
        self.close = link.close

    def readinto(self, buf: Writable, n: int, timeout_ms: int) -> int:
        """See `modemflash.line`. Whoever answers has got what was sent."""
        got = self._link.readinto(buf, n, timeout_ms)
        if got:
            self._burst_bytes = 0
        return got

    def write(self, buf: Readable, off: int, n: int) -> None:
        """Send `n` bytes of `buf` from `off` on, a burst at a time."""
        clock = self._clock
        end = off + n
        while off < end:
            left_ms = BURST_MS - clock.ticks_diff(clock.ticks_ms(), self._begun_ms)
            if left_ms <= 0:
                self._burst_bytes = 0
            if not self._burst_bytes:
                self._begun_ms = clock.ticks_ms()
            n = min(end - off, BURST_BYTES - self._burst_bytes)
            if not n:
                clock.sleep_ms(left_ms)
                continue
            self._link.write(buf, off, n)
            self._burst_bytes += n
            off += n

    def set_baud(self, rate: int) -> bool:
        """Only the bridge's own rate."""
        return rate == FIRST_BAUD


def refusal_of_rates(plan: Plan) -> Refusal | None:
    """`mirror-refused`, for a plan through a boot mode that talks at another rate than the bridge."""
    if any(step in OTHER_RATE for step, _ in plan.steps):
        return Refusal(
            "mirror-refused",
            "this update leads through the boot loader, at 115200 baud, the bridge has 921600 only",
        )
    return None


@contextmanager
def mirrored(board_port: BoardPort, reporter: Reporter, request: EngineRequest) -> Iterator[ModemUpdate]:
    """An update through mirror mode, which the board stays in afterwards.

    Args:
        board_port: where the board is.
        reporter: who is told.
        request: what is wanted.

    Raises:
        Refusal: `mirror-refused`, with the condition that does not hold.
        BoardProblem: `mirror-dead`, with the hop that is; or the board is not reached.
    """
    board_port = ticking(board_port, reporter)
    reach(reporter)
    connection = connect(board_port.open_port, reporter.note, board_port.device)
    link, clock = connection.link, connection.clock
    mac, block_bytes = "", SMALL_RING_BYTES  # of a board that is in it already nothing is known
    try:
        if connection.state == MIRROR:
            report_location(reporter, board_port.port, "mirror")
            reporter.note("The board is in mirror mode already. " + LEAVING)
        else:
            board = read_identity(connection.repl)
            report_location(reporter, board_port.port, "mirror", board)
            need_pycom(board)
            mac = board.mac
            block_bytes = _enter(board_port, connection.repl, board, reporter.note)
            link, clock = connection.repl.link, connection.repl.clock
            ping(link, clock)
        port: Port = MirrorPort(link, clock, block_bytes)
        if reporter.recorder is not None:
            port = CapturingPort(port, clock, reporter.recorder)
        line = Line(port, clock, reporter)
        line.baud = FIRST_BAUD
        journal = request.journal_of(line, mac)
        update = Update(line, request.files, set(request.consents), journal, request.options)
        yield EngineUpdate(update, refusal_of_rates)
        reporter.note(LEAVING)
    finally:
        link.close()


def _enter(board_port: BoardPort, repl: Repl, board: Board, say: Callable[[str], object]) -> int:
    """From the raw REPL into the bridge, with our side at its rate; the largest block it takes, in bytes."""
    with safe_boot(repl, say, board, writes=False):
        _check(board_port, repl, board)
        rate = repl.value("_r", _TO_RATE, deadline_ms=_MODEM_MS)
        if rate != str(FIRST_BAUD):
            raise Refusal(
                "mirror-refused", f"on the board the modem is at {rate} baud, the bridge has 921600 only"
            )
        has_large_ring = ask(repl, _HAS_LARGE_RING, boolean)
        say(LEAVING)
    repl.link.write(_ENTER, 0, len(_ENTER))
    repl.link.write(b"\x04", 0, 1)
    repl.listen(200)
    if not repl.link.set_baud(FIRST_BAUD):
        raise Refusal("mirror-refused", "this adapter does not pass 921600 baud")
    return LARGE_BLOCK_BYTES if has_large_ring else SMALL_RING_BYTES


def _check(board_port: BoardPort, repl: Repl, board: Board) -> None:
    """What must hold.

    Raises:
        Refusal: `mirror-refused`.
    """
    if board_port.device.is_pic:
        raise Refusal("mirror-refused", "a shield with a PIC does not pass 921600 baud")
    if not ask(repl, _HAS_BRIDGE, boolean):
        raise Refusal("mirror-refused", "this release of the board's firmware has no modem_upgrade_mode")
    if board.watchdog_on_boot or ask(repl, _BITTEN, boolean):
        raise Refusal("mirror-refused", "a watchdog is armed, and nothing would feed it")


def ping(link: Link, clock: Clock) -> None:
    """Ask the modem through the bridge, before anything is written.

    Raises:
        BoardProblem: `mirror-dead`, with the hop that does not answer.
    """
    repl = Repl(link, clock)
    clock.sleep_ms(_ENTER_MS)
    heard = b""
    for _ in range(_PINGS):
        link.drop_input()
        link.write(b"AT\r\n", 0, 4)
        heard = repl.listen(_PING_MS)
        if b"OK" in heard or b"ERROR" in heard:
            return
    if heard:
        raise BoardProblem(
            "mirror-dead", "bytes come, but not the modem's: the modem's side", raw=heard[-64:]
        )
    link.set_baud(CONSOLE_BAUD)
    link.write(b"\r\x03", 0, 2)
    if repl.listen(_PING_MS):
        raise BoardProblem("mirror-dead", "the ESP32 is at its console, it did not enter")
    raise BoardProblem("mirror-dead", "the ESP32 stands still and copies nothing")
