"""A plain updater for the tests of the simulated modem: it does what the protocol page says, no more.

It is not the engine: it speaks with the simulator's own frames, repeats nothing, and
fails loudly.
"""

import struct
from collections.abc import Iterator

from modemflash_sim.endpoints.virtual import VirtualLine
from modemflash_sim.sequans import stp_frames as frames
from modemflash_sim.sequans.modem import SimModem
from modemflash_sim.sequans.profiles import FAST_BAUD
from modemflash_sim.sequans.stp_frames import Request

FINAL = (b"OK\r\n", b"ERROR\r\n", b"OK\n")
REFUSED = 0x40


class Updater:
    """Talks to a simulated modem in virtual time.

    Args:
        modem: the modem.
        baud: the rate to begin with.
    """

    def __init__(self, modem: SimModem, baud: int = FAST_BAUD) -> None:
        self.modem = modem
        self.line = VirtualLine(modem, now_us=modem.now_us)
        self.line.set_baud(baud)
        self.next = 0

    def hear(self, timeout_ms: int = 3_000) -> bytes:
        """Everything until it is quiet for `timeout_ms`."""
        heard, buf = b"", bytearray(8192)
        while got := self.line.readinto(buf, len(buf), timeout_ms):
            heard += bytes(buf[:got])
        return heard

    def hear_once(self, timeout_ms: int = 10_000) -> bytes:
        """What comes next, in one piece."""
        buf = bytearray(8192)
        return bytes(buf[: self.line.readinto(buf, len(buf), timeout_ms)])

    def send(self, data: bytes) -> None:
        """Bytes as they are."""
        self.line.write(data, 0, len(data))

    def at(self, command: str, end: str = "\r\n", timeout_ms: int = 3_000) -> bytes:
        """The reply to a command, up to its final result; b"" for none."""
        self.send((command + end).encode())
        reply, buf = b"", bytearray(8192)
        while not reply.endswith(FINAL):
            got = self.line.readinto(buf, len(buf), timeout_ms)
            if not got:
                break
            reply += bytes(buf[:got])
        return reply

    def wait(self, seconds: float) -> None:
        """Let time pass; what comes meanwhile is forgotten."""
        self.line.sleep_ms(int(seconds * 1000))
        self.line.drop_input()

    def switch(self, choice: int) -> None:
        """Boot another mode, and be at its rate."""
        assert self.at(f"AT+SMSWBOOT={choice},1").endswith(b"OK\r\n")
        self.wait(8)
        self.line.set_baud(self.modem.baud)

    def ask(self, request: Request, timeout_ms: int = 300_000) -> bytes:
        """The answer to an STP request; b"" for none."""
        self.send(frames.request_bytes(request))
        answer, buf = b"", bytearray(8192)
        while len(answer) < 16 or len(answer) < 16 + struct.unpack_from(">H", answer, 6)[0]:
            got = self.line.readinto(buf, len(buf), timeout_ms)
            if not got:
                break
            answer += bytes(buf[:got])
        return answer

    def request(self, operation: int, payload: bytes = b"") -> bytes:
        """The next request of the open session; its transaction is counted when acknowledged."""
        answer = self.ask(Request(operation, 1, self.next, payload))
        if answer and answer[4] == operation | 0x80:
            self.next += 1
        return answer

    def open_session(self, data_type: int = 0) -> tuple[int, int, int]:
        """RESET, OPEN_SESSION, DATA_TYPE; (accepted, version, max_transfer)."""
        assert self.ask(Request(frames.RESET, 0, 0, b""))[4] == 0x80
        self.next = 1
        answer = self.request(frames.OPEN_SESSION)
        accepted, version, max_transfer = struct.unpack(">BBH", answer[16:])
        if data_type:
            assert self.request(frames.DATA_TYPE, struct.pack(">I", data_type))[4] == 0x84
        return accepted, version, max_transfer

    def blocks(self, image: bytes, block_bytes: int = 2032) -> Iterator[int]:
        """Send an image block by block; yields how much of it is in."""
        pos = 0
        while pos < len(image):
            block = image[pos : pos + block_bytes]
            assert self.request(frames.BLOCK_CMD, struct.pack(">H", len(block)))[4] == 0x82
            answer = self.request(frames.BLOCK, block)
            assert answer[4] == 0x83, answer
            pos += len(block) - struct.unpack(">H", answer[16:])[0]
            yield pos

    def close(self) -> bytes:
        """The closing RESET; its answer, if one comes within two seconds."""
        return self.ask(Request(frames.RESET, 1, self.next, b""), 2_000)

    def transfer(self, command: str, image: bytes, data_type: int = 0, block_bytes: int = 2032) -> None:
        """A whole transfer, from the AT command to the closing RESET."""
        assert self.at(command).endswith((b"OK\r\n", b"OK\n"))
        self.open_session(data_type)
        for _ in self.blocks(image, block_bytes):
            pass
        self.close()

    def full_image(self, image: bytes, data_type: int = 0) -> None:
        """From a running application through RECOVERY to the end of the install."""
        self.switch(3)
        self.transfer('AT+SMSTPU="ON_THE_FLY"', image, data_type)
        self.wait(200)
