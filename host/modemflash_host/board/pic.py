"""Pycom's PIC adapters: a command channel beside the console, at 5 data bits.

Rules: the channel is the same port, so the console is closed while it is open;
a pin is read, changed and put back as an input, never driven for longer than a
pulse; resetting the board does not touch its modem. Source: Pycom's flasher
(opcodes, registers), nothing tried on hardware.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from modemflash_host.errors import BoardProblem

if TYPE_CHECKING:
    from modemflash.contracts import Clock
    from modemflash_host.links.open import Console, Link

Open = Callable[[int], "tuple[Console, Clock]"]
"""Opens the port, given its data bits: 8 for the console, `DATA_BITS` for the command channel."""

DATA_BITS = 5
LEAST_FIRMWARE = 6
_PEEK, _MAGIC, _FIRMWARE, _SLEEP_TIME, _GO_SLEEP = 0x00, 0x02, 0x11, 0x20, 0x21
_ANSWER_MS = 250
_TRISA, _TRISC, _PORTA, _PORTC = 0x08C, 0x08E, 0x00C, 0x00E
_RESET_BIT = 5  # of port C: the board's reset line
_BOOT_PIN_BIT = 0  # of port C: the board's P2, low for download mode
_TX_BIT = 5  # of port A
_PULSE_MS, _PAUSE_MS = 200, 100


def reset_through_pic(open_port: Open) -> tuple[Console, Clock]:
    """Reset the ESP32 and listen to its console at once, on the same open port.

    Opening a port anew takes the better part of a second where it is on the network, and
    a starting board does not wait.

    Raises:
        LinkProblem: the port.
        BoardProblem: as `Pic.reset_board`.
    """
    link, clock = open_port(DATA_BITS)
    try:
        Pic(link, clock).reset_board()
        link.set_data_bits(8)
    except BaseException:
        link.close()
        raise
    return link, clock


@contextmanager
def pic_channel(open_port: Open) -> Iterator[Pic]:
    """The command channel of a port that nobody has open; the port is closed at the end.

    Raises:
        LinkProblem: the port.
    """
    link, clock = open_port(DATA_BITS)
    try:
        yield Pic(link, clock)
    finally:
        link.close()


class Pic:
    """The command channel.

    Args:
        link: the port, opened with `DATA_BITS`.
        clock: to wait by.
    """

    def __init__(self, link: Link, clock: Clock) -> None:
        self._link = link
        self._clock = clock

    def firmware(self) -> int:
        """Its version.

        Raises:
            BoardProblem: `pic-silent`.
        """
        return self._ask(bytes([_FIRMWARE]))

    def reset_board(self) -> None:
        """A reset of the ESP32, as by its button; the modem does not notice.

        Raises:
            BoardProblem: `pic-silent`, or `pic-too-old`.
        """
        self._check()
        self._pulse()

    def enter_download_mode(self) -> None:
        """Reset the ESP32 into its ROM loader; it stays there until `leave_download_mode`.

        Raises:
            BoardProblem: as `reset_board`.
        """
        self._check()
        self._change(_TRISA, clear=1 << _TX_BIT)
        self._change(_PORTA, clear=1 << _TX_BIT)
        self._change(_TRISC, clear=1 << _BOOT_PIN_BIT)
        self._change(_PORTC, clear=1 << _BOOT_PIN_BIT)
        self._pulse()

    def leave_download_mode(self) -> None:
        """Let the ESP32 start its firmware again."""
        self._change(_PORTA, set_bits=1 << _TX_BIT)
        self._change(_TRISC, set_bits=1 << _BOOT_PIN_BIT)
        self._pulse()

    def cut_power(self, seconds: int) -> None:
        """Cut the power of the board and its modem for so long. Believed of shields, not tried.

        Raises:
            BoardProblem: as `reset_board`.
        """
        self._check()
        self._send(bytes([_SLEEP_TIME, seconds & 0xFF, seconds >> 8 & 0xFF, seconds >> 16 & 0xFF]))
        self._send(bytes([_GO_SLEEP]))

    def _check(self) -> None:
        version = self.firmware()
        if version < LEAST_FIRMWARE:
            raise BoardProblem("pic-too-old", f"version {version}")

    def _pulse(self) -> None:
        self._change(_TRISC, clear=1 << _RESET_BIT)
        self._change(_PORTC, clear=1 << _RESET_BIT)
        self._clock.sleep_ms(_PULSE_MS)
        self._change(_PORTC, set_bits=1 << _RESET_BIT)
        self._clock.sleep_ms(_PAUSE_MS)
        self._change(_TRISC, set_bits=1 << _RESET_BIT)

    def _change(self, register: int, set_bits: int = 0, clear: int = 0) -> None:
        """Change bits of a register in one step of the PIC's own: AND, OR, XOR."""
        self._send(bytes([_MAGIC, register & 0xFF, register >> 8, 0xFF ^ clear, set_bits, 0]))

    def _send(self, command: bytes) -> None:
        self._link.write(command, 0, len(command))
        self._link.drain(_ANSWER_MS)
        self._clock.sleep_ms(_ANSWER_MS // 10)

    def _ask(self, command: bytes) -> int:
        self._link.drop_input()
        self._send(command)
        answer, buf = b"", bytearray(2)
        while len(answer) < 2:
            got = self._link.readinto(buf, 2 - len(answer), _ANSWER_MS)
            if not got:
                raise BoardProblem("pic-silent")
            answer += bytes(buf[:got])
        return int.from_bytes(answer, "little")
