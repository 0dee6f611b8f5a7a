"""What happens on a request of the board's Python: one function for each `Op`.

Rules that hold here: an answer is a number and bytes; what the real thing
refuses is raised, as `Refused`, `UartFailed` or `DriveFailed`; whatever takes
time on a board takes it here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TypedDict

from modemflash_sim.board.drives import Drive, DriveFailed
from modemflash_sim.board.hardware import Hardware, Refused
from modemflash_sim.board.receiver import Settings
from modemflash_sim.board.requests import Op
from modemflash_sim.board.scheduler import Scheduler
from modemflash_sim.board.uart import Uart, UartFailed

FLASH, CARD = 0, 1  # numbers of the drives
MODEM_UART = 1
NOT_HERE = (Op.OVER, Op.CODE, Op.ENDED, Op.CONSOLE)  # the process itself, and `usb_board`, deal with these
REFUSALS = (Refused, UartFailed, DriveFailed)

Answer = tuple[int, bytes]
NOTHING: Answer = (0, b"")


class UartArguments(TypedDict):
    """What the board's UART() was given, with the defaults of its class."""

    pins: list[str] | None
    baudrate: int
    timeout_chars: int
    rx_buffer_size: int | None


class Answers:
    """The requests of one board.

    Args:
        scheduler, uart, hardware: the board's parts.
        drives: number -> medium; None for an empty slot.
        console_uart: UART 0; None where nothing is plugged in.

    Attributes:
        program: runs instead of boot.py and main.py; None for these.
        scripts: with a console: what runs before it listens; None without one.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        uart: Uart,
        hardware: Hardware,
        drives: Callable[[int], Drive | None],
        console_uart: Uart | None = None,
    ) -> None:
        self.program: str | None = None
        self.scripts: list[str] | None = None
        self._profile = hardware.profile
        self._scheduler = scheduler
        self._uarts = {0: console_uart, 1: uart}
        self._hardware = hardware
        self._drives = drives
        self._functions: dict[int, Callable[[int, int, bytes], Answer]] = {
            op: getattr(self, "_" + op.name.lower()) for op in Op if op not in NOT_HERE
        }

    def carry_out(self, op: int, a: int, b: int, data: bytes) -> Answer:
        """Do what a request asks for.

        Raises:
            Ended: the board's program is over.
            Refused, UartFailed, DriveFailed: see there.
        """
        return self._functions[op](a, b, data)

    def _hello(self, a: int, b: int, data: bytes) -> Answer:
        profile = {**asdict(self._profile), "version": self._profile.version}
        about = {
            "profile": profile,
            "program": self.program,
            "scripts": self.scripts,
            "flash": self._drive(FLASH).sectors,
        }
        return 0, json.dumps(about).encode()

    def _sleep(self, a: int, b: int, data: bytes) -> Answer:
        self._scheduler.spend(a)
        return NOTHING

    def _uart_open(self, a: int, b: int, data: bytes) -> Answer:
        given: UartArguments = json.loads(data)
        pins, modem_pins = given["pins"] or [], list(self._profile.modem_pins)
        uart = self._uarts.get(b)
        if uart is not None:
            uart.open(
                Settings(
                    baud=given["baudrate"],
                    flow=b == MODEM_UART and pins == modem_pins,
                    wired=b != MODEM_UART or pins[:2] == modem_pins[:2],
                    gap_chars=given["timeout_chars"],
                    ring_bytes=given["rx_buffer_size"] or self._profile.ring_bytes,
                )
            )
        return NOTHING

    def _uart_close(self, a: int, b: int, data: bytes) -> Answer:
        if uart := self._uarts.get(b):
            uart.close()
        return NOTHING

    def _uart_read(self, a: int, b: int, data: bytes) -> Answer:
        self._scheduler.spend(self._profile.call_us)
        uart = self._uarts.get(b)
        return 0, (uart.read(a) if uart else None) or b""

    def _uart_write(self, a: int, b: int, data: bytes) -> Answer:
        self._scheduler.spend(self._profile.call_us)
        if uart := self._uarts.get(b):
            uart.write(data)
        return NOTHING

    def _uart_any(self, a: int, b: int, data: bytes) -> Answer:
        self._scheduler.spend(self._profile.call_us)
        uart = self._uarts.get(b)
        return uart.any() if uart else 0, b""

    def _uart_sent(self, a: int, b: int, data: bytes) -> Answer:
        self._scheduler.spend(self._profile.call_us)
        uart = self._uarts.get(b)
        return int(uart.wait_tx_done(a)) if uart else 1, b""

    def _blocks_read(self, a: int, b: int, data: bytes) -> Answer:
        drive, count = a & 0xFF, a >> 8
        if drive == CARD:
            self._scheduler.spend(count * self._profile.card_us_per_sector)
        return 0, self._drive(drive).read(b, count)

    def _blocks_write(self, a: int, b: int, data: bytes) -> Answer:
        self._scheduler.spend(self._profile.card_us_per_sector)
        self._drive(a).write(b, data)
        return NOTHING

    def _drive(self, number: int) -> Drive:
        drive = self._drives(number)
        if drive is None:
            raise DriveFailed
        return drive

    def _card(self, a: int, b: int, data: bytes) -> Answer:
        card = self._drive(CARD)
        if not card.present:
            raise DriveFailed
        return card.sectors, b""

    def _led(self, a: int, b: int, data: bytes) -> Answer:
        self._hardware.led(a)
        return NOTHING

    def _heartbeat(self, a: int, b: int, data: bytes) -> Answer:
        return self._hardware.heartbeat(a), b""

    def _nvs(self, a: int, b: int, data: bytes) -> Answer:
        return 0, self._hardware.access_nvs(a, data)

    def _flag(self, a: int, b: int, data: bytes) -> Answer:
        return self._hardware.flag(a, data.decode()), b""

    def _watchdog(self, a: int, b: int, data: bytes) -> Answer:
        self._hardware.watchdog(a)
        return NOTHING

    def _hash(self, a: int, b: int, data: bytes) -> Answer:
        self._hardware.hash(a, b)
        return NOTHING

    def _reset(self, a: int, b: int, data: bytes) -> Answer:
        self._hardware.reset(a, b)
        return NOTHING

    def _reset_cause(self, a: int, b: int, data: bytes) -> Answer:
        return self._hardware.cause, b""

    def _unique_id(self, a: int, b: int, data: bytes) -> Answer:
        return 0, self._hardware.unique_id

    def _pin(self, a: int, b: int, data: bytes) -> Answer:
        return self._hardware.pins.get(data.decode(), a), b""

    def _lte(self, a: int, b: int, data: bytes) -> Answer:
        self._hardware.lte(a)
        return NOTHING

    def _radio(self, a: int, b: int, data: bytes) -> Answer:
        return self._hardware.radio(a, data.decode()), b""
