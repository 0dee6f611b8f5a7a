"""A foreign RFC 2217 server, ser2net, between our client and our endpoints."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import serial

from modemflash_host.errors import LinkProblem
from modemflash_host.links.open import SerialPort, open_link
from modemflash_sim.endpoints.serve import serve
from modemflash_sim.sequans import profiles
from modemflash_sim.sequans.modem import SimModem

if TYPE_CHECKING:
    from modemflash_host.links.open import Link

pytestmark = [
    pytest.mark.referee,
    pytest.mark.filterwarnings("ignore:set.*deprecated:DeprecationWarning"),
]
PATIENCE_S = 10.0
CONFIGURATION = """%YAML 1.1
---
connection: &modem
    accepter: telnet(rfc2217),tcp,127.0.0.1,{port}
    connector: {connector}
"""


def free_port() -> int:
    """A TCP port that nobody holds."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def ser2net(package: Path, folder: Path, connector: str) -> Iterator[str]:
    """A running ser2net whose device is `connector`; yields the URL that it serves."""
    port = free_port()
    configuration = folder / "ser2net.yaml"
    configuration.write_text(CONFIGURATION.format(port=port, connector=connector))
    (plugins,) = package.glob("root/usr/libexec/*/gensio/*")
    server = subprocess.Popen(
        [package / "bin" / "ser2net", "-n", "-d", "-c", configuration, "-P", folder / "pid"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "GENSIO_LIBRARY_PATH": str(plugins)},
    )
    try:
        yield f"rfc2217://127.0.0.1:{port}"
    finally:
        server.terminate()
        try:
            server.wait(PATIENCE_S)
        finally:
            server.kill()
            server.wait()


def once_it_listens(connect: Callable[[], "Link"]) -> "Link":
    """A link to the server, as soon as it takes one."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return connect()
        except (LinkProblem, serial.SerialException):
            assert time.monotonic() < deadline, "ser2net does not listen"
            time.sleep(0.05)


def ask(link: "Link", command: bytes, final: bytes) -> bytes:
    """The reply to `command`, up to its final result."""
    link.write(command, 0, len(command))
    reply, piece = b"", bytearray(256)
    deadline = time.monotonic() + PATIENCE_S
    while not reply.endswith(final):
        assert time.monotonic() < deadline, reply
        got = link.readinto(piece, len(piece), 100)
        reply += piece[:got]
    return reply


def talk_at_both_rates(link: "Link") -> None:
    """A boot loader answers at 115200, changes its rate, and answers at 921600."""
    assert link.set_baud(115_200)
    ask(link, b"AT\r\n", b"\r\n")  # its first answer may be ERROR
    assert ask(link, b"AT\r\n", b"OK\r\n") == b"OK\r\n"
    ask(link, b"AT+IPR=921600\r\n", b"OK\r\n")
    assert link.set_baud(921_600)
    assert ask(link, b"AT+SMOD?\r\n", b"OK\r\n") == b"0\r\nOK\r\n"
    link.close()


def test_our_client_through_ser2net_to_our_rfc2217_endpoint(
    tool: Callable[[str], Path], tmp_path: Path
) -> None:
    """Two RFC 2217 links in a row, one end of each foreign: the dialogue passes at both rates."""
    modem = SimModem(profiles.find("pycom-catm1", start_mode="boot-loader"))
    with serve(modem, "rfc2217") as endpoint:
        connector = "telnet(rfc2217),tcp," + endpoint.split("//")[1].replace(":", ",")
        with ser2net(tool("ser2net"), tmp_path, connector) as url:
            talk_at_both_rates(once_it_listens(lambda: open_link(url)[0]))


def test_ser2net_with_our_pty_as_its_device(tool: Callable[[str], Path], tmp_path: Path) -> None:
    """A foreign server takes the pty endpoint for a serial device: the dialogue passes at both rates.

    A pty has no control lines, and ser2net acknowledges no change of one; `dsrdtr` and
    `rtscts` make pyserial leave them alone.
    """

    def connect() -> "Link":
        return SerialPort(serial.serial_for_url(url, dsrdtr=True, rtscts=True), lambda: None)

    modem = SimModem(profiles.find("pycom-catm1", start_mode="boot-loader"))
    with (
        serve(modem, "pty") as device,
        ser2net(tool("ser2net"), tmp_path, f"serialdev,{device},115200n81,local") as url,
    ):
        talk_at_both_rates(once_it_listens(connect))
