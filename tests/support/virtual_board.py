"""A board in virtual time: the simulated console over a Python that only behaves, and a PIC adapter."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from modemflash_host.computer.clock import MonotonicClock
from modemflash_sim.board.console_traits import traits_of
from modemflash_sim.board.profiles import find
from modemflash_sim.board.python import Poll
from modemflash_sim.board.repl import BAUD, SimConsole
from support.evaluating_board import told

BOOT_MS = 500  # until boot.py; Ctrl-F is heard
IDENTITY = (
    "('GPy', '1.20.2.r6', 'v1.11', 'GPy with ESP32', (1, 9, 4), "
    "b'$\\n\\xc4\\x01\\x02\\x03', (False, False), 900, True)"
)


class BehavingPython:
    """No Python: main.py is a way to behave, and every program prints the same.

    Args:
        main: "" for none, else how it takes an interrupt: "polite" ends, "stubborn" goes on,
            "deaf" switches Ctrl-C and Ctrl-F off, "detached" takes the console away,
            "deaf at once" is deaf before anybody can speak to it.
        says: what every program prints.
        chatter: what main.py prints at each look.
    """

    def __init__(self, main: str, says: str = "", chatter: bytes = b"") -> None:
        self._main = main
        self._says = says
        self._chatter = chatter
        self._running = False
        self._next = Poll()

    def start(self, scripts: Sequence[str]) -> None:
        self._running = "main.py" in scripts and bool(self._main)
        events = {"deaf": ("deaf",), "detached": ("detach",)}.get(self._main, ()) if self._running else ()
        self._next = Poll(ended=None if self._running else b"", events=events)

    def begin(self, code: bytes, at_prompt: bool) -> None:
        self._next = Poll(b"\x1d" + told(self._says) + b"\n", b"")

    def interrupt(self) -> None:
        if self._main == "polite":
            self._running = False
            self._next = Poll(ended=b"KeyboardInterrupt: \n")

    def poll(self) -> Poll:
        seen, self._next = self._next, Poll()
        if self._running and self._chatter:
            return Poll(seen.out + self._chatter, seen.ended, seen.events)
        return seen

    def close(self) -> None:
        self._running = False


class VirtualBoard:
    """Port and clock of a board; `open` is what `reach` is handed.

    Args:
        python: what runs on it.
        mirror: it is in mirror mode, and this is what the modem behind it says to an AT.
        pic: it hangs on a PIC adapter.
        fast: the adapter passes 921600.
    """

    max_burst = 0

    def __init__(
        self, python: BehavingPython, *, mirror: bytes = b"", pic: bool = False, fast: bool = True
    ) -> None:
        traits = dataclasses.replace(traits_of(find("fipy-1.20.2")), boots_with=("", BOOT_MS))
        self.console = SimConsole(python, traits)
        self.console.power_on()
        self.now_us = 0
        self.opened: list[int] = []
        self.sent = bytearray()
        self._mirror = mirror
        self._to_modem = b""
        self._heard = bytearray()
        self._baud = BAUD
        self._fast = fast
        self._pic = pic
        self._is_open = False
        self.registers = {0x08C: 0xFF, 0x08E: 0xFF, 0x00C: 0xFF, 0x00E: 0xFF}
        self.pic_commands: list[bytes] = []
        self.sleep_ms(3_000)  # it has been on for a while

    def open(self, data_bits: int) -> tuple[VirtualBoard, VirtualBoard]:
        assert not self._is_open, "the port has one user at a time"
        self._is_open = True
        self.opened.append(data_bits)
        self._baud = BAUD
        return self, self

    # -- the clock -------------------------------------------------------------

    def ticks_ms(self) -> int:
        return self.now_us // 1_000

    ticks_diff = MonotonicClock.ticks_diff

    def sleep_ms(self, ms: int) -> None:
        for _ in range(ms):
            self.now_us += 1_000
            self.console.advance(self.now_us)
            data = b"".join(each for each, _ in self.console.take(self.now_us))
            if not self._mirror:
                self._heard += data

    # -- the port ----------------------------------------------------------------

    def readinto(self, buf: bytearray | memoryview, n: int, timeout_ms: int) -> int:
        for _ in range(max(timeout_ms, 1)):
            if self._heard:
                break
            self.sleep_ms(1)
        piece = bytes(self._heard[:n])
        del self._heard[:n]
        memoryview(buf)[: len(piece)] = piece
        return len(piece)

    def write(self, buf: bytes | bytearray | memoryview, off: int, n: int) -> None:
        data = bytes(buf[off : off + n])
        if self.opened[-1] == 5:
            self._pic_command(data)
            return
        self.sent += data
        if self._mirror:
            self._to_modem += data
            if self._baud == 921_600 and self._to_modem.endswith(b"AT\r\n"):
                self._heard += self._mirror
            return
        self.console.feed(self.now_us, data, self._baud)

    def drain(self, timeout_ms: int) -> bool:
        return True

    def set_baud(self, rate: int) -> bool:
        if rate != BAUD and not self._fast:
            return False
        self._baud = rate
        return True

    def drop_input(self) -> None:
        self._heard.clear()

    def close(self) -> None:
        self._is_open = False

    def set_data_bits(self, bits: int) -> None:
        self.opened[-1] = bits

    # -- the PIC -------------------------------------------------------------------

    def _pic_command(self, data: bytes) -> None:
        if not self._pic:
            return
        self.pic_commands.append(data)
        if data[0] == 0x11:
            self._heard += b"\x08\x00"
        elif data[0] == 0x02:
            register, clear, set_bits = data[1] | data[2] << 8, data[3], data[4]
            driven = not self.registers[0x08E] & 0x20
            was_low = driven and not self.registers[0x00E] & 0x20
            self.registers[register] = self.registers[register] & clear | set_bits
            if was_low and self.registers[0x00E] & 0x20:
                self.console.power_on()
