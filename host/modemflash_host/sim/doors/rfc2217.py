"""An RFC 2217 server as the modem's serial port, for rfc2217:// URLs.

Rules: Telnet and RFC 2217 are spoken by pyserial's own `PortManager`, code that
this project did not write; a change of rate takes effect between the byte before
it and the byte after it; RTS holds the modem back, a break is heard as a NUL,
DTR goes nowhere, as on a modem that is not wired to it.
"""

from typing import Any

from serial import PARITY_NONE
from serial.rfc2217 import PortManager

from modemflash_host.sim.doors.tcp import TcpDoor

ESCAPE = b"\xff"
START_BAUD = 115_200


class _Port:
    """What `PortManager` takes for an open `serial.Serial`: the settings of the line."""

    cts = dsr = cd = True
    ri = False

    def __init__(self) -> None:
        self.baudrate = START_BAUD
        self.bytesize = 8
        self.parity = PARITY_NONE
        self.stopbits = 1
        self.xonxoff = self.rtscts = False
        self.rts = self.dtr = True
        self.heard: list[tuple[bytes, int]] = []

    @property
    def break_condition(self) -> bool:
        """A break; nobody asks whether one is on."""
        return False

    @break_condition.setter
    def break_condition(self, level: bool) -> None:
        if level:
            self.heard.append((b"\0", self.baudrate))

    def reset_input_buffer(self) -> None:
        """Nothing is buffered on this side."""

    def reset_output_buffer(self) -> None:
        """Nothing is buffered on this side."""


class Rfc2217Door(TcpDoor):
    """A `TcpDoor` whose client can set the rate and the control lines."""

    scheme = "rfc2217"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port=port)
        self._out = bytearray()
        self.greet()

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
        self._port = _Port()
        self._out.clear()
        port: Any = self._port
        answers: Any = _Answers(self._out)
        self._manager = PortManager(port, answers)

    def heard(self, data: bytes) -> list[tuple[bytes, int]]:
        """Take Telnet out of `data`; carry out what it asks for on the way."""
        heard = self._port.heard = []
        for byte in self._manager.filter(data):
            if heard and heard[-1][1] == self._port.baudrate:
                heard[-1] = (heard[-1][0] + byte, heard[-1][1])
            else:
                heard.append((byte, self._port.baudrate))
        self.write(b"")
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
