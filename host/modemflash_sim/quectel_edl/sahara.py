"""The boot ROM in EDL: Sahara, versions 1 to 3, with 32- and 64-bit reads.

Rules: HELLO is said once, whoever listens; a packet is judged when it is whole, half
a packet is forgotten after 100 ms and answered with a new HELLO; image data have no
header, and exactly what was asked for is taken; what the host must not send is a
violation. Source: the description of the protocol.
"""

from __future__ import annotations

import struct

from modemflash_sim.quectel_edl.faults import Faults
from modemflash_sim.quectel_edl.modem_memory import Memory
from modemflash_sim.quectel_edl.profiles import MS, Profile
from modemflash_sim.quectel_edl.sahara_reads import Reads, programmer_reads
from modemflash_sim.quectel_edl.spoken import (
    LINK_LOST,
    POWER_LOST,
    PROGRAMMER_STARTS,
    RESTARTS,
    Answer,
    Spoken,
)

HELLO, HELLO_RESPONSE, READ, END, DONE, DONE_RESPONSE, RESET, RESET_RESPONSE = range(1, 9)
COMMAND_READY, SWITCH_MODE, EXEC, EXEC_RESPONSE, EXEC_DATA = range(0x0B, 0x10)
READ64 = 0x12
PENDING, COMPLETE, MEMORY_DEBUG, COMMAND = range(4)
PROGRAMMER_IMAGE = 13
_HALF_US = 100 * MS
_ANSWER_US = 300
_LENGTHS = {HELLO_RESPONSE: 48, DONE: 8, RESET: 8, SWITCH_MODE: 12, EXEC: 12, EXEC_DATA: 12}
_EXEC_ANSWERS = {1: bytes.fromhex("78563412"), 2: bytes.fromhex("0000000000600E00"), 3: bytes(48)}
_WAIT_RESPONSE, _WAIT_DATA, _WAIT_DONE, _COMMANDS, _STALE, _DEAF = (
    "hello-response",
    "image-data",
    "done",
    "commands",
    "stale",
    "deaf",
)


def packet(command: int, *words: int) -> bytes:
    """A packet of 32-bit words."""
    return struct.pack(f"<{len(words) + 2}I", command, 8 + 4 * len(words), *words)


class Sahara:
    """One session, from the HELLO to DONE_RESP or a restart.

    Args:
        profile: which modem.
        memory: where violations are noted.
        behave: the assumptions.
        faults: what is wrong.
        crash_dump: it is a crash dump, which takes no image.
    """

    def __init__(
        self,
        profile: Profile,
        memory: Memory,
        behave: dict[str, str],
        faults: Faults,
        crash_dump: bool = False,
    ) -> None:
        self._profile = profile
        self._memory = memory
        self._behave = behave
        self._faults = faults
        self._mode = MEMORY_DEBUG if crash_dump else PENDING
        self._state = _WAIT_RESPONSE
        self._held = bytearray()
        self._half_since_us: int | None = None
        self._reads: Reads | None = None
        self._wanted = 0
        self._taken_bytes = 0
        self._heeds_bytes = True

    @property
    def due_us(self) -> int | None:
        """When half a packet is forgotten."""
        return None if self._half_since_us is None else self._half_since_us + _HALF_US

    def start(self, now_us: int) -> Answer:
        """The port is there."""
        faults = self._faults
        if "silent" in faults or "hello-lost-deaf" in faults:
            self._state = _DEAF
            return Answer()
        if faults.spend("hello-lost-response"):
            self._heeds_bytes = False
            return Answer()
        if faults.spend("hello-lost"):
            return Answer()
        if faults.spend("stale-end"):
            self._state = _STALE
            return self._say(now_us, packet(END, PROGRAMMER_IMAGE, 0x0A))
        if faults.spend("stale-read"):
            self._state = _STALE
            return self._say(now_us, packet(READ, PROGRAMMER_IMAGE, 0x3000, 0x1000))
        noise = b""
        garbage = faults.once("garbage")
        if garbage:
            noise = b"\x55\xaa\x00" * int(garbage[0], 0)
            noise = noise[: int(garbage[0], 0)]
        return self._hello(now_us, noise)

    def poll(self, now_us: int) -> Answer:
        """Time has passed."""
        if self.due_us is None or now_us < self.due_us:
            return Answer()
        self._held.clear()
        self._half_since_us = None
        return self._hello_again(now_us)

    def feed(self, now_us: int, data: bytes) -> Answer:
        """Bytes arrive."""
        if self._state == _DEAF:
            return Answer()
        self._held += data
        said: tuple[Spoken, ...] = ()
        while True:
            answer = self._next(now_us)
            if answer is None:
                break
            said += answer.said
            if answer.event:
                return Answer(said, answer.event, answer.at_us)
        is_half = bool(self._held) and self._state != _WAIT_DATA
        self._half_since_us = now_us if is_half else None
        return Answer(said)

    # -- one packet, or the data that were asked for -----------------------------

    def _next(self, now_us: int) -> Answer | None:
        """What comes of the next packet; None while it is not whole."""
        held = self._held
        if self._state == _DEAF or not held:
            held.clear()
            return None
        if self._state == _WAIT_DATA and self._wanted:
            return self._data(now_us)
        command = held[0]
        length = _LENGTHS.get(command)
        whole_head = struct.pack("<II", command, length or 0)
        if length is None or not whole_head.startswith(bytes(held[:8])):
            if len(held) > 1:  # one byte is how a host asks for a HELLO that it has not heard
                self._memory.violation(f"Sahara: no packet begins with {bytes(held[:8]).hex(' ')}")
            held.clear()
            return self._hello_again(now_us)
        if len(held) < length:
            return None
        whole = bytes(held[:length])
        del held[:length]
        return self._packet(now_us, command, whole)

    def _packet(self, now_us: int, command: int, whole: bytes) -> Answer:
        if command == RESET:
            return self._reset(now_us)
        if command == HELLO_RESPONSE and self._state == _WAIT_RESPONSE:
            return self._hello_response(now_us, whole)
        if command == DONE and self._state == _WAIT_DONE:
            return self._done(now_us)
        if self._state == _COMMANDS and command == EXEC:
            number = int.from_bytes(whole[8:], "little")
            return self._say(now_us, packet(EXEC_RESPONSE, number, len(_EXEC_ANSWERS.get(number, b""))))
        if self._state == _COMMANDS and command == EXEC_DATA:
            return self._say(now_us, _EXEC_ANSWERS.get(int.from_bytes(whole[8:], "little"), b""))
        if self._state == _COMMANDS and command == SWITCH_MODE:
            self._state = _WAIT_RESPONSE
            return self._hello(now_us)
        self._memory.violation(f"Sahara: packet 0x{command:02X} while it waits for {self._state}")
        return self._say(now_us, packet(END, PROGRAMMER_IMAGE, 1))

    def _hello(self, now_us: int, before: bytes = b"") -> Answer:
        self._state = _DEAF if "silent-after-hello" in self._faults else _WAIT_RESPONSE
        version = self._profile.sahara
        return self._say(now_us, before + packet(HELLO, version, 1, 0x400, self._mode, *[0] * 6))

    def _hello_again(self, now_us: int) -> Answer:
        is_asked = self._state == _WAIT_RESPONSE and self._heeds_bytes
        return self._hello(now_us) if is_asked else Answer()

    def _reset(self, now_us: int) -> Answer:
        wanted = self._behave["sahara-reset"]
        answer = self._say(now_us, packet(RESET_RESPONSE))
        if wanted == "restart" or (wanted == "by-state" and self._state != _STALE):
            return Answer(answer.said, RESTARTS, now_us + _ANSWER_US)
        return Answer(answer.said + self._hello(now_us + _ANSWER_US).said)

    def _hello_response(self, now_us: int, whole: bytes) -> Answer:
        version, oldest, status, mode = struct.unpack_from("<4I", whole, 8)
        if version > self._profile.sahara or oldest > version or status:
            self._memory.violation(f"Sahara: HELLO_RESP with version {version}, status {status}")
            return self._say(now_us, packet(END, 0, 2))
        if self._mode == MEMORY_DEBUG:
            if mode != MEMORY_DEBUG:
                self._memory.violation("Sahara: an image is offered to a crash dump")
            return self._say(now_us, packet(9, 0, 0))
        if mode == COMMAND:
            self._state = _COMMANDS
            return self._say(now_us, packet(COMMAND_READY))
        if mode != self._mode:
            self._memory.violation(f"Sahara: HELLO_RESP with mode {mode}")
        if "packet" in self._faults:
            return self._say(now_us, packet(self._faults.number("packet") or 0, 0, 0))
        self._reads = programmer_reads(self._profile.chip, self._profile.wide, self._behave["order"])
        self._state = _WAIT_DATA
        return self._ask(now_us, *next(self._reads))

    # -- the programmer ----------------------------------------------------------

    def _ask(self, now_us: int, offset: int, length: int) -> Answer:
        faults = self._faults
        if "read-outside" in faults:
            offset = 0x7FFF0000
        if "huge-read" in faults:
            length = 0x1_0000_0000 if self._profile.wide else 0xFFFFFFFF
        image = faults.number("image")
        words = (PROGRAMMER_IMAGE if image is None else image, offset, length)
        self._wanted = length
        if self._profile.wide:
            return self._say(now_us, struct.pack("<IIQQQ", READ64, 32, *words))
        return self._say(now_us, packet(READ, *words))

    def _data(self, now_us: int) -> Answer | None:
        held = self._held
        for name, event in (
            ("die-in-sahara", ""), ("lost-in-sahara", LINK_LOST), ("power-in-sahara", POWER_LOST),
        ):  # fmt: skip
            limit = self._faults.number(name)
            if limit is not None and self._taken_bytes + len(held) >= limit:
                if event:
                    self._faults.spend(name)
                self._state = _DEAF
                return Answer((), event, now_us)
        if len(held) < self._wanted:
            return None
        piece = bytes(held[: self._wanted])
        del held[: self._wanted]
        if held:
            self._memory.violation(f"Sahara: {len(held)} bytes more than were asked for")
            held.clear()
        self._taken_bytes += len(piece)
        self._wanted = 0
        assert self._reads is not None
        if "endless-reads" in self._faults:
            return self._ask(now_us, 0, 0x34)
        try:
            return self._ask(now_us, *self._reads.send(piece))
        except StopIteration as end:
            status = int(end.value)
        self._reads = None
        if "end-status" in self._faults:
            status = int(self._faults.word("end-status"), 16)
        self._state = _STALE if status else _WAIT_DONE
        return self._say(now_us, packet(END, PROGRAMMER_IMAGE, status))

    def _done(self, now_us: int) -> Answer:
        self._memory.counts.programmers += 1
        self._state = _DEAF
        status = PENDING if self._profile.pending else COMPLETE
        answer = self._say(now_us, packet(DONE_RESPONSE, status))
        event = "" if "no-programmer" in self._faults else PROGRAMMER_STARTS
        return Answer(answer.said, event, now_us + _ANSWER_US)

    def _say(self, now_us: int, data: bytes) -> Answer:
        return Answer((Spoken(now_us + _ANSWER_US, data),))
