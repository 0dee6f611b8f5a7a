"""A simulated board at a USB cable: console, resets and pulled plugs, in virtual time.

Rules that hold here: the board runs in a thread of its own (`board_thread`)
but never beside the PC's, see `pc_turns`; its Python is a new process after every reset; mirror
mode (`mirror_bridge`) ends by a reset or a power cut, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from modemflash_sim.board import hardware
from modemflash_sim.board.answers import REFUSALS
from modemflash_sim.board.board_python import BoardPython
from modemflash_sim.board.board_thread import BoardThread
from modemflash_sim.board.console_traits import traits_of
from modemflash_sim.board.mirror_bridge import MirrorBridge
from modemflash_sim.board.pc_end import Cable, PcEnd
from modemflash_sim.board.pc_turns import PcTurns
from modemflash_sim.board.process import CAUSES, DEADLINE_S, HEAP, BoardProcess
from modemflash_sim.board.profiles import BoardProfile
from modemflash_sim.board.repl import SimConsole
from modemflash_sim.board.requests import Op
from modemflash_sim.board.scheduler import Ended
from modemflash_sim.board.uart import Uart
from modemflash_sim.endpoints.wire import PoweredDevice

IDLE_US = 1_000
_LOADER_BANNER = (
    b"ets Jun  8 2016 00:22:57\r\n\r\n"
    b"rst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))\r\n"
    b"waiting for download\r\n"
)


class UsbBoard(BoardProcess):
    """A board whose console hangs on a PC.

    Args:
        profile, modem, interpreter, flash, card, heap, ticks_ms, deadline_s: as in `BoardProcess`.
        cable: the wire and the adapter.
        pybytes: its firmware starts Pybytes before boot.py.
        boot_ms: how long its firmware is at work before boot.py, in which Ctrl-F is heard; real boards
            take a second or more, as is assumed.

    Attributes:
        pc: the PC's end: port and clock.
        repl: the console.
        bridge: mirror mode.
    """

    console_uart: Uart

    def __init__(
        self,
        profile: BoardProfile | str,
        modem: PoweredDevice,
        *,
        interpreter: Path,
        flash: Path,
        card: Path | None = None,
        heap: str = HEAP,
        ticks_ms: int = 0,
        deadline_s: float = DEADLINE_S,
        cable: Cable | None = None,
        pybytes: bool = False,
        boot_ms: int = 0,
    ) -> None:
        self.cable = cable or Cable()
        super().__init__(
            profile,
            modem,
            interpreter=interpreter,
            flash=flash,
            card=card,
            heap=heap,
            ticks_ms=ticks_ms,
            deadline_s=deadline_s,
        )
        self._python = BoardPython(self)
        traits = traits_of(self.profile, pybytes)
        banner, silence_ms = traits.boots_with
        self.repl = SimConsole(self._python, replace(traits, boots_with=(banner, silence_ms + boot_ms)))
        self.cable.console = self.repl
        self.pc = PcEnd(self.cable, self)
        self._turns = PcTurns(
            self.pc, self.scheduler, self.console_uart, lambda: self._child, self._is_interrupted
        )
        self.scheduler.outside = self._turns
        self.bridge = MirrorBridge(
            self.scheduler, self.uart, self.console_uart, self.profile.mirror_ring_bytes
        )
        self.cause = hardware.POWER_ON
        self.hung = False
        self._resets = 0
        self._code: tuple[bytes, bool] | None = None
        self._waits_for_code = False
        self._thread = BoardThread(self.pc, self._step, self._end, self._kill)

    # -- from outside ------------------------------------------------------------

    def switch_on(self) -> None:
        """Give power to board and modem. A board that has it does not notice."""
        if self.powered:
            self.modem.power(True, self.now_us)
            return
        self._thread.start()
        self._act("power-on")

    def cut_power(self, board: bool = True, modem: bool = True) -> None:
        """Cut the power of the one, the other, or both."""
        if modem:
            self.uart.drop_output()
            self.modem.power(False, self.now_us)
        if board:
            self._act("cut")

    def press_reset(self) -> None:
        """The reset button."""
        self._act("button")

    def start_loader(self) -> None:
        """A reset with P2 at GND: the ESP32's ROM waits for esptool, and Python does not run."""
        self._act("loader")

    def unplug(self) -> None:
        """Pull the USB plug; the board runs on a battery."""
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
        self._turns.put("over")
        self._thread.stop()
        super().close()

    def check(self) -> None:
        """Raise what broke in the board's thread."""
        self._thread.check()

    def _act(self, what: str) -> None:
        self._turns.put(what)
        self.pc.yield_turn()

    # -- the board's thread --------------------------------------------------------

    def _plug_in(self) -> Uart:
        return Uart(self.scheduler, self.cable)

    def _step(self) -> None:
        """One request, or one step of a board without any."""
        if self.bridge.is_open:
            self.bridge.step()
        elif not self.powered or self.hung or self._child is None:
            self.scheduler.spend(IDLE_US)
        elif self._waits_for_code:
            self._hand_code()
        else:
            self._answer_one()
        self._show()

    def _show(self) -> None:
        if self.powered and not self.bridge.is_open:
            self.repl.advance(self.now_us)
            for data, _ in self.repl.take(self.now_us):
                self.cable.show(self.now_us, data)

    def _end(self, how: str) -> None:
        """What ended a program, from inside or from outside."""
        if how == "mirror":
            self._kill()  # Python stands still
            self.cable.console = None  # nothing is interpreted any more
            self.bridge.open()
        elif how == "hung":
            self.hung = True
        elif how == "cut":
            self._python.close()
            self.power_off(modem=False)
            self.bridge.is_open = self.hung = False
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
            self.bridge.is_open, self.hung = False, True
            self.cable.show(self.now_us, _LOADER_BANNER)
        elif how in CAUSES and self.powered:
            self._restart(CAUSES[how])

    def _is_interrupted(self) -> bool:
        return self._python.interrupted and not self._waits_for_code

    def _restart(self, cause: int) -> None:
        self.bridge.is_open = self.hung = False
        self.cause = cause
        self.console_uart_reset()
        self.repl.power_on()

    def console_uart_reset(self) -> None:
        """UART 0 is the console's again."""
        self.cable.console = self.repl
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
        self._catch_up(request)
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
        begun_us = self.now_us
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
                number, data = self._answers.carry_out(*request[:4])
        except REFUSALS as refused:
            status, number, data = 1, 0, str(refused).encode()
        except Ended as ended:
            if ended.how != "interrupt":
                raise
            self._python.interrupted = False
            status, number, data = 2, 0, b""
        if child is self._child:
            child.answer(status, number, data, self._ticks_us(), self._still(request, begun_us))

    def _hand_code(self) -> None:
        if self._code is None:
            self.scheduler.spend(IDLE_US)
            return
        code, at_prompt = self._code
        self._code, self._waits_for_code = None, False
        self._python.interrupted = False
        if self._child:
            self._child.answer(0, int(at_prompt), code, self._ticks_us())

    # -- as a `board_python.Process` ---------------------------------------------------

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
