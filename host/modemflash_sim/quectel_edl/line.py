"""A port of the simulated modem in virtual time, as the engine's port and clock in one object.

Rules: USB has no rate; once the port has left the bus what came before can be read,
and then every use of it ends with `port-lost`; its clock goes on.
"""

from __future__ import annotations

from collections.abc import Callable

from modemflash.errors import LinkProblem
from modemflash_sim.address import KeptLine
from modemflash_sim.quectel_edl.module import SimPort
from modemflash_sim.state_files import SoleUser


class QuectelLine(KeptLine):
    """An open port.

    Args:
        port: which.
        save: keeps the modem; None for no file.
        user: the right to that file; given back at the end.
        latency_us: how late received bytes are seen.
    """

    def __init__(
        self,
        port: SimPort,
        save: Callable[[], None] | None = None,
        user: SoleUser | None = None,
        latency_us: int = 125,
    ) -> None:
        super().__init__(port, port.module, save, user, latency_us=latency_us, paced=False)
        self.port = port

    def ticks_ms(self) -> int:
        """Milliseconds: the modem's time, also once the port is closed."""
        return max(self.now_us, self.port.module.now_us) // 1000

    def readinto(self, buf: bytearray | memoryview, n: int, timeout_ms: int) -> int:
        """At most `n` bytes at the start of `buf`; 0 when the time is over.

        Raises:
            LinkProblem: `port-lost`.
        """
        deadline_us = self.now_us + timeout_ms * 1000
        while True:
            until_us = self.wire.next_us(self.now_us)
            step_us = deadline_us if until_us is None else min(max(until_us, self.now_us), deadline_us)
            got = super().readinto(buf, n, 0)
            if got:
                return got
            if self.port.is_gone:
                raise self._lost()
            if self.now_us >= deadline_us:
                return 0
            self.jump(max(step_us, self.now_us + 1))

    def write(self, buf: bytes | bytearray | memoryview, off: int, n: int) -> None:
        """Send `n` bytes of `buf` from `off` on.

        Raises:
            LinkProblem: `port-lost`.
        """
        self.jump(self.now_us)
        if self.port.is_gone:
            raise self._lost()
        super().write(buf, off, n)

    def set_baud(self, rate: int) -> bool:
        """Nothing changes."""
        return True

    def _lost(self) -> LinkProblem:
        return LinkProblem("port-lost", f"simulated {self.port.role} port")
