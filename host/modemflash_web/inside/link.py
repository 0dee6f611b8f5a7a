"""A Web Serial port as the engine's port.

Rules: what is there is read without a wait, and one wait brings what comes next; writes are handed over and
not waited for while little is on its way; a rate is changed by closing and opening, because browsers have no
other way. A board may take an open port for a reset (its DTR moves): where one is seen to restart after
that, or somebody says so, the port is opened once and stays at its rate.
"""

from __future__ import annotations

from collections.abc import Callable

from modemflash_host.board.console.repl import RESET_SIGNS
from modemflash_host.computer.clock import MonotonicClock
from modemflash_host.errors import LinkProblem
from modemflash_host.links.open import CTS_PATIENCE_S
from modemflash_host.links.serial_port import BURST_WITHOUT_FLOW_CONTROL_BYTES
from modemflash_host.links.wait import PortBusy
from modemflash_web.inside.browser import Device, Wait
from modemflash_web.inside.words import said

_MOST_WAITING_BYTES = 1 << 15
_BLOCKED_MS = 120_000
_RESTART_MS = 3_000
_SIGN_BYTES = max(map(len, RESET_SIGNS))


class PagePort:
    """One port that somebody granted, over all openings of it.

    Args:
        device: see `Device`.
        wait: see `Wait`.
        to_js: makes a Uint8Array of bytes.

    Attributes:
        name: as the host package knows it; it says what hangs there.
        keeps_rate: while it is open it keeps its rate, so it is opened once; a change is refused.
        restarts: a board was seen to restart because the port was opened.
        flow_control: RTS/CTS; not where the other side has none, which would hold every byte back.
    """

    def __init__(self, device: Device, wait: Wait[object], to_js: Callable[[bytes], object]) -> None:
        self.device = device
        self.wait = wait
        self.to_js = to_js
        self.name = f"web://port#{device.usb}" if device.usb else "web://port"
        self.keeps_rate = self.restarts = self.flow_control = False
        self.baud = 0
        self.opened_ms = 0

    def open(self, baud: int, on_wait: Callable[[], None], *, flow_control: bool = False) -> PageLink:
        """The port at a rate; one that is open at it already is not opened anew.

        Args:
            baud: the rate.
            on_wait: called while a write waits.
            flow_control: where the other side has it, see `open_link`.

        Raises:
            LinkProblem: `port-busy`, `port-absent`, `port-not-opened`.
        """
        device = self.device
        if device.isLost and not self.wait(device.find()):
            raise LinkProblem("port-absent", said("notPlugged"))
        if not (device.isOpen and self.baud == baud):
            self.flow_control = flow_control
            self.reopen(baud)
            if flow_control and not self.wait(device.clearToSend(int(CTS_PATIENCE_S * 1000))):
                self.flow_control = False
                self.reopen(baud)
        device.forget()
        return PageLink(self, on_wait)

    def reopen(self, baud: int) -> None:
        """Close it where it is open, and open it at a rate; see `open`."""
        why = str(self.wait(self.device.open(baud, self.flow_control)))
        self.baud = baud
        self.opened_ms = MonotonicClock().ticks_ms()
        if why == "InvalidStateError":
            raise PortBusy(said("thisPort"), said("anotherTab"))
        if why == "NetworkError" and self.device.isLost:
            raise LinkProblem("port-absent", said("notPlugged"))
        if why == "NetworkError":
            raise LinkProblem("port-busy", said("notOpened"))
        if why:
            raise LinkProblem("port-not-opened", why)

    def release(self) -> None:
        """Nobody needs it now: other programs may have it."""
        self.wait(self.device.close())
        self.baud = 0


class PageLink:
    """A `PagePort` while it is used; see `modemflash_host.links.open.Console`.

    Args:
        port: it is open.
        on_wait: called while a write waits.
    """

    def __init__(self, port: PagePort, on_wait: Callable[[], None]) -> None:
        self._port = port
        self._device = port.device
        self._on_wait = on_wait
        self._clock = MonotonicClock()
        self._tail = b""
        self.max_burst = 0 if port.flow_control else BURST_WITHOUT_FLOW_CONTROL_BYTES

    def readinto(self, buf: bytearray | memoryview, n: int, timeout_ms: int) -> int:
        """See `modemflash.contracts.Port`.

        Raises:
            LinkProblem: `port-lost`.
        """
        got = self._device.take(n)
        if got is None and timeout_ms > 0:
            got = self._port.wait(self._device.read(n, timeout_ms))  # type: ignore[assignment]
        if got is None:
            if self._device.isLost:
                raise self._lost()
            return 0
        data = got.to_bytes()
        buf[: len(data)] = data
        if self._port.opened_ms:
            self._watch_for_restart(data)
        return len(data)

    def _watch_for_restart(self, data: bytes) -> None:
        """Whether the board starts because its port was just opened."""
        if self._clock.ticks_ms() - self._port.opened_ms > _RESTART_MS:
            self._port.opened_ms = 0
            return
        heard = self._tail + data
        self._tail = heard[-_SIGN_BYTES:]
        if any(sign in heard for sign in RESET_SIGNS):
            self._port.restarts = True

    def write(self, buf: bytes | bytearray | memoryview, off: int, n: int) -> None:
        """See `modemflash.contracts.Port`.

        Raises:
            LinkProblem: `port-lost`, `port-blocked`.
        """
        waiting = self._device.write(self._port.to_js(bytes(buf[off : off + n])))
        if waiting <= _MOST_WAITING_BYTES:
            if waiting < 0:
                raise self._lost()
            return
        start = self._clock.ticks_ms()
        while not self._port.wait(self._device.drained(_MOST_WAITING_BYTES, 250)):
            if self._device.isLost:
                raise self._lost()
            self._on_wait()
            if self._clock.ticks_ms() - start > _BLOCKED_MS:
                raise LinkProblem("port-blocked", self._port.name)

    def drain(self, timeout_ms: int) -> bool:
        """See `modemflash.contracts.Port`."""
        return bool(self._port.wait(self._device.drained(0, timeout_ms)))

    def set_baud(self, rate: int) -> bool:
        """Another rate, by closing and opening. False where the port keeps its own.

        Raises:
            LinkProblem: `port-lost`.
        """
        if rate == self._port.baud:
            return True
        if self._port.keeps_rate:
            return False
        try:
            self._port.reopen(rate)
        except LinkProblem as problem:
            raise self._lost() from problem
        self._tail = b""
        return True

    def set_data_bits(self, bits: int) -> None:
        """A browser's ports have 8, see `Opener.data_bits`."""

    def set_control_line(self, name: str, level: bool) -> bool:
        """Not by this page."""
        return False

    def drop_input(self) -> None:
        """See `modemflash.contracts.Port`."""
        self._device.forget()

    def close(self) -> None:
        """The port itself stays open until the job is over: each opening may be a reset."""
        self._device.forget()

    def _lost(self) -> LinkProblem:
        return LinkProblem("port-lost", said("itsCable"))
