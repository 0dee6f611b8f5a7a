"""The PIC of a Pycom shield, simulated: commands at 5 data bits, registers, the board's reset line and power.

Rules that hold here: a command is carried out when its last byte is there; a pin
does something only while its register says that it is an output; what is
assumed of shields, and not known, is a switch. Source: docs/boards.md; the
commands are those of Pycom's flasher, nothing was measured.
"""

from __future__ import annotations

from typing import Protocol

# Command -> (how many bytes follow it, whether it answers with two bytes, the lower one first)
PEEK, POKE, MAGIC = 0x00, 0x01, 0x02
HW_VERSION, FW_VERSION, PRODUCT_ID = 0x10, 0x11, 0x12
SETUP_SLEEP, GO_SLEEP, CALIBRATE, GO_NAP = 0x20, 0x21, 0x22, 0x23
BAUD_CHANGE, DFU, RESET = 0x30, 0x31, 0x40
COMMANDS = {
    PEEK: (2, True),
    POKE: (3, False),
    MAGIC: (5, False),
    HW_VERSION: (0, True),
    FW_VERSION: (0, True),
    PRODUCT_ID: (0, True),
    SETUP_SLEEP: (3, False),
    GO_SLEEP: (0, False),
    CALIBRATE: (0, False),
    GO_NAP: (0, False),
    BAUD_CHANGE: (0, False),
    DFU: (0, False),
    RESET: (0, False),
}
TRISA, TRISC, PORTA, PORTC = 0x08C, 0x08E, 0x00C, 0x00E
P2_BIT, RESET_BIT = 0, 5  # of port C
MOST_BAUD = 230_400
HARDWARE = 1
_RESET_OFF_US = 200_000  # assumed


class BoardControls(Protocol):
    """What the PIC can do to a board."""

    @property
    def now_us(self) -> int:
        """The time."""

    def press_reset(self) -> None:
        """A pulse on its reset line."""

    def start_loader(self) -> None:
        """The same with P2 at GND."""

    def cut_power(self) -> None:
        """Switch the module's power off, the modem's with it."""

    def switch_on(self) -> None:
        """Switch it on."""


class PicAdapter:
    """The adapter of a shield or expansion board.

    Args:
        board: what hangs on it.
        product: its USB product, which `PRODUCT_ID` returns.
        cuts_power: it switches the module's power.
        firmware: its version; one below 6 has no command channel.
        most_baud: the highest rate that it passes. Assumed.
        refuses: a higher rate is refused; else it is acknowledged and the rate stays. Assumed.
        magic_answers: `MAGIC` returns the register's new value. Assumed.

    Attributes:
        registers: those that were written to; all pins are inputs at first.
        commands: every whole command so far.
        rates: that it was asked for and took, in order.
    """

    def __init__(
        self,
        board: BoardControls,
        product: int,
        *,
        cuts_power: bool = True,
        firmware: int = 8,
        most_baud: int = MOST_BAUD,
        refuses: bool = True,
        magic_answers: bool = False,
    ) -> None:
        self.registers = {TRISA: 0xFF, TRISC: 0xFF}
        self.commands: list[bytes] = []
        self.rates: list[int] = []
        self._board = board
        self._cuts_power = cuts_power
        self._versions = {HW_VERSION: HARDWARE, FW_VERSION: firmware, PRODUCT_ID: product}
        self._most_baud = most_baud
        self._refuses = refuses
        self._magic_answers = magic_answers
        self._rate = 0
        self._unread = b""
        self._sleep_s = 0
        self._on_at_us: int | None = None

    def rate(self, baud: int) -> int:
        """The rate of the line after somebody asked for `baud`.

        Raises:
            ValueError: it is refused.
        """
        if baud <= self._most_baud:
            self._rate = baud
            self.rates.append(baud)
        elif self._refuses:
            raise ValueError(f"{baud} baud is more than {self._most_baud}")
        return self._rate

    def command(self, data: bytes) -> bytes:
        """Bytes that came at 5 data bits; what it answers."""
        self._unread += data
        answer = b""
        while self._unread:
            code = self._unread[0]
            length, _ = COMMANDS.get(code, (0, False))
            if len(self._unread) <= length:
                break
            command, self._unread = self._unread[: 1 + length], self._unread[1 + length :]
            if code in COMMANDS:
                self.commands.append(command)
                answer += self._carry_out(code, command[1:])
        return answer

    def advance(self) -> None:
        """Let time pass: a module whose power was cut gets it back."""
        if self._on_at_us is not None and self._board.now_us >= self._on_at_us:
            self._on_at_us = None
            self._board.switch_on()

    def _carry_out(self, code: int, values: bytes) -> bytes:
        value = self._versions.get(code, 0)
        answers = COMMANDS[code][1]
        if code in (PEEK, POKE, MAGIC):
            register = values[0] | values[1] << 8
            value = self.registers.get(register, 0)
            if code == POKE:
                value = values[2]
            elif code == MAGIC:
                value = (value & values[2] | values[3]) ^ values[4]
                answers = self._magic_answers
            self._set(register, value)
        elif code == SETUP_SLEEP:
            self._sleep_s = int.from_bytes(values, "little")
        elif code == GO_SLEEP:
            self._switch_off(self._sleep_s * 1_000_000)
        elif code == RESET:
            self._switch_off(_RESET_OFF_US)
        return value.to_bytes(2, "little") if answers else b""

    def _set(self, register: int, value: int) -> None:
        was_low = self._is_low(RESET_BIT)
        self.registers[register] = value
        if was_low and not self._is_low(RESET_BIT):
            if self._is_low(P2_BIT):
                self._board.start_loader()
            else:
                self._board.press_reset()

    def _is_low(self, bit: int) -> bool:
        """Whether a pin of port C is driven low."""
        driven = not self.registers[TRISC] >> bit & 1
        return driven and not self.registers.get(PORTC, 0) >> bit & 1

    def _switch_off(self, for_us: int) -> None:
        if self._cuts_power:
            self._board.cut_power()
            self._on_at_us = self._board.now_us + for_us
