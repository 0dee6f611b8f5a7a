"""Where a module's ports are on this computer, now and after it came back as something else.

Rules: a module that changes its state is looked for by its USB ids, never by its
place or its name: a USB 3 module comes back on another bus. Where two could be
meant, none is taken. What came before a port in EDL was opened is kept: a boot
ROM says HELLO once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from modemflash.errors import LinkProblem, NoModem, Refusal
from modemflash.line import Line
from modemflash_host.capture.line import open_line
from modemflash_host.capture.port import CapturingPort
from modemflash_host.computer.clock import MonotonicClock
from modemflash_host.links.ports import list_ports
from modemflash_host.links.quectel_ports import (
    AT,
    CRASH_DUMP,
    DIAG,
    EDL,
    Role,
    is_of_quectel,
    rank_of,
    role_of,
    words_of,
)
from modemflash_host.links.usb2tcp import Usb2tcpLink
from modemflash_host.reporters import Reporter

if TYPE_CHECKING:
    from modemflash_host.links.open import SimulatedBus

EDL_S, APPLICATION_S = 60, 120
_LOOK_EVERY_MS = 1000
_STEP_MS = 250
_FIRST_S, _RETURNING_S = 3.0, 30.0
_RIGHTS_MS = 1000  # a system gives its users the right to a new port a moment after it is there


@dataclass(frozen=True, slots=True)
class ModulePort:
    """One port of a module.

    Attributes:
        name: what is opened.
        usb: vendor and product, such as "2c7c:0801".
        device: the module's place on the USB, the same for all of its ports; "" where it is not known.
        role: what the port is for.
        words: module and use in one line.
    """

    name: str
    usb: str
    device: str
    role: Role
    words: str


class ModulePorts(Protocol):
    """The ports of all modules that can be reached in one way.

    Attributes:
        shows_all: those of AT among them, and not only the one that leads on.
    """

    @property
    def shows_all(self) -> bool: ...

    def listed(self) -> list[ModulePort]:
        """Those that are there now."""

    def open(self, port: ModulePort) -> AbstractContextManager[Line]:
        """One of them, closed at the end."""

    def now(self) -> int:
        """Milliseconds of a clock."""

    def sleep(self, ms: int) -> None:
        """Wait, while the reporter ticks."""


class _RealTime:
    """Waiting in real time."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._clock = MonotonicClock()

    def now(self) -> int:
        """See `ModulePorts`."""
        return self._clock.ticks_ms()

    def sleep(self, ms: int) -> None:
        """See `ModulePorts`."""
        end = self.now() + ms
        while (left := end - self.now()) > 0:
            self._reporter.tick(self.now())
            self._clock.sleep_ms(min(left, _STEP_MS))


class SystemPorts(_RealTime):
    """The serial ports of this computer."""

    shows_all = True

    def listed(self) -> list[ModulePort]:
        """See `ModulePorts`."""
        return [
            ModulePort(
                each.name,
                each.usb,
                each.location.split(":")[0],
                role_of(each.usb, each.location),
                words_of(each.usb, each.location),
            )
            for each in list_ports()
            if is_of_quectel(each.usb)
        ]

    def open(self, port: ModulePort) -> AbstractContextManager[Line]:
        """See `ModulePorts`."""
        return open_line(port.name, self._reporter, flow_control=False, keep_input=port.role is EDL)


class Usb2tcpPorts(_RealTime):
    """The one port that a usb2tcp server has at a time; looking at it opens it, and it stays open until used.

    Args:
        address: of the server.
        reporter: who is told.
    """

    shows_all = False

    def __init__(self, address: str, reporter: Reporter) -> None:
        super().__init__(reporter)
        self._address = address
        self._link: Usb2tcpLink | None = None
        self._header_s = _FIRST_S

    def listed(self) -> list[ModulePort]:
        """See `ModulePorts`."""
        if self._link is not None and not self._link.is_there():
            self.close()
        if self._link is None:
            stops = self._reporter.stop_wanted()
            try:
                self._link = Usb2tcpLink(
                    self._address,
                    lambda: self._reporter.tick(self.now()),
                    self._header_s,
                    lambda: self._reporter.stop_wanted() > stops,
                )
            except LinkProblem:
                return []
            # A server may take a connection long before its module is there again, and one that is let go for
            # that stands in its queue.
            self._header_s = _RETURNING_S
        link = self._link
        named = role_of(link.usb, "")
        role = named if named in (EDL, CRASH_DUMP) else DIAG
        return [ModulePort(self._address, link.usb, self._address, role, f"module, {role.words}")]

    @contextmanager
    def open(self, port: ModulePort) -> Iterator[Line]:
        """See `ModulePorts`."""
        if not self.listed() or self._link is None:
            raise LinkProblem("port-absent", self._address)
        link, recorder = self._link, self._reporter.recorder
        self._reporter.follow(self.now())
        try:
            witnessed = CapturingPort(link, self._clock, recorder) if recorder is not None else link
            yield Line(witnessed, self._clock, self._reporter)
        finally:
            self.close()

    def close(self) -> None:
        """Let the server go."""
        if self._link is not None:
            self._link.close()
            self._link = None


class SimulatedPorts:
    """The ports of one simulated module, in its own time.

    Args:
        bus: the module.
        reporter: who is told.
    """

    shows_all = True

    def __init__(self, bus: SimulatedBus, reporter: Reporter) -> None:
        self._bus = bus
        self._reporter = reporter

    def listed(self) -> list[ModulePort]:
        """See `ModulePorts`."""
        found = []
        for each in self._bus.ports:
            where = f"simulated:1.{each.interface}"
            name = f"simulated port {each.interface}"
            role = role_of(each.usb, where)
            found.append(ModulePort(name, each.usb, "simulated", role, words_of(each.usb, where)))
        return found

    @contextmanager
    def open(self, port: ModulePort) -> Iterator[Line]:
        """See `ModulePorts`."""
        there = [each for each, known in zip(self._bus.ports, self.listed(), strict=True) if known == port]
        if not there:
            raise LinkProblem("port-absent", port.words)
        link, recorder = self._bus.open(there[0]), self._reporter.recorder
        self._reporter.follow(self.now())
        try:
            witnessed = CapturingPort(link, link, recorder) if recorder is not None else link
            yield Line(witnessed, link, self._reporter)
        finally:
            link.close()

    def now(self) -> int:
        """See `ModulePorts`."""
        return self._bus.ticks_ms()

    def sleep(self, ms: int) -> None:
        """See `ModulePorts`."""
        for _ in range(0, ms, _STEP_MS):
            self._reporter.tick(self.now())
            self._bus.sleep_ms(min(ms, _STEP_MS))

    def close(self) -> None:
        """The command is over; the module goes on."""
        self._bus.close()


def the_one_in_edl(ports: list[ModulePort]) -> ModulePort | None:
    """The port of the one module that is in EDL; None where none is.

    Raises:
        Refusal: `edl-several`.
    """
    found = [port for port in ports if port.role is EDL]
    if len(found) > 1:
        raise Refusal("edl-several", ", ".join(port.name for port in found))
    return found[0] if found else None


def refuse_another(port: ModulePort, ports: list[ModulePort]) -> None:
    """That no other module is in EDL or in a crash dump: what comes back there is told by its ids alone.

    Raises:
        Refusal: `edl-several`.
    """
    others = [each.name for each in ports if each.role in (EDL, CRASH_DUMP) and each.name != port.name]
    if others:
        raise Refusal("edl-several", f"{', '.join(others)}, beside the one that would be updated")


def port_of_only_module(ports: list[ModulePort]) -> ModulePort | None:
    """Of the only module that is there, the port that leads on; None where none is.

    Raises:
        Refusal: `edl-several`, `port-ambiguous`.
    """
    the_one_in_edl(ports)
    best = sorted(ports, key=lambda port: rank_of(port.role))
    of_each = {port.device: port for port in reversed(best)}
    if len(of_each) > 1:
        raise Refusal("port-ambiguous", "; ".join(f"{port.name}: {port.words}" for port in of_each.values()))
    return best[0] if best else None


def port_of_same_module(port: ModulePort, ports: list[ModulePort], role: Role) -> ModulePort | None:
    """Another port of the module that a port belongs to; None where that is not sure."""
    found = [each for each in ports if each.role is role and each.device and each.device == port.device]
    return found[0] if len(found) == 1 else None


def wait_for_edl(ports: ModulePorts) -> ModulePort:
    """The module in EDL, once it is there.

    Raises:
        NoModem: `edl-not-entered`.
        Refusal: `edl-several`, or `edl-crash-dump`.
    """

    def look() -> ModulePort | None:
        listed = ports.listed()
        if any(port.role is CRASH_DUMP for port in listed):
            raise Refusal("edl-crash-dump")
        return the_one_in_edl(listed)

    found = wait_for(ports, EDL_S, look)
    if found is None:
        raise NoModem("edl-not-entered", f"none in {EDL_S} s")
    ports.sleep(_RIGHTS_MS)
    return found


def wait_for(ports: ModulePorts, within_s: int, look: Callable[[], ModulePort | None]) -> ModulePort | None:
    """What `look` finds, once it finds it; None where the time is over."""
    start = ports.now()
    while (found := look()) is None:
        if ports.now() - start >= within_s * 1000:
            return None
        ports.sleep(_LOOK_EVERY_MS)
    return found


def at_ports(ports: list[ModulePort], usb: str) -> list[ModulePort]:
    """The AT ports of running modules of a kind; "" for any."""
    return [port for port in ports if port.role is AT and usb in ("", port.usb)]
