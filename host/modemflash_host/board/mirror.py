"""The way through the board's own bridge: mirror mode, with the engine on this PC.

    with mirrored(place, teller, files, …) as update: …     an `Update` like any other

Rules: every condition is measured before the bridge is entered, because only a
reset ends it; how it is left is said first; nothing is written before the modem
has answered through it; it has one rate, so the modem is brought to that on the
board. Facts: docs/boards.md ("Mirror mode").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from modemflash.line import Line
from modemflash.upgrade import Update
from modemflash_host.board.identity import Board, identify, need_pycom
from modemflash_host.board.known_state import quiet_state
from modemflash_host.board.reach import MIRROR, reach
from modemflash_host.board.relay import Place
from modemflash_host.board.relay_talk import JournalOf
from modemflash_host.board.repl import Repl
from modemflash_host.board.told import tell_place
from modemflash_host.capture.port import CapturingPort
from modemflash_host.errors import BoardProblem, Refusal
from modemflash_host.link import CONSOLE_BAUD, FIRST_BAUD
from modemflash_host.reporters import Teller

if TYPE_CHECKING:
    from modemflash.contracts import Clock
    from modemflash.planning import Files
    from modemflash_host.link import Link

MOST_BURST_BYTES = 2016  # the smallest ring is 2048, and nobody holds the PC back
LEAVING = (
    "Mirror mode ends only by the board's reset button, or when its power is cut. "
    "Neither resets the modem; press the button when the update is over."
)
_MODEM_MS = 30_000
_ENTER_MS = 9_000  # `LTE()` waits up to 6 s
_PING_MS = 1_000
_PINGS = 5
# Brings the modem to the bridge's rate; says what it heard, as a number of the rate or a word.
_TO_RATE = """\
import os, time
from machine import UART
_P = {'GPy': ('P5', 'P98', 'P7', 'P99'), 'FiPy': ('P20', 'P18', 'P19', 'P17')}[os.uname()[0]]
_u = UART(1, 921600, pins=_P, timeout_chars=5)
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
        return '921600'
    _u.init(115200, pins=_P, timeout_chars=5)
    if not _ask('AT', 4):
        return 'silent'
    if b'OK' not in _ask('AT+IPR=921600', 1):
        return '115200'
    time.sleep_ms(100)
    _u.init(921600, pins=_P, timeout_chars=5)
    return '921600' if _ask('AT', 4) else 'lost'
_r = _rate()
_u.deinit()
"""
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
    """The open console as a port to the modem: one rate, short bursts.

    Args:
        link: at `FIRST_BAUD`.
    """

    max_burst = MOST_BURST_BYTES

    def __init__(self, link: Link) -> None:
        self.readinto = link.readinto
        self.write = link.write
        self.drain = link.drain
        self.drop_input = link.drop_input
        self.close = link.close

    def set_baud(self, rate: int) -> bool:
        """Only the bridge's own rate."""
        return rate == FIRST_BAUD


@contextmanager
def mirrored(
    place: Place,
    teller: Teller,
    files: Files,
    consents: set[str],
    options: dict[str, Any],
    journal_of: JournalOf,
) -> Iterator[Update]:
    """An update through mirror mode, which the board stays in afterwards.

    Args:
        place: where the board is.
        teller: who is told.
        files: as in `Update`.
        consents: as in `Update`.
        options: as in `Update`.
        journal_of: see `relay`.

    Raises:
        Refusal: `mirror-refused`, with the condition that does not hold.
        BoardProblem: `mirror-dead`, with the hop that is; or the board is not reached.
    """

    def say(text: str) -> None:
        teller.say("note", text=text)

    reached = reach(place.open_port, say, place.device)
    link, clock = reached.link, reached.clock
    teller.follow(clock.ticks_ms())
    mac = ""
    try:
        if reached.state == MIRROR:
            tell_place(teller, place.port, "mirror")
            say("The board is in mirror mode already. " + LEAVING)
        else:
            board = identify(reached.repl)
            tell_place(teller, place.port, "mirror", board)
            need_pycom(board)
            mac = board.mac
            _enter(place, reached.repl, board, say)
            link, clock = reached.repl.link, reached.repl.clock
        ping(link, clock)
        port: Any = MirrorPort(link)
        if teller.recorder is not None:
            port = CapturingPort(port, clock, teller.recorder)
        line = Line(port, clock, teller)
        line.baud = FIRST_BAUD
        yield Update(line, files, consents, journal_of(line, mac), options)
        say(LEAVING)
    finally:
        link.close()


def _enter(place: Place, repl: Repl, board: Board, say: Callable[[str], object]) -> None:
    """From the raw REPL into the bridge, with our side at its rate."""
    with quiet_state(repl, board, say):
        _check(place, repl, board)
        rate = repl.value("_r", _TO_RATE, deadline_ms=_MODEM_MS)
        if rate != str(FIRST_BAUD):
            raise Refusal(
                "mirror-refused", f"on the board the modem is at {rate} baud, the bridge has 921600 only"
            )
        say(LEAVING)
    repl.link.write(_ENTER, 0, len(_ENTER))
    repl.link.write(b"\x04", 0, 1)
    repl.listen(200)
    if not repl.link.set_baud(FIRST_BAUD):
        raise Refusal("mirror-refused", "this adapter does not pass 921600 baud")


def _check(place: Place, repl: Repl, board: Board) -> None:
    """What must hold.

    Raises:
        Refusal: `mirror-refused`.
    """
    if place.device.is_pic:
        raise Refusal("mirror-refused", "a shield with a PIC does not pass 921600 baud")
    if repl.value(_HAS_BRIDGE) != "True":
        raise Refusal("mirror-refused", "this release of the board's firmware has no modem_upgrade_mode")
    if board.watchdog_on_boot or repl.value(_BITTEN) == "True":
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
