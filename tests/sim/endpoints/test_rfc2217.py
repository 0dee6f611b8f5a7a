"""An RFC 2217 client that is none: it is hung up on, and the next one finds the server at work."""

from __future__ import annotations

import socket
import time

import pytest

from modemflash_sim.endpoints.serve import serve
from modemflash_sim.sequans.modem import SimModem

IAC, SB, SE, WILL, DO = b"\xff", b"\xfa", b"\xf0", b"\xfb", b"\xfd"
COM_PORT = b"\x2c"


def option(body: bytes) -> bytes:
    return IAC + SB + body + IAC + SE


HOSTILE = {
    "a rate of no bytes": option(COM_PORT + b"\x01"),
    "a rate of three bytes": option(COM_PORT + b"\x01\0\0\1"),
    "a rate of nine bytes": option(COM_PORT + b"\x01" + b"9" * 9),
    "the rate 0": option(COM_PORT + b"\x01\0\0\0\0"),
    "the highest rate": option(COM_PORT + b"\x01\xff\xff\xff\xff".replace(IAC, IAC + IAC)),
    "no data bits": option(COM_PORT + b"\x02"),
    "200 data bits": option(COM_PORT + b"\x02\xc8"),
    "odd parities": b"".join(option(COM_PORT + bytes([3, each])) for each in range(200)),
    "odd controls": b"".join(option(COM_PORT + bytes([5, each])) for each in range(200)),
    "every command": b"".join(option(COM_PORT + bytes([each])) for each in range(240)),
    "every command with a byte": b"".join(option(COM_PORT + bytes([each, 0])) for each in range(240)),
    "an empty option": option(b""),
    "another option": option(b"\x01x"),
    "an option without an end": IAC + SB + COM_PORT + b"x" * 500_000,
    "answers that nobody fetches": (IAC + DO + b"\x01" + IAC + WILL + b"\x05") * 60_000,
    "half a command": IAC,
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("sent", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_client_ends_nobody_but_itself(sent: bytes) -> None:
    with serve(SimModem("pycom-catm1"), "rfc2217", paced=False) as url:
        address = ("127.0.0.1", int(url.rpartition(":")[2]))
        with socket.create_connection(address, 5) as client:
            client.settimeout(0.5)
            try:
                client.sendall(sent)
            except OSError:
                pass  # it was hung up on, or nobody reads any more
        assert b"OK" in _asked(address)


def _asked(address: tuple[str, int]) -> bytes:
    """What the next client hears to `AT`."""
    with socket.create_connection(address, 5) as client:
        client.settimeout(0.2)
        client.sendall(option(COM_PORT + b"\x01" + (921_600).to_bytes(4, "big")) + b"AT\r\n")
        heard = b""
        end = time.monotonic() + 10
        while b"OK" not in heard and time.monotonic() < end:
            try:
                heard += client.recv(4096)
            except TimeoutError:
                client.sendall(b"AT\r\n")
        return heard
