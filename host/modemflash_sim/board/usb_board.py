"""A simulated board at a USB cable: console, mirror mode, resets and pulled plugs, in virtual time.

Rules that hold here: the board lives in a thread of its own but never beside the
PC's, see `pc_end`; its Python is a new process after every reset; mirror mode
ends by a reset or a power cut, and nothing else.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from threading import Thread
from typing import Any

from modemflash_sim.board import hardware
from modemflash_sim.board.answers import REFUSALS
from modemflash_sim.board.pc_end import Cable, PcEnd
from modemflash_sim.board.process import CAUSES, BoardProcess
from modemflash_sim.board.receiver import Settings
from modemflash_sim.board.repl import Poll, SimConsole, traits_of
from modemflash_sim.board.requests import Op
from modemflash_sim.board.scheduler import Ended
from modemflash_sim.board.uart import Uart

IDLE_US = 1_000
MIRROR_BAUD = 921_600
MIRROR_LOOP_US = 8  # one byte each way; believed
MIRROR_STEP_LOOPS = 12
MIRROR_IDLE_US = 50_000
MIRROR_TX_BYTES = 256  # one-byte items in a ring of 8192
_END_S = 10.0
_LOADER_WORDS = (
    b"ets Jun  8 2016 00:22:57\r\n\r\n"
    b"rst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))\r\n"
    b"waiting for download\r\n"
)


class PluggedBoard(BoardProcess):
    """A board whose console hangs on a PC.

    Args:
        profile, modem: as in `BoardProcess`.
        cable: the wire and the adapter.
        pybytes: its firmware starts Pybytes before boot.py.
        boot_ms: how long its firmware is at work before boot.py, in which Ctrl-F is heard; real boards
            take a second or more, believed.
        more: as in `BoardProcess`.

    Attributes:
        pc: the PC's end: port and clock.
        repl: the console.
        mirror_loop_us: what a turn of the bridge's loop takes.
    """

    def __init__(
        self,
        profile: Any,
        modem: Any,
        *,
        cable: Cable | None = None,
        pybytes: bool = False,
        boot_ms: int = 0,
        **more: Any,
    ) -> None:
        self.cable = cable or Cable()
        super().__init__(profile, modem, **more)
        self._python = _Python(self)
        traits = traits_of(self.profile, pybytes)
        words, silence_ms = traits.boots_with
        self.repl = SimConsole(self._python, replace(traits, boots_with=(words, silence_ms + boot_ms)))
        self.cable.console = self.repl
        self.pc = PcEnd(self.cable, self)
        self.scheduler.outside = _Turn(self)
        self.cause = hardware.POWER_ON
        self._orders: deque[str] = deque()  # what a hand does to the board, one a turn
        self.mirrors = self.hung = False
        self.mirror_loop_us = MIRROR_LOOP_US
        self._resets = 0
        self._code: tuple[bytes, bool] | None = None
        self._waits_for_code = False
        self._failure: BaseException | None = None
        self._over = False
        self._thread = Thread(target=self._live, name="simulated board", daemon=True)

    # -- by hand, from the PC's side ---------------------------------------------

    def switch_on(self) -> None:
        """Give power to board and modem. A board that has it does not notice."""
        if self.powered:
            self.modem.power(True, self.now_us)
            return
        if not self._thread.is_alive():
            self._thread.start()
        self._order("power-on")

    def cut_power(self, board: bool = True, modem: bool = True) -> None:
        """Cut the power of the one, the other, or both."""
        if modem:
            self.uart.forget_words()
            self.modem.power(False, self.now_us)
        if board:
            self._order("cut")

    def press_reset(self) -> None:
        """The reset button."""
        self._order("button")

    def start_loader(self) -> None:
        """A reset with P2 at GND: the ESP32's ROM waits for esptool, and Python does not run."""
        self._order("loader")

    def unplug(self) -> None:
        """Pull the USB plug; the board lives on a battery."""
        self.cable.plugged = False
        self.cable.forget()

    def plug_in(self) -> None:
        """Put the plug back."""
        self.cable.plugged = True
        self.pc.close()

    def pass_s(self, seconds: float) -> None:
        """Let time pass with nobody at the PC."""
        self.pc.sleep_ms(int(seconds * 1_000))

    def close(self) -> None:
        """End it all."""
        if self._thread.is_alive():
            self._over = True
            self._orders.append("over")
            self.pc.leave()
            self._thread.join(_END_S)
        super().close()

    def check(self) -> None:
        """Raise what broke in the board's thread."""
        if self._failure is not None:
            raise self._failure

    def _order(self, what: str) -> None:
        self._orders.append(what)
        self.pc.yield_turn()

    # -- the board's thread --------------------------------------------------------

    def _plug_in(self) -> Uart:
        return Uart(self.scheduler, self.cable)

    def _live(self) -> None:
        self.pc.begin()
        try:
            while not self._over:
                try:
                    self._turn()
                except Ended as ended:
                    self._end(ended.how)
        except BaseException as failure:  # noqa: BLE001 (the PC's thread raises it)
            self._failure = failure
        self._kill()
        self.pc.wake()

    def _turn(self) -> None:
        """One request, or one step of a board without any."""
        if self.mirrors:
            self._mirror_step()
        elif not self.powered or self.hung or self._child is None:
            self.scheduler.spend(IDLE_US)
        elif self._waits_for_code:
            self._hand_code()
        else:
            self._answer_one()
        self._show()

    def _show(self) -> None:
        if self.powered and not self.mirrors:
            self.repl.advance(self.now_us)
            for data, _ in self.repl.take(self.now_us):
                self.cable.show(self.now_us, data)

    def _end(self, how: str) -> None:
        """What ends a program, or what a hand did."""
        if how == "mirror":
            self._open_mirror()
        elif how == "hung":
            self.hung = True
        elif how == "cut":
            self._python.close()
            self.power_off(modem=False)
            self.mirrors = self.hung = False
            self.console_uart_reset()
        elif how == "power-on":
            self.modem.power(True, self.now_us)
            if not self.powered:
                self.powered = True
                self._restart(hardware.POWER_ON)
        elif how == "button" and self.powered:
            self._restart(hardware.POWER_ON)
        elif how == "loader" and self.powered:
            self._python.close()
            self.console_uart_reset()
            self.cable.console = None
            self.mirrors, self.hung = False, True
            self.cable.show(self.now_us, _LOADER_WORDS)
        elif how in CAUSES and self.powered:
            self._restart(CAUSES[how])

    def next_order(self) -> str | None:
        """What a hand did first of what the board has not felt yet."""
        return self._orders.popleft() if self._orders else None

    def _restart(self, cause: int) -> None:
        self.mirrors = self.hung = False
        self.cause = cause
        self.console_uart_reset()
        self.repl.power_on()

    def console_uart_reset(self) -> None:
        """UART 0 is the console's again."""
        self.cable.console = self.repl
        if self.console_uart:
            self.console_uart.hard_reset()

    def _answer_one(self) -> None:
        child = self._child
        if child is None:
            return
        request = child.request()
        if request is None:
            self._python.ended = b"the simulated board's Python died\n"
            self._kill()
            return
        printed = child.printed()
        self._python.out += printed
        self._hear(printed)
        self.operations += 1
        if self._cut and self._cut.operation is not None and self.operations >= self._cut.operation:
            self._cut = None
            self.modem.power(False, self.now_us)
            raise Ended("cut")
        if request.op == Op.CODE:
            self._waits_for_code = True
            return
        status = number = 0
        data = b""
        try:
            if self._python.interrupted:
                raise Ended("interrupt")
            if request.op == Op.ENDED:
                self._python.ended = request.data
            elif request.op == Op.CONSOLE:
                self._python.events.append(("detach", "attach", "deaf", "hears")[request.a])
                self._show()
            else:
                self._pause()
                number, data = self._answers.carry_out(*request)
        except REFUSALS as refused:
            status, number, data = 1, 0, str(refused).encode()
        except Ended as ended:
            if ended.how != "interrupt":
                raise
            self._python.interrupted = False
            status, number, data = 2, 0, b""
        if child is self._child:
            child.answer(status, number, self._ticks(), data)

    def _hand_code(self) -> None:
        if self._code is None:
            self.scheduler.spend(IDLE_US)
            return
        code, at_prompt = self._code
        self._code, self._waits_for_code = None, False
        self._python.interrupted = False
        if self._child:
            self._child.answer(0, int(at_prompt), self._ticks(), code)

    def _ticks(self) -> int:
        return (self._ticks_ms + (self.now_us - self._boot_us) // 1_000) & 0xFFFFFFFF

    # -- mirror mode ---------------------------------------------------------------

    def _open_mirror(self) -> None:
        """The firmware's bridge: Python stands still, two UARTs are copied onto each other."""
        self._kill()
        self.mirrors = True
        self.cable.console = None  # nothing is interpreted any more
        ring = self.profile.mirror_ring_bytes
        self.uart.open(Settings(MIRROR_BAUD, True, True, 10, ring))
        assert self.console_uart is not None
        self.console_uart.open(Settings(MIRROR_BAUD, False, True, 10, ring))

    def _mirror_step(self) -> None:
        assert self.console_uart is not None
        self.scheduler.spend(self._mirror_quiet_us(self.uart, self.console_uart))
        ways = ((self.uart, self.console_uart), (self.console_uart, self.uart))
        if any(there.unsent() >= MIRROR_TX_BYTES for _, there in ways):
            return  # writing to one blocks the loop, so the other direction stalls too
        for here, there in ways:
            if data := here.take(MIRROR_STEP_LOOPS):
                there.push(data)

    def _mirror_quiet_us(self, *uarts: Uart) -> int:
        """How long there is nothing to copy for certain: until a byte can come, or the PC has its turn."""
        step_us = MIRROR_STEP_LOOPS * self.mirror_loop_us
        outside = self.scheduler.outside
        if outside is None or any(uart.any() or uart.unsent() for uart in uarts):
            return step_us
        moments = [outside.next_us(), *(uart.next_us() for uart in uarts)]
        next_us = min((moment for moment in moments if moment is not None), default=self.now_us)
        return max(step_us, min(next_us - self.now_us, MIRROR_IDLE_US))

    # -- for `_Python` ---------------------------------------------------------------

    def start_python(self, scripts: Sequence[str]) -> None:
        """A new Python: after a hard reset with new hardware, after a soft one with the same."""
        hard = len(self.repl.resets) != self._resets
        self._resets = len(self.repl.resets)
        self._answers.scripts = list(scripts)
        self._waits_for_code = False
        self._code = None
        cause = self.cause if hard else hardware.SOFT
        self.cause = hardware.HARD
        if hard:
            self.scheduler.clear()
            self.console_uart_reset()
        self._start(cause)

    def give_code(self, code: bytes, at_prompt: bool) -> None:
        """What was typed."""
        self._code = (code, at_prompt)

    def end_python(self) -> None:
        """It is over, as by a reset."""
        self._kill()


class _Turn:
    """The PC's turns in the board's course of time."""

    def __init__(self, board: PluggedBoard) -> None:
        self._board = board

    def next_us(self) -> int | None:
        board = self._board
        moments = [board.pc.next_us()]
        if board.pc.wants_input and board.console_uart:
            moments.append(board.console_uart.next_us())  # the PC may be waiting for just that
        return min((moment for moment in moments if moment is not None), default=None)

    def act(self) -> None:
        board = self._board
        child = board._child
        order = board.next_order()
        due_us = board.pc.next_us()
        if order is None and due_us is not None and due_us <= board.now_us:
            board.pc.give_turn()
            order = board.next_order()
        if order is not None:
            raise Ended(order)
        board.scheduler.settle()
        if board._child is not child:
            raise Ended("restarted")  # Ctrl-F, from inside the console
        if board._python.interrupted and not board._waits_for_code:
            raise Ended("interrupt")


class _Python:
    """The console's Python: the process of the board. See `repl.Python`."""

    def __init__(self, board: PluggedBoard) -> None:
        self._board = board
        self.out = b""
        self.ended: bytes | None = None
        self.events: list[str] = []
        self.interrupted = False

    def start(self, scripts: Sequence[str]) -> None:
        self.close()
        self._board.start_python(scripts)

    def begin(self, code: bytes, at_prompt: bool) -> None:
        self._board.give_code(code, at_prompt)

    def interrupt(self) -> None:
        self.interrupted = True

    def poll(self) -> Poll:
        seen = Poll(self.out, self.ended, tuple(self.events))
        self.out, self.ended, self.events = b"", None, []
        return seen

    def close(self) -> None:
        self._board.end_python()
        self.out, self.ended, self.events, self.interrupted = b"", None, [], False
