"""A DM port with the simulated file system behind it, and what can be wrong on the wire: for tests.

Rule: what it says to a question is the simulated module's; this adds frames, times
and wire faults. It counts what was asked.
"""

from __future__ import annotations

from collections.abc import Mapping

from modemflash_host.errors import LinkProblem
from modemflash_host.families.quectel_edl.diag import Unframer, packed
from modemflash_sim.quectel_edl import efs_faults
from modemflash_sim.quectel_edl.diag import SimDiag

BUILD = "RM520NGLAAR01A07M4G"
LOG = bytes.fromhex("10000c000c000010") + bytes(8)
CHANGING = (0x27, 0x29, 0x41, 0x46)
WIRE_FAULTS = {
    "silent-after": "nothing more is answered after so many answers",
    "flood": "so many packets of logs stand before each answer",
    "drowned": "instead of answers of the file system come logs without end",
    "stray": "an answer that nobody asked for stands before each answer",
    "again": "each answer comes twice",
    "damaged": "the answer of this number has a wrong byte",
    "endless": "instead of answers of the file system come bytes without an end mark",
    "noise-first": "so many bytes of noise stand before the first answer",
    "gone-after": "the port goes away after so many answers",
}
MORE_US = 50_000  # between pieces of what has no end


class DmPort:
    """A device for `VirtualLine` and for endpoints.

    Args:
        faults: of the file system, as text.
        assume: assumptions, as text.
        wire: fault of the wire → its number.
        tree: path → bytes.
    """

    baud = 12_000_000
    answer_us = 200

    def __init__(
        self,
        faults: str = "",
        assume: str = "",
        wire: Mapping[str, int] | None = None,
        tree: Mapping[bytes, bytes] | None = None,
    ) -> None:
        assert not set(wire or {}) - set(WIRE_FAULTS)
        self.sim = SimDiag(faults=efs_faults.asked(faults), behave=efs_faults.chosen(assume), tree=tree)
        self._wire = wire or {}
        self._unframer = Unframer()
        self._said: list[tuple[int, bytes]] = []
        self._more_us: int | None = None
        self.asked: list[bytes] = []
        self.changing: list[bytes] = []

    def feed(self, now_us: int, data: bytes, baud: int) -> None:
        """Bytes arrive; a USB port has the rate that was set, whatever it is."""
        self.baud = baud or self.baud
        for question in self._unframer.packets(data):
            self.asked.append(question)
            self._more_us = None
            said = self._framed(now_us, question)
            if said:
                self._said.append((now_us + self.answer_us, said))

    def _framed(self, now_us: int, question: bytes) -> bytes:
        number = len(self.asked)
        if number > self._wire.get("gone-after", number):
            raise LinkProblem("port-lost")
        if number > self._wire.get("silent-after", number):
            return b""
        if question[:1] == b"\x4b" and {"drowned", "endless"} & set(self._wire):
            self._more_us = now_us + self.answer_us
            return b""
        frame = bytearray(packed(self._answer(question)))
        if self._wire.get("damaged") == number:
            frame[0] ^= 0x20
        before = bytes(self._wire.get("noise-first", 0)) if number == 1 else b""
        before += packed(LOG) * self._wire.get("flood", 0)
        if "stray" in self._wire:
            before += packed(bytes.fromhex("4b130400") + bytes(16)) + packed(b"\x1d" + bytes(8))
        return before + bytes(frame) * (2 if "again" in self._wire else 1)

    def _answer(self, question: bytes) -> bytes:
        if question == b"\x00":
            return question + b"Jan 01 202112:00:00Jan 01 202112:00:00SIM     " + bytes(8)
        if question == b"\x7c":
            return question + bytes(11) + BUILD.encode() + b"\0SIM\0"
        if question[0] in CHANGING:
            self.changing.append(question)
        return self.sim.answer(question) or b"\x13" + question

    def advance(self, now_us: int) -> None:
        """Time passes; what has no end goes on."""
        while self._more_us is not None and self._more_us <= now_us:
            more = packed(LOG) * 50 if "drowned" in self._wire else bytes(2000)
            self._said.append((self._more_us, more))
            self._more_us += MORE_US

    def next_due(self) -> int | None:
        """When it says something."""
        due = [at for at, _ in self._said]
        return min(due if self._more_us is None else [*due, self._more_us], default=None)

    def take(self, now_us: int) -> list[tuple[bytes, int]]:
        """What it has said by now."""
        over = [(data, self.baud) for at, data in self._said if at <= now_us]
        self._said = [each for each in self._said if each[0] > now_us]
        return over

    def set_rts(self, level: bool) -> None:
        """A USB port has none."""

    @property
    def subsystem_commands(self) -> set[tuple[int, int]]:
        """(subsystem, command) of everything that was asked."""
        return {
            (packet[1], int.from_bytes(packet[2:4], "little"))
            for packet in self.asked
            if packet[:1] == b"\x4b"
        }
