"""The DM port of a running modem: DIAG frames in, answers out, and the switch to EDL.

Rules: version, build and the switch are answered here; every other request is
handed to a `DiagServer`, and what that does not know is refused as a bad command.
What changes the modem is a violation, and is refused. Source: the description of the protocol.
"""

from __future__ import annotations

from collections.abc import Callable

from modemflash_sim.quectel_edl import hdlc
from modemflash_sim.quectel_edl.modem_memory import Memory
from modemflash_sim.quectel_edl.profiles import MS
from modemflash_sim.quectel_edl.spoken import SWITCHES_TO_EDL, Answer, Spoken

DiagServer = Callable[[bytes], bytes]
"""A request's payload to the answer's payload; b"" for a request that it does not know."""

SWITCH = bytes.fromhex("4B650100")
VERSION, BUILD, BAD_COMMAND = 0x00, 0x7C, 0x13
_FORBIDDEN = {0x27: "writes NV", 0x29: "changes the mode", 0x41: "sends an SPC", 0x46: "sends a password"}
_ANSWER_US = 2 * MS
_LEAVES_US = 50 * MS


class DmPort:
    """What answers there.

    Args:
        memory: what the modem says of itself, and where violations are noted.
        echoes: the switch is echoed.
        server: who answers the rest.
    """

    def __init__(self, memory: Memory, echoes: bool, server: DiagServer) -> None:
        self._memory = memory
        self._echoes = echoes
        self._server = server
        self._reader = hdlc.FrameReader()

    def feed(self, now_us: int, data: bytes) -> Answer:
        """Bytes arrive."""
        said: tuple[Spoken, ...] = ()
        for request in self._reader.take(data):
            if request == SWITCH:
                self._memory.counts.switches += 1
                echo = (Spoken(now_us + _ANSWER_US, hdlc.framed(SWITCH)),) if self._echoes else ()
                return Answer(said + echo, SWITCHES_TO_EDL, now_us + _LEAVES_US)
            said += (Spoken(now_us + _ANSWER_US, hdlc.framed(self._answer(request))),)
        return Answer(said)

    def _answer(self, request: bytes) -> bytes:
        if request == bytes([VERSION]):
            return request + b"Jan  1 202412:00:00Jan  1 202412:00:00sim     "
        if request == bytes([BUILD]):
            return request + bytes(11) + self._memory.revision.split("_")[0].encode() + b"\0"
        if request[0] in _FORBIDDEN:
            self._memory.violation(f"DIAG: a request that {_FORBIDDEN[request[0]]}")
            return bytes([BAD_COMMAND]) + request
        return self._server(request) or bytes([BAD_COMMAND]) + request
