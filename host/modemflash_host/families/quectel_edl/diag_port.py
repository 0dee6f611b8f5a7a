"""Questions to a DIAG port and their answers, among whatever else the module says there.

Rules: one question at a time; an answer has a deadline that no flood of other
packets moves; a packet that answers nothing we asked is passed over; between
two questions the user may stop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from modemflash.errors import ModemProblem
from modemflash.line import Line
from modemflash_host.families.quectel_edl.diag import Unframer, packed

ANSWER_MS = 3000
_PIECE_BYTES = 4096
_END = b"\x7e"
_REFUSALS = {
    0x13: "no such command",
    0x14: "wrong parameters",
    0x15: "wrong length",
    0x18: "not in this mode",
}
_QUOTED_BYTES = 4  # of a refused question, which most refusals repeat


class Refused(Exception):
    """The module answered that it does not do this; the text says why."""


class DiagPort:
    """The module's DM port.

    Args:
        line: an open line to it.
        answer_ms: how long an answer may take.
    """

    def __init__(self, line: Line, answer_ms: int = ANSWER_MS) -> None:
        self._line = line
        self._answer_ms = answer_ms
        self._unframer = Unframer()
        self._buf = bytearray(_PIECE_BYTES)
        self._is_first = True

    def ask(self, question: bytes, is_answer: Callable[[bytes], bool]) -> bytes:
        """The packet that answers a question.

        Args:
            question: a packet.
            is_answer: whether a packet answers it.

        Raises:
            Refused: the module does not do this.
            ModemProblem: `diag-silent`: nothing that answers it came in time.
            Stopped: the user asked to stop.
        """
        self._line.checkpoint()
        return self.ask_now(question, is_answer, self._answer_ms)

    def ask_now(self, question: bytes, is_answer: Callable[[bytes], bool], within_ms: int) -> bytes:
        """The same in its own time, whoever asked to stop: for giving back what the module lent us."""
        # The end mark in front ends what another program began and left unfinished.
        self._line.write((_END if self._is_first else b"") + packed(question))
        self._is_first = False
        for packet in self._packets(within_ms):
            if is_answer(packet):
                return packet
            quoted = packet[1 : 1 + _QUOTED_BYTES]
            if packet[0] in _REFUSALS and question.startswith(quoted):
                raise Refused(_REFUSALS[packet[0]])
        raise ModemProblem("diag-silent")

    def _packets(self, within_ms: int) -> Iterator[bytes]:
        """What comes until the deadline."""
        line = self._line
        start = line.now()
        while (left := within_ms - line.since(start)) > 0:
            got = line.read(self._buf, len(self._buf), left)
            for packet in self._unframer.packets(self._buf[:got]):
                yield packet
                if line.since(start) >= within_ms:
                    return
