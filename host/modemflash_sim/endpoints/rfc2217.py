"""An RFC 2217 server as the device's serial port, for rfc2217:// URLs.

Rules: Telnet and RFC 2217 are spoken by pyserial's own `PortManager`, code that
this project did not write; a change of rate takes effect between the byte before
it and the byte after it; RTS holds the device back, a break is heard as a NUL,
DTR goes nowhere, as on a device that is not wired to it. Bytes of 5 data bits are
for an adapter that has a command channel there; without one they reach a line of
8 bits, as half of what they were.
"""

import struct
from typing import Any, Protocol

from serial import PARITY_NONE
from serial.rfc2217 import PortManager

from modemflash_sim.endpoints.tcp import TcpEndpoint

ESCAPE = b"\xff"
START_BAUD = 115_200
COMMAND_BITS = 5
MOST_WAITING_BYTES = 1 << 18  # answers that the client does not fetch


class Adapter(Protocol):
    """What sits between the endpoint and the line, where that is more than a wire."""

    def rate(self, baud: int) -> int:
        """The rate of the line after a client asked for `baud`; ValueError: refused."""

    def command(self, data: bytes) -> bytes:
        """What it answers to bytes of 5 data bits."""


class _Port:
    """What `PortManager` takes for an open `serial.Serial`: the settings of the line."""

    cts = dsr = cd = True
    ri = False

    def __init__(self, adapter: Adapter | None) -> None:
        self._adapter = adapter
        self.baudrate = START_BAUD
        self.bytesize = 8
        self.parity = PARITY_NONE
        self.stopbits = 1
        self.xonxoff = self.rtscts = False
        self.rts = self.dtr = True
        self.heard: list[tuple[bytes, int]] = []

    @property
    def baudrate(self) -> int:
        """The rate that the client was answered."""
        return self._baudrate

    @baudrate.setter
    def baudrate(self, baud: int) -> None:
        self.line_baud = self._adapter.rate(baud) if self._adapter else baud
        self._baudrate = baud

    @property
    def break_condition(self) -> bool:
        """A break; nobody asks whether one is on."""
        return False

    @break_condition.setter
    def break_condition(self, level: bool) -> None:
        if level:
            self.heard.append((b"\0", self.line_baud))

    def reset_input_buffer(self) -> None:
        """Nothing is buffered on this side."""

    def reset_output_buffer(self) -> None:
        """Nothing is buffered on this side."""


class Rfc2217Endpoint(TcpEndpoint):
    """A `TcpEndpoint` whose client can set the rate, the data bits and the control lines.

    Attributes:
        adapter: None for a plain wire.
    """

    scheme = "rfc2217"
    adapter: Adapter | None = None

    def __init__(self, port: int = 0) -> None:
        super().__init__(port=port)
        self._out = bytearray()
        self.greet()

    @property
    def data_bits(self) -> int:
        """Of the client's bytes now."""
        return self._port.bytesize

    @property
    def rts(self) -> bool:  # type: ignore[override]
        """Whether the client is ready to receive."""
        return self._port.rts

    @property
    def pending(self) -> int:  # type: ignore[override]
        """Bytes for the client that its socket has not taken yet."""
        return len(self._out)

    def greet(self) -> None:
        """A new client finds the line as after power-on."""
        self._port = _Port(self.adapter)
        self._out.clear()
        port: Any = self._port
        answers: Any = _Answers(self._out)
        self._manager = PortManager(port, answers)

    def heard(self, data: bytes) -> list[tuple[bytes, int]]:
        """Take Telnet out of `data`; carry out what it asks for on the way.

        A client that speaks something else, or floods, is hung up on; the next one is served.
        """
        heard = self._port.heard = []
        answer = b""
        try:
            for byte in self._manager.filter(data):
                if self._port.bytesize == COMMAND_BITS:
                    if self.adapter is not None:
                        answer += self.adapter.command(byte)
                        continue
                    byte = bytes([byte[0] | 0xE0])  # the stop bit and the idle line fill it up
                if heard and heard[-1][1] == self._port.line_baud:
                    heard[-1] = (heard[-1][0] + byte, heard[-1][1])
                else:
                    heard.append((byte, self._port.line_baud))
        except (struct.error, ArithmeticError, LookupError, TypeError, ValueError):
            self.hang_up()
        if len(self._out) > MOST_WAITING_BYTES:
            self.hang_up()
        self.baud = self._port.line_baud
        self.write(answer)
        return heard

    def write(self, data: bytes) -> int:
        """See `Endpoint.write`. Telnet's answers go out in order with the data."""
        self._out += data.replace(ESCAPE, ESCAPE + ESCAPE)
        taken = super().write(bytes(self._out))
        self._out[:taken] = b""
        return len(data)


class _Answers:
    """Where `PortManager` puts what it has to say."""

    def __init__(self, out: bytearray) -> None:
        self._out = out

    def write(self, data: bytes) -> None:
        """Queue an answer."""
        self._out += data
