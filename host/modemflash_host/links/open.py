"""Serial links: open one by its name, or say why not.

Rules: pyserial is imported here, in `rfc2217_link` and in `ports` alone, and no error
of it gets out: each becomes a `Problem` with a code; opening and closing toggle
no control line, because on many boards they are wired to a reset.

Flow control: a modem's own line has RTS/CTS, so a device is opened with it,
unless CTS is not asserted at the start: with three wires every write would
hang for ever. A link without flow control bounds what may be under way.
"""

from __future__ import annotations

import difflib
import errno
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from modemflash.interface import CONSOLE_BAUD, MODEM_BAUD
from modemflash_host.computer.clock import MonotonicClock
from modemflash_host.computer.home import HOME
from modemflash_host.errors import LinkProblem
from modemflash_host.links.absent import why_absent
from modemflash_host.links.linux import holder_of, may_be_serial
from modemflash_host.links.names import fault_of, is_address, is_simulated
from modemflash_host.links.serial_port import SerialPort
from modemflash_host.links.system_errors import is_absent, is_busy, is_not_permitted
from modemflash_host.links.usb2tcp import Usb2tcpLink, is_usb2tcp
from modemflash_host.links.wait import PortBusy

if TYPE_CHECKING:
    from modemflash.contracts import Clock, Port

    class Link(Port, Protocol):
        """The engine's port, with an end."""

        def close(self) -> object:
            """Let it go; after it was lost, too."""

    class Console(Link, Protocol):
        """A link whose data bits can be changed while it is open."""

        def set_data_bits(self, bits: int) -> None:
            """8, or those of a PIC's command channel."""

    class SimulatedBus(Protocol):
        """A simulated module with all its ports, in virtual time."""

        @property
        def ports(self) -> Sequence[Any]: ...
        def open(self, port: Any) -> Any: ...
        def ticks_ms(self) -> int: ...
        def sleep_ms(self, ms: int) -> None: ...
        def close(self) -> None: ...


FIRST_BAUD = MODEM_BAUD
CTS_PATIENCE_S = 0.3
_ALIKE = 0.85  # names of ports that differ by a letter or two
_POLL_S = 0.05  # one wait of a link that the operating system cannot wait for


def _nothing() -> None:
    """Nobody wants to know that we wait."""


def open_link(
    name: str,
    on_wait: Callable[[], None] = _nothing,
    *,
    flow_control: bool = True,
    keep_input: bool = False,
) -> tuple[Link, Clock]:
    """Open a link.

    Args:
        name: a device, a COM name, any pyserial URL, `usb2tcp://…`, or `sim://PROFILE?…`.
        on_wait: called every 250 ms while a write waits, so that a screen stays alive.
        flow_control: False for what never has RTS/CTS.
        keep_input: what came before it was opened is not thrown away, as far as the system lets us.

    Returns:
        The port and the clock that goes with it: the simulated modem brings its own time.

    Raises:
        LinkProblem: `port-absent`, `port-not-permitted`, `port-busy` or `port-not-opened`.
    """
    if (opener := HOME.opener_of(name)) is not None:
        return opener.open(name, FIRST_BAUD, flow_control, on_wait)
    if is_simulated(name):
        from modemflash_sim import devices

        try:
            simulated = devices.open_line(name)
        except (ValueError, OSError) as error:
            raise _not_simulated(name, error) from error
        return simulated, simulated
    if is_usb2tcp(name):
        return Usb2tcpLink(name, on_wait), MonotonicClock()
    link = _open_serial(name, flow_control=flow_control, keep_input=keep_input)
    return SerialPort(link, on_wait), MonotonicClock()


def open_simulated_bus(name: str) -> SimulatedBus:
    """All ports of a simulated module that changes them, in its own time.

    Args:
        name: `sim://PROFILE?…`.

    Raises:
        LinkProblem: `port-busy` or `port-not-opened`.
    """
    from modemflash_sim.quectel_edl import address

    try:
        return address.open_bus(name)
    except (ValueError, OSError) as error:
        raise _not_simulated(name, error) from error


def _not_simulated(name: str, error: Exception) -> LinkProblem:
    if getattr(error, "errno", None) == errno.EBUSY:
        return PortBusy(name, "another command")
    return LinkProblem("port-not-opened", f"{name}: {error}")


def open_console(
    name: str, baud: int = CONSOLE_BAUD, data_bits: int = 8, on_wait: Callable[[], None] = _nothing
) -> tuple[Console, Clock]:
    """Open the console of a board: no flow control, because nobody wires it between board and USB.

    Args:
        name: a device, a COM name or a pyserial URL.
        baud: the rate.
        data_bits: 5 for the command channel of Pycom's PIC adapters, else 8.
        on_wait: as in `open_link`.

    Raises:
        LinkProblem: as `open_link`.
    """
    if (opener := HOME.opener_of(name)) is not None:
        return opener.open(name, baud, False, on_wait)
    return SerialPort(_open_serial(name, baud, data_bits, flow_control=False), on_wait), MonotonicClock()


def _open_serial(
    name: str,
    baud: int = FIRST_BAUD,
    data_bits: int = 8,
    flow_control: bool = True,
    keep_input: bool = False,
) -> Any:
    """A pyserial object, open and exclusive, or the reason why not."""
    import serial

    from modemflash_host.links.rfc2217_link import SettingRefused, rfc2217_link

    if fault := fault_of(name):
        raise LinkProblem("port-not-opened", fault)
    is_device = not is_address(name)
    if is_device and os.name == "posix" and not may_be_serial(name):
        raise LinkProblem("port-not-opened", f"{name} is no serial port")
    if is_device:
        holder = holder_of(name)
        if holder:
            raise PortBusy(name, holder)
    over_rfc2217 = name.startswith("rfc2217:")
    try:
        link = rfc2217_link(name) if over_rfc2217 else serial.serial_for_url(name, do_not_open=True)
    except (ValueError, OSError) as error:
        raise _why_not(name, error) from error
    try:
        link.baudrate = 115_200 if name.startswith("socket:") else baud
        link.bytesize = data_bits
        link.timeout = _POLL_S
        link.rtscts = flow_control and (is_device or over_rfc2217)
        # Asserted is what the kernel makes of both lines at open: so nothing moves.
        link.dtr = True
        link.rts = True
        if is_device and os.name == "posix":
            link.exclusive = True
            if keep_input:
                setattr(link, "_reset_input_buffer", _nothing)  # noqa: B010 (pyserial calls it in `open`)
        if is_device and os.name == "nt":
            link.write_timeout = 0  # else a write waits for ever while CTS holds; `SerialPort` counts itself
        try:
            link.open()
        except SettingRefused:
            # This server cannot do all of it; a rate that it lacks may never be needed.
            link.rtscts = False
            link.baudrate = CONSOLE_BAUD
            link.open()
        if is_device:
            settle(link)
    except (serial.SerialException, OSError, ValueError) as error:
        link.close()
        raise _why_not(name, error) from error
    return link


def settle(link: Any) -> None:
    """A device just opened: low latency, no hang-up at close, no flow control where there is none."""
    if sys.platform.startswith("linux"):
        try:
            link.set_low_latency_mode(True)
        except (ValueError, OSError, NotImplementedError):
            pass  # the driver has no such mode: slower, not worse
    if os.name == "posix":
        import termios

        state = termios.tcgetattr(link.fileno())
        state[2] &= ~termios.HUPCL
        termios.tcsetattr(link.fileno(), termios.TCSANOW, state)
    deadline = time.monotonic() + CTS_PATIENCE_S
    try:
        while link.rtscts and not link.cts:
            if time.monotonic() > deadline:
                link.rtscts = False
            time.sleep(0.02)
    except OSError:
        pass  # a pseudo terminal has no control lines, and holds nothing back


def _why_not(name: str, error: BaseException) -> LinkProblem:
    """The code for a port that did not open."""
    from modemflash_host.links.rfc2217_link import HungUp, NoRfc2217, SettingRefused

    if isinstance(error, (NoRfc2217, SettingRefused)):
        return LinkProblem("link-no-rfc2217", name)
    if isinstance(error, HungUp):
        return PortBusy(name, "another client of its server, which ends the connection")
    if is_busy(error):
        return PortBusy(name, holder_of(name))
    if is_not_permitted(error):
        return LinkProblem("port-not-permitted", name)
    if is_absent(error):
        return LinkProblem("port-absent", what_instead(name))
    return LinkProblem("port-not-opened", f"{name}: {error}")


def what_instead(name: str) -> str:
    """Words for a port that is not there: why, as far as that is seen, and those that are."""
    others = port_names()
    why = why_absent(name)
    words = f"this computer has {', '.join(others) if others else 'none'}"
    if why:
        return f"{name}: {why}; {words}"
    near = difflib.get_close_matches(name, others, n=1, cutoff=_ALIKE)
    return f"{name}; did you mean {near[0]}? {words[:1].upper()}{words[1:]}" if near else f"{name}; {words}"


def port_names() -> list[str]:
    """The serial ports that this computer has now."""
    from serial.tools import list_ports

    return sorted(port.device for port in list_ports.comports())
