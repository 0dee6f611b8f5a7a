"""The engine's port and clock over a pipe to the simulated modem, in virtual time.

The child's side of `modemflash_sim.endpoints.pipe`, for any Python: run as
`program … READ_FD WRITE_FD`. The clock is the moment that came with the last
answer; only reads, sleeps, drains and changes of rate make time pass.
"""

try:
    import ustruct as struct
except ImportError:
    import struct


class PipePort:
    """Port and clock, see `modemflash.line`."""

    max_burst = 0

    def __init__(self, read_fd, write_fd):
        self._in = open(read_fd, "rb", 0)
        self._out = open(write_fd, "wb", 0)
        self.now_us = 0

    def ticks_ms(self):
        return self.now_us // 1000

    def ticks_diff(self, end, start):
        return end - start

    def sleep_ms(self, ms):
        self._ask("s", struct.pack(">I", ms))

    def readinto(self, buf, n, timeout_ms):
        data = self._ask("r", struct.pack(">HI", n, timeout_ms))
        buf[: len(data)] = data
        return len(data)

    def write(self, buf, off, n):
        self._ask("w", bytes(memoryview(buf)[off : off + n]))

    def drain(self, timeout_ms):
        return self._ask("d", struct.pack(">I", timeout_ms)) == b"\x01"

    def set_baud(self, rate):
        return self._ask("b", struct.pack(">I", rate)) == b"\x01"

    def drop_input(self):
        self._ask("x", b"")

    def power(self, on):
        self._ask("p", b"\x01" if on else b"\x00")

    def _ask(self, op, payload):
        self._out.write(struct.pack(">BQI", ord(op), self.now_us, len(payload)) + payload)
        head = self._exactly(12)
        self.now_us, length = struct.unpack(">QI", head)
        return self._exactly(length)

    def _exactly(self, n):
        got = b""
        while len(got) < n:
            piece = self._in.read(n - len(got))
            if not piece:
                raise OSError("the simulator has gone")
            got += piece
        return got
