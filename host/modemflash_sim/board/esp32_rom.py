"""The ROM loader of an ESP32, as far as asking who it is goes: SLIP, sync, registers, SPI flash id.

Rules that hold here: a packet that is damaged is not answered; a command that
the ROM of this chip does not know is refused with its status; nothing can be
written to the flash. It is a `wire.Device`, so every endpoint can serve it. Source:
Espressif's description of the serial protocol and the chip's reference manual.
"""

from __future__ import annotations

import struct

BAUD = 115_200
_END, _ESCAPE, _ESCAPED_END, _ESCAPED_ESCAPE = 0xC0, 0xDB, 0xDC, 0xDD
_REQUEST = struct.Struct("<BBHI")  # 0, command, length of the data, checksum
_ANSWER = struct.Struct("<BBHI")  # 1, command, length of the rest, value
_SYNC, _WRITE_REG, _READ_REG, _SPI_SET, _SPI_ATTACH = 0x08, 0x09, 0x0A, 0x0B, 0x0D
_SYNC_ANSWERS = 8
_GOOD, _UNKNOWN_COMMAND = bytes(4), bytes([1, 5, 0, 0])

_MAGIC_REGISTER, _ESP32_MAGIC = 0x4000_1000, 0x00F0_1D83
_EFUSE, _DATE_REGISTER, _CLOCK_DIVIDER_REGISTER = 0x3FF5_A000, 0x3FF6_607C, 0x3FF4_0014
_CRYSTAL_HZ = 40_000_000
_SPI = 0x3FF4_2000
_SPI_COMMAND, _SPI_USER_2, _SPI_WORD_0 = _SPI, _SPI + 0x24, _SPI + 0x80
_READ_ID = 0x9F


class Esp32Rom:
    """A chip that waits in its ROM loader.

    Args:
        mac: its address.
        revision: 0, 1 or 3; all boards with 8 MB of flash are 1 or newer.
        flash_mb: a power of two.
        listens: False for a chip that runs its firmware instead: silent to all of this.

    Attributes:
        commands: every command that came whole.
    """

    baud = BAUD

    def __init__(
        self,
        mac: bytes = b"\x24\x0a\xc4\x01\x02\x03",
        revision: int = 1,
        flash_mb: int = 8,
        listens: bool = True,
    ) -> None:
        self.listens = listens
        self.commands: list[int] = []
        self._in = bytearray()
        self._out = bytearray()
        size_code = (flash_mb << 20).bit_length() - 1
        self._flash_id = 0xEF | 0x40 << 8 | size_code << 16
        self._registers = {
            _MAGIC_REGISTER: _ESP32_MAGIC,
            _EFUSE + 4: int.from_bytes(mac[2:], "big"),
            _EFUSE + 8: int.from_bytes(mac[:2], "big"),
            _EFUSE + 12: (revision > 0) << 15,
            _EFUSE + 20: (revision > 1) << 20,
            _DATE_REGISTER: (revision > 2) << 31,
            _CLOCK_DIVIDER_REGISTER: _CRYSTAL_HZ // BAUD,
        }

    # -- as a `wire.Device` -------------------------------------------------------

    def advance(self, now_us: int) -> None:
        """It does nothing by itself."""

    def next_due(self) -> int | None:
        """At once, when there is an answer."""
        return 0 if self._out else None

    def set_rts(self, level: bool) -> None:
        """Not wired."""

    def take(self, now_us: int) -> list[tuple[bytes, int]]:
        """The answers."""
        data = bytes(self._out)
        self._out.clear()
        return [(data, BAUD)] if data else []

    def feed(self, now_us: int, data: bytes, baud: int) -> None:
        """Bytes arrive."""
        if not self.listens or baud not in (0, BAUD):
            return
        self._in += data
        while (start := self._in.find(_END)) >= 0:
            end = self._in.find(_END, start + 1)
            if end < 0:
                return
            packet = _plain(bytes(self._in[start + 1 : end]))
            del self._in[: end + (1 if packet else 0)]
            if packet:
                self._hear(packet)

    # -- commands ------------------------------------------------------------------

    def _hear(self, packet: bytes) -> None:
        if len(packet) < _REQUEST.size:
            return
        direction, command, length, _ = _REQUEST.unpack_from(packet)
        data = packet[_REQUEST.size :]
        if direction or len(data) != length:
            return
        self.commands.append(command)
        if command == _SYNC:
            for _ in range(_SYNC_ANSWERS):
                self._answer(command)
        elif command == _READ_REG:
            self._answer(command, self._registers.get(struct.unpack("<I", data)[0], 0))
        elif command == _WRITE_REG:
            self._write(*struct.unpack_from("<III", data))
            self._answer(command)
        elif command in (_SPI_SET, _SPI_ATTACH):
            self._answer(command)
        else:
            self._answer(command, status=_UNKNOWN_COMMAND)

    def _write(self, register: int, value: int, mask: int) -> None:
        old = self._registers.get(register, 0)
        self._registers[register] = old & ~mask | value & mask
        if register == _SPI_COMMAND and value:
            wanted = self._registers.get(_SPI_USER_2, 0) & 0xFF
            self._registers[_SPI_WORD_0] = self._flash_id if wanted == _READ_ID else 0
            self._registers[_SPI_COMMAND] = 0  # done

    def _answer(self, command: int, value: int = 0, status: bytes = _GOOD) -> None:
        packet = _ANSWER.pack(1, command, len(status), value) + status
        escaped = packet.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc")
        self._out += b"\xc0" + escaped + b"\xc0"


def _plain(packet: bytes) -> bytes:
    """A packet without SLIP's escapes."""
    return packet.replace(bytes([_ESCAPE, _ESCAPED_END]), bytes([_END])).replace(
        bytes([_ESCAPE, _ESCAPED_ESCAPE]), bytes([_ESCAPE])
    )
