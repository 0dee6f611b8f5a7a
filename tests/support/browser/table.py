"""A board on a table beside the computer with the browser: its USB cable can be pulled, its button pressed.

Rules: the board runs in real time in a thread of its own, and only that thread
touches it; whoever wants something of it says so by `ask`. A pulled cable leaves
it its power, as a battery would, unless the power is cut, too.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue

from modemflash_sim.board.serve_board import ServedBoard, serve_board
from modemflash_sim.board.usb_board import UsbBoard
from modemflash_sim.endpoints.pty import PtyEndpoint
from modemflash_sim.sequans import faults as fault_kinds
from modemflash_sim.sequans import profiles
from modemflash_sim.sequans.modem import SimModem
from modemflash_sim.sequans.profiles import SECOND_US
from support.browser.usb_ports import UsbPorts
from support.desk import make_flash

_QUICK = profiles.Timing(
    boot_us=SECOND_US // 2,
    updater_start_us=SECOND_US // 2,
    stalls=(),
    install_us=SECOND_US,
    bootrom_install_us=SECOND_US,
)
_BOOT_MS = 500
_STARTED_S = 2
_STEP_MS = 2
_PATIENCE_S = 30


class UsbCable:
    """An endpoint that may be plugged in or not; what is written to a pulled one is lost.

    Args:
        ports: of the computer.
        name: of the port.
    """

    rts = True
    pending = 0

    def __init__(self, ports: UsbPorts, name: str) -> None:
        self.url = name
        self._ports = ports
        self._pty: PtyEndpoint | None = None
        self._guard = threading.Lock()

    @property
    def tty(self) -> str:
        """What a program opens."""
        assert self._pty is not None, "it is not plugged in"
        return self._pty.url

    @property
    def baud(self) -> int:
        with self._guard:
            return self._pty.baud if self._pty else 0

    def fileno(self) -> int:
        raise NotImplementedError  # it is asked in turn, never waited for

    def plug(self) -> None:
        with self._guard:
            self._pty = PtyEndpoint()
        self._ports.plug(self.url, self._pty.url)

    def pull(self) -> None:
        """First the port goes, then what is open hangs up."""
        self._ports.pull(self.url)
        with self._guard:
            gone, self._pty = self._pty, None
        assert gone is not None
        gone.close()

    def read(self) -> list[tuple[bytes, int]]:
        with self._guard:
            return self._pty.read() if self._pty else []

    def write(self, data: bytes) -> int:
        with self._guard:
            return self._pty.write(data) if self._pty else len(data)

    def close(self) -> None:
        if self._pty:
            self.pull()


class BoardOnTable(ServedBoard):
    """See above; made by `board_on_table`, which has plugged it in.

    Attributes:
        cable: to be pulled and plugged in.
        modem: at the pins of the board; to be looked at through `ask`.
        resets_at_open: it takes a port that is opened at another rate for a reset, as DTR may be wired.
    """

    def __init__(self, board: UsbBoard, modem: SimModem, cable: UsbCable) -> None:
        super().__init__(board, cable, step_ms=_STEP_MS)
        self.cable = cable
        self.modem = modem
        self.resets_at_open = False
        self._rate = 0
        self._wanted: SimpleQueue[Callable[[], None]] = SimpleQueue()

    def step(self) -> None:
        """For the thread that serves it."""
        rate = self.cable.baud or self._rate
        if self.resets_at_open and self._rate not in (0, rate):
            self.board.press_reset()
        self._rate = rate
        try:
            while True:
                self._wanted.get_nowait()()
        except Empty:
            super().step()

    def ask(self, question: Callable[[], object]) -> object:
        """What this returns, called by the thread of the board between two steps."""
        answers: SimpleQueue[object] = SimpleQueue()
        self._wanted.put(lambda: answers.put(question()))
        return answers.get(timeout=_PATIENCE_S)

    def press_reset(self) -> None:
        self.ask(self.board.press_reset)

    def cut_power(self) -> None:
        """Of board and modem."""
        self.ask(self.board.cut_power)

    def switch_on(self) -> None:
        self.ask(self.board.switch_on)

    def build(self) -> object:
        """The build of its modem."""
        return self.ask(lambda: self.modem.verdict.build)


def quick_modem(*, faults: str = "", **changes: object) -> SimModem:
    """A modem whose times are short, and that never stalls.

    Args:
        faults: as on the command line.
        changes: fields of its `Profile`.
    """
    profile = replace(profiles.find("pycom-catm1"), **{"timing": _QUICK, **changes})  # type: ignore[arg-type]
    return SimModem(profile, faults=fault_kinds.parse(faults))


@contextmanager
def board_on_table(
    interpreter: Path,
    room: Path,
    ports: UsbPorts,
    name: str,
    *,
    modem: SimModem | None = None,
    fresh: bool = False,
    main: bytes = b"",
    mac: bytes = b"",
) -> Iterator[BoardOnTable]:
    """A board that has been on for a while, plugged in.

    Args:
        interpreter: a MicroPython.
        room: an empty folder for its flash.
        ports: of the computer.
        name: of the port.
        modem: at its pins; by default a `quick_modem`.
        fresh: nothing of ours is on it.
        main: the user's program on it.
        mac: its address, by which boards are told apart.
    """
    its_modem = modem or quick_modem()
    flash = make_flash(room / "flash", interpreter, fresh=fresh, main=main)
    board = UsbBoard(
        "gpy-1.20.0", its_modem, boot_ms=_BOOT_MS, interpreter=interpreter, flash=flash, heap="5120k"
    )
    board.hardware.unique_id = mac or board.hardware.unique_id
    cable = UsbCable(ports, name)
    try:
        board.switch_on()
        board.pass_s(_STARTED_S)
        cable.plug()
        table = BoardOnTable(board, its_modem, cable)
        with serve_board(table):
            yield table
    finally:
        cable.close()
        board.close()
