"""Where a module's ports are, and that one which came back as something else is found."""

from __future__ import annotations

import dataclasses

from modemflash_host.families.quectel_edl.module_ports import Usb2tcpPorts, wait_for_edl
from modemflash_host.links.quectel_ports import DIAG, EDL
from modemflash_host.reporters import Reporter
from modemflash_host.run.stop_requests import StopRequests
from modemflash_sim.endpoints.usb2tcp import Usb2tcpEndpoint
from modemflash_sim.endpoints.usb_ports import Usb2tcpEndpoints, serve_usb
from modemflash_sim.quectel_edl import assumptions
from modemflash_sim.quectel_edl.module import SimQuectel
from modemflash_sim.quectel_edl.profiles import PROFILES
from support.edl_port import SWITCH

QUICK = dataclasses.replace(PROFILES["rm520n"], reenumerate_us=50_000)


def test_a_module_that_was_looked_at_too_early_is_looked_at_again() -> None:
    """It answers first and leaves then: whoever looks in between still sees the application."""
    endpoint = Usb2tcpEndpoint()
    with serve_usb(SimQuectel(QUICK, assumptions.parse("")), Usb2tcpEndpoints(endpoint)):
        ports = Usb2tcpPorts(endpoint.url, Reporter([], StopRequests()))
        [port] = ports.listed()
        with ports.open(port) as line:
            line.write(SWITCH)
            buf = bytearray(7)
            assert line.read(buf, len(buf), 5_000) and port.role is DIAG
        ports.listed()  # in time, or already too late for this: then there is nothing to find out
        assert wait_for_edl(ports).role is EDL
        ports.close()
