"""One simulated board: its MicroPython process, its time, its power, and what was seen of it.

Rules that hold here: time stands still while the board computes; every request
is one operation and is counted, whatever it does; a reset of the board is a new
process; the modem has its own power and does not notice a reset. A process that
neither asks nor ends is killed at a deadline in real time.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from modemflash_sim.board import hardware
from modemflash_sim.board.answers import CARD, REFUSALS, Answers
from modemflash_sim.board.child import NOT_STILL, BoardStuck, Child, Request, Still
from modemflash_sim.board.drives import Drive
from modemflash_sim.board.hardware import Hardware
from modemflash_sim.board.profiles import BoardProfile, find
from modemflash_sim.board.requests import MOST_LOOKS, MOST_STILL_US, Op
from modemflash_sim.board.scheduler import Ended, Scheduler
from modemflash_sim.board.uart import Uart
from modemflash_sim.endpoints.wire import PoweredDevice

HEAP = "2560k"  # a GPy's; a 64-bit MicroPython wants twice that for the same program
CONSOLE_US_PER_CHAR = 87
DEADLINE_S = 60.0

LOOKS = (Op.SLEEP, Op.UART_ANY, Op.UART_READ)  # what a program that waits asks over and over

# How a program ended that is followed by another boot -> the cause that the next one sees.
CAUSES = {
    "reset": hardware.HARD,
    "panic": hardware.HARD,
    "watchdog": hardware.WATCHDOG,
    "deep-sleep": hardware.DEEP_SLEEP,
}


@dataclass(frozen=True, slots=True)
class _Cut:
    """The power goes before operation number `operation` is carried out, or at `at_us`."""

    modem: bool
    operation: int | None = None
    at_us: int | None = None


class BoardProcess:
    """A board with a modem and, perhaps, a card.

    Args:
        profile: the board; a profile or a name in `profiles.PROFILES`.
        modem: the modem at its pins.
        interpreter: a MicroPython of this machine.
        flash: the image of its /flash, see `fat.FatImage`.
        card: the image of the card in its slot.
        heap: of its Python.
        ticks_ms: what its clock shows at every boot; a board with a set clock starts high.
        unique_id: its address.
        deadline_s: real time that its Python may compute without asking.

    Attributes:
        uart, hardware, scheduler: its parts.
        console: (when, bytes) of all that was printed.
        operations: requests so far.
        boots: (when, cause) of every boot, see `hardware`.
        powered: the board's own power.
        pauses: (every so many, so many) microseconds for which its Python stands still,
            collecting garbage; interrupts go on. Assumed.
    """

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
        unique_id: bytes = b"\x24\x0a\xc4\x01\x02\x03",
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self.profile = find(profile) if isinstance(profile, str) else profile
        self.modem = modem
        self.scheduler = Scheduler()
        self.uart = Uart(self.scheduler, modem, self._modem_busy_until_us)
        self.console_uart = self._plug_in()
        self.scheduler.settle = self._settle
        self.hardware = Hardware(self.profile, self.scheduler, self.uart, unique_id)
        self.flash = Drive(flash)
        self.card = Drive(card) if card else None
        self.console: list[tuple[int, bytes]] = []
        self.operations = 0
        self.boots: list[tuple[int, int]] = []
        self.powered = False
        self.pauses: tuple[int, int] | None = None
        self._paused_us = 0
        self._interpreter = interpreter
        self._heap = heap
        self._ticks_ms = ticks_ms
        self._boot_us = 0
        self._deadline_s = deadline_s
        self._cut: _Cut | None = None
        self._child: Child | None = None
        self._answers = Answers(
            self.scheduler,
            self.uart,
            self.hardware,
            lambda number: self.card if number == CARD else self.flash,
            self.console_uart,
        )

    # -- from outside -------------------------------------------------------------

    @property
    def now_us(self) -> int:
        """The time."""
        return self.scheduler.now_us

    @property
    def printed(self) -> str:
        """All that the console showed."""
        return b"".join(data for _, data in self.console).decode("utf-8", "replace")

    def boot(self, program: str | None = None, for_us: int | None = None, max_boots: int = 20) -> str:
        """Give power to board and modem, or press the reset button, and let the board run.

        Args:
            program: instead of boot.py and main.py: run this text.
            for_us: stop looking after so much time; the board is then held, see `go_on`.
            max_boots: so many resets by itself are taken for a loop.

        Returns:
            `over` the program ended well, `failed` by an exception, `cut` the power went,
            `hung` it waits for ever, `mirror` it copies bytes for ever, `loops`, `running`.
        """
        self._kill()
        self.modem.power(True, self.now_us)
        self.powered = True
        self._answers.program = program
        self._start(hardware.POWER_ON)
        return self._run(for_us, max_boots)

    def soft_reset(self, program: str | None = None, for_us: int | None = None) -> str:
        """Ctrl-D: a new Python on the same hardware. Returns as `boot`."""
        self._kill()
        self._answers.program = program
        self._start(hardware.SOFT)
        return self._run(for_us, 20)

    def go_on(self, for_us: int | None = None) -> str:
        """Let a `running` board go on. Returns as `boot`."""
        return self._run(for_us, 20)

    def power_off(self, board: bool = True, modem: bool = True) -> None:
        """Cut the power of the one, the other, or both."""
        if board:
            self._kill()
            self.scheduler.clear()
            self.uart.hard_reset()
            self.powered = False
        if modem:
            self.uart.drop_output()
            self.modem.power(False, self.now_us)

    def wait(self, us: int) -> None:
        """Let time pass without the board's Python; only while none runs."""
        self.scheduler.spend(us)

    def cut_at_operation(self, number: int, modem: bool = True) -> None:
        """Cut the power before operation `number`, counted from now on and from 1, is carried out."""
        self._cut = _Cut(modem, operation=self.operations + number)

    def cut_after(self, us: int, modem: bool = True) -> None:
        """Cut the power after so much time, wherever the board then is."""
        self._cut = _Cut(modem, at_us=self.now_us + us)
        self.scheduler.end_at("cut", self._cut.at_us)

    def close(self) -> None:
        """End the process and give the images back."""
        self._kill()
        self.flash.close()
        if self.card:
            self.card.close()

    def __enter__(self) -> BoardProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- the process -----------------------------------------------------------

    def _plug_in(self) -> Uart | None:
        """UART 0, where something is plugged into it; see `usb_board`."""
        return None

    def _settle(self) -> None:
        self.uart.settle()
        if self.console_uart:
            self.console_uart.settle()

    def _start(self, cause: int) -> None:
        self.hardware.forget(cause)
        if self._cut and self._cut.at_us is not None:
            self.scheduler.end_at("cut", self._cut.at_us)
        self.boots.append((self.now_us, cause))
        self._boot_us = self.now_us
        self._child = Child(self._interpreter, self._heap, self._deadline_s)

    def _kill(self) -> None:
        if self._child is not None:
            last = self._child.kill()
            self._child = None
            if last:
                self.console.append((self.now_us, last))

    def _run(self, for_us: int | None, max_boots: int) -> str:
        until_us = None if for_us is None else self.now_us + for_us
        first = len(self.boots)
        while True:
            try:
                ending = self._serve(until_us)
            except Ended as ended:
                ending = ended.how
            except BoardStuck as stuck:
                self._kill()
                raise BoardStuck(f"{stuck}\n{self.printed[-2000:]}") from None
            if ending == "running":
                return ending
            self._kill()
            if ending == "cut" and self._cut:
                modem, self._cut = self._cut.modem, None
                self.power_off(modem=modem)
            if ending not in CAUSES:
                return ending
            if len(self.boots) - first >= max_boots:
                return "loops"
            self._start(CAUSES[ending])

    def _serve(self, until_us: int | None) -> str:
        """Answer requests until the program is over, or the time."""
        child = self._child
        if child is None:
            return "off"
        while until_us is None or self.now_us < until_us:
            request = child.request()
            if request is None:
                return "failed"
            self._catch_up(request)
            self._hear(child.printed())
            self.operations += 1
            if self._cut and self._cut.operation is not None and self.operations >= self._cut.operation:
                raise Ended("cut")
            if request.op == Op.OVER:
                return "failed" if request.a else "over"
            status = 0
            self._pause()
            begun_us = self.now_us
            try:
                number, data = self._answers.carry_out(*request[:4])
            except REFUSALS as refused:
                status, number, data = 1, 0, str(refused).encode()
            child.answer(status, number, data, self._ticks_us(), self._still(request, begun_us, until_us))
        return "running"

    def _catch_up(self, request: Request) -> None:
        """Let pass what the board's side answered itself before this request."""
        if request.looks:
            self.operations += request.looks
            self.scheduler.spend(request.looks_us)

    def _ticks_us(self) -> int:
        """The board's clock, which shows milliseconds."""
        return (self._ticks_ms * 1000 + self.now_us - self._boot_us) % (1000 << 32)

    def _still(self, request: Request, begun_us: int, until_us: int | None = None) -> Still:
        """For how long nothing can happen by itself after a request that only waited or looked."""
        if request.op not in LOOKS or self.pauses:
            return NOT_STILL
        now_us, most = self.now_us, MOST_LOOKS
        if self._cut and self._cut.operation is not None:
            most = min(most, self._cut.operation - self.operations - 1)
        ends = [now_us + MOST_STILL_US, now_us + (1000 << 32) - self._ticks_us() - 1000]
        moments = [until_us, self.scheduler.next_us(), self.uart.next_us()]
        if self.console_uart:
            moments.append(self.console_uart.next_us())
        end_us = min(ends + [moment for moment in moments if moment is not None])
        return Still(max(0, most), now_us - begun_us, max(0, end_us - now_us))

    def _pause(self) -> None:
        """See `pauses`."""
        if self.pauses and self.now_us - self._paused_us >= self.pauses[0]:
            self.scheduler.spend(self.pauses[1])
            self._paused_us = self.now_us

    def _hear(self, data: bytes) -> None:
        """What was printed since the last request; printing takes the board's time."""
        if data:
            self.console.append((self.now_us, data))
            self.scheduler.spend(len(data) * CONSOLE_US_PER_CHAR)

    def _modem_busy_until_us(self) -> int:
        """A simulated modem that erases or writes holds CTS off once its small buffer is full."""
        return int(getattr(self.modem, "busy_until_us", 0))
