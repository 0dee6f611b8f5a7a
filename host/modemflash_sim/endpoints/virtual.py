"""A wire in virtual time, as the engine's port and clock in one object.

Rules: time stands still while the program computes; a wait jumps to the next
moment of the wire or to its deadline, whichever is first; so a twenty-minute
stall costs milliseconds, and two runs of the same program are the same run.
"""

from modemflash_sim.endpoints.wire import Device, Wire


class VirtualLine:
    """The port and the clock contracts of `modemflash.line` over a simulated device.

    Args:
        device: the device at the other end.
        latency_us: how late received bytes are seen, see `Direction`.
        max_burst: what the port says of itself; 0 for no limit.
        now_us: when to begin; not before the device's own time.
        paced: False for a device without a rate, see `Wire`.
    """

    def __init__(
        self,
        device: Device,
        latency_us: int = 0,
        max_burst: int = 0,
        now_us: int = 0,
        paced: bool = True,
    ) -> None:
        self.wire = Wire(device, paced, latency_us)
        self.max_burst = max_burst
        self.now_us = now_us
        self.baud = 0
        self._unread = bytearray()

    def ticks_ms(self) -> int:
        """Milliseconds; they do not wrap."""
        return self.now_us // 1000

    def ticks_diff(self, end: int, start: int) -> int:
        """`end` minus `start`."""
        return end - start

    def sleep_ms(self, ms: int) -> None:
        """Let time pass; input stays."""
        self.jump(self.now_us + ms * 1000)

    def jump(self, to_us: int) -> None:
        """Let time pass until `to_us`; what comes in meanwhile can be read afterwards."""
        while self.now_us < to_us:
            next_us = self.wire.next_us(self.now_us)
            self.now_us = to_us if next_us is None else min(max(next_us, self.now_us), to_us)
            self._unread += self.wire.hear(self.now_us, self.baud)

    def readinto(self, buf: bytearray | memoryview, n: int, timeout_ms: int) -> int:
        """At most `n` bytes at the start of `buf`; 0 when the time is over."""
        deadline_us = self.now_us + timeout_ms * 1000
        self._unread += self.wire.hear(self.now_us, self.baud)
        while not self._unread and self.now_us < deadline_us:
            next_us = self.wire.next_us(self.now_us)
            self.jump(deadline_us if next_us is None else min(next_us, deadline_us))
        got = min(n, len(self._unread))
        buf[:got] = self._unread[:got]
        self._unread[:got] = b""
        return got

    def write(self, buf: bytes | bytearray | memoryview, off: int, n: int) -> None:
        """Send `n` bytes of `buf` from `off` on."""
        self.wire.send(self.now_us, bytes(buf[off : off + n]), self.baud)

    def drain(self, timeout_ms: int) -> bool:
        """Wait until all is sent. False when the time is over before."""
        deadline_us = self.now_us + timeout_ms * 1000
        sent_us = self.wire.sent_us()
        self.jump(min(sent_us, deadline_us))
        return sent_us <= deadline_us

    def set_baud(self, rate: int) -> bool:
        """Send what waits, then change our rate."""
        self.jump(self.wire.sent_us())
        self.baud = rate
        return True

    def drop_input(self) -> None:
        """Forget what came and was not read."""
        self.wire.hear(self.now_us, self.baud)
        self._unread.clear()

    def close(self) -> None:
        """Nothing was opened."""
