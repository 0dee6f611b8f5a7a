"""Rules of endpoints to a device with USB ports: they come and go with it; usb2tcp frames, and names it."""

from __future__ import annotations

import dataclasses
import os
import socket
import struct
import time
from pathlib import Path

import pytest

from modemflash_sim.endpoints.usb2tcp import Usb2tcpEndpoint
from modemflash_sim.endpoints.usb_ports import PtyEndpoints, Usb2tcpEndpoints, serve_usb
from modemflash_sim.quectel_edl import assumptions
from modemflash_sim.quectel_edl.module import SimQuectel
from modemflash_sim.quectel_edl.profiles import PROFILES
from support.edl_port import HELLO, HELLO_RESPONSE, SWITCH

QUICK = dataclasses.replace(PROFILES["rm520n"], reenumerate_us=20_000)
TAG = bytes.fromhex("78563412")
DEADLINE_S = 20.0


def module() -> SimQuectel:
    return SimQuectel(QUICK, assumptions.parse(""))


def framed(data: bytes) -> bytes:
    return TAG + struct.pack("<I", len(data)) + data


def connected(url: str) -> socket.socket:
    host, port = url.removeprefix("usb2tcp://").split(":")
    client = socket.create_connection((host, int(port)), DEADLINE_S)
    client.settimeout(DEADLINE_S)
    return client


def hear(client: socket.socket, size: int) -> bytes:
    heard = b""
    while len(heard) < size and (more := client.recv(size - len(heard))):
        heard += more
    return heard


def test_usb2tcp_says_what_is_there_and_sends_away_who_has_lost_it() -> None:
    """The same bytes as the description: an application, then EDL."""
    endpoint = Usb2tcpEndpoint()
    with serve_usb(module(), Usb2tcpEndpoints(endpoint)):
        client = connected(endpoint.url)
        assert hear(client, 20) == TAG + bytes.fromhex("0C000000 7C2C0000 01080000 04000000")
        client.sendall(framed(SWITCH[:3]) + framed(SWITCH[3:]))
        assert hear(client, 15) == framed(SWITCH)
        assert client.recv(1) == b""  # it left the bus
        deadline = time.monotonic() + DEADLINE_S
        heard = b""
        while not heard and time.monotonic() < deadline:
            client.close()
            client = connected(endpoint.url)
            try:
                heard = hear(client, 20)
            except ConnectionError:
                heard = b""
        assert heard == bytes.fromhex("78563412 0C000000 C6050000 08900000 01000000")
        assert hear(client, 56) == framed(HELLO)
        whole = framed(HELLO_RESPONSE)
        for at in range(0, len(whole), 5):
            client.sendall(whole[at : at + 5])
        assert hear(client, 28)[8:12] == b"\x03\0\0\0"
        client.sendall(b"no tag..")
        assert hear(client, 1) == b""
        client.close()


def test_each_port_has_a_terminal_that_goes_with_it(tmp_path: Path) -> None:
    """With ids and interface in its name."""
    with serve_usb(module(), PtyEndpoints(tmp_path)):
        dm = wait_for(tmp_path, "2c7c-0801-0-DM")
        wait_for(tmp_path, "2c7c-0801-3-modem")  # the last of the four
        assert sorted(each.name for each in tmp_path.iterdir()) == [
            "2c7c-0801-0-DM", "2c7c-0801-1-NMEA", "2c7c-0801-2-AT", "2c7c-0801-3-modem",
        ]  # fmt: skip
        at = os.open(tmp_path / "2c7c-0801-2-AT", os.O_RDWR | os.O_NOCTTY)
        os.write(at, b"AT+CGMM\r")
        heard = b""
        while not heard.endswith(b"OK\r\n"):
            heard += os.read(at, 100)
        assert b"RM520N-GL" in heard
        os.close(at)
        port = os.open(dm, os.O_RDWR | os.O_NOCTTY)
        os.write(port, SWITCH)
        assert os.read(port, 100) == SWITCH
        edl = wait_for(tmp_path, "05c6-9008-0-EDL")
        assert [each.name for each in tmp_path.iterdir()] == [edl.name]
        with pytest.raises(OSError, match="Errno 5"):
            os.write(port, SWITCH)
        os.close(port)
        port = os.open(edl, os.O_RDWR | os.O_NOCTTY)
        assert os.read(port, 100) == HELLO
        os.close(port)
    assert list(tmp_path.iterdir()) == []


def wait_for(folder: Path, name: str) -> Path:
    deadline = time.monotonic() + DEADLINE_S
    while not (folder / name).exists():
        assert time.monotonic() < deadline, list(folder.iterdir())
        time.sleep(0.005)
    return folder / name
