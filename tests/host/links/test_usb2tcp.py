"""usb2tcp: this computer only, frames in any pieces, and an end that is lost is said so."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from modemflash.errors import Problem
from modemflash_host.links.open import open_link
from modemflash_host.links.usb2tcp import Usb2tcpLink

TAG = 0x12345678
HEADER = bytes.fromhex("78563412 0c000000 c6050000 08900000 01000000")


def frame(data: bytes, tag: int = TAG) -> bytes:
    return struct.pack("<II", tag, len(data)) + data


@contextmanager
def server(talk: Callable[[socket.socket], object]) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            peer, _ = listening.accept()
            with peer:
                talk(peer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"usb2tcp://127.0.0.1:{listening.getsockname()[1]}"
        thread.join(5)


def read_all(link: Usb2tcpLink, size: int) -> bytes:
    got, buf = b"", bytearray(7)
    while len(got) < size and (count := link.readinto(buf, len(buf), 5000)):
        got += buf[:count]
    return got


def test_frames_are_taken_apart_and_made() -> None:
    heard = bytearray()

    def talk(peer: socket.socket) -> None:
        data = HEADER + frame(b"hello ") + frame(b"") + frame(b"world")
        for byte in data:
            peer.sendall(bytes([byte]))
        while len(heard) < 8 + 5:
            heard.extend(peer.recv(100))

    with server(talk) as address:
        link = Usb2tcpLink(address)
        assert (link.usb, link.interfaces) == ("05c6:9008", 1)
        assert read_all(link, 11) == b"hello world"
        link.write(b"xx12345yy", 2, 5)
    assert heard == frame(b"12345")
    link.close()


def test_what_was_said_before_anybody_listened_is_there() -> None:
    """The HELLO of a boot ROM comes once; opening throws nothing away."""
    with server(lambda peer: (peer.sendall(HEADER + frame(b"HELLO")), peer.recv(1))) as address:
        link, _ = open_link(address)
        buf = bytearray(10)
        assert buf[: link.readinto(buf, 10, 5000)] == b"HELLO"
        link.close()


def test_an_end_that_was_closed_is_seen_and_what_came_is_kept() -> None:
    with server(lambda peer: (peer.sendall(HEADER), peer.recv(1), peer.sendall(frame(b"bye")))) as address:
        link = Usb2tcpLink(address)
        assert link.is_there()
        link.write(b"?", 0, 1)
        assert read_all(link, 3) == b"bye"
        while link.is_there():
            pass
        link.close()


@pytest.mark.parametrize("data", [b"", b"HTTP/1.0 400 Bad Request\r\n", frame(b"", 1) * 3])
def test_what_does_not_begin_like_usb2tcp_is_not_opened(data: bytes) -> None:
    with server(lambda peer: peer.sendall(data)) as address, pytest.raises(Problem) as caught:
        Usb2tcpLink(address)
    assert caught.value.code == "port-not-opened"


@pytest.mark.parametrize("data", [frame(b"x", 1), struct.pack("<II", TAG, 0xFFFFFFFF), b""])
def test_a_broken_frame_and_an_end_are_a_lost_port(data: bytes) -> None:
    """A length of 4 GB is not waited for."""

    def talk(peer: socket.socket) -> None:
        peer.sendall(HEADER)
        peer.recv(1)
        peer.sendall(data)

    with server(talk) as address:
        link = Usb2tcpLink(address)
        link.write(b"?", 0, 1)
        with pytest.raises(Problem) as caught:
            read_all(link, 100)
        assert caught.value.code == "port-lost"
        link.close()


@pytest.mark.parametrize(
    "host", ["192.0.2.1", "example.org", "0.0.0.0", "[2001:db8::1]", "127.0.0.1.example.org"]
)
def test_another_computer_is_refused_before_anything_is_opened(host: str) -> None:
    with pytest.raises(Problem) as caught:
        Usb2tcpLink(f"usb2tcp://{host}:9008")
    assert caught.value.code == "usb2tcp-not-here"


@pytest.mark.parametrize("address", ["usb2tcp://127.0.0.1", "usb2tcp://127.0.0.1:99999", "usb2tcp://"])
def test_an_address_without_a_port_is_told(address: str) -> None:
    with pytest.raises(Problem) as caught:
        Usb2tcpLink(address)
    assert caught.value.code == "port-not-opened"


def late(peer: socket.socket) -> None:
    threading.Event().wait(0.4)
    peer.sendall(HEADER)
    peer.recv(1)


def test_a_server_that_waits_for_its_module_is_waited_for_on_one_connection() -> None:
    """Those that are let go stand in its queue; and no wait is silent, nor longer than anybody wants."""
    ticks: list[int] = []
    with server(late) as address:
        link = Usb2tcpLink(address, lambda: ticks.append(1), header_s=5.0)
        assert link.usb == "05c6:9008" and ticks
        link.close()
    for header_s, is_over in ((0.1, False), (5.0, True)):
        with server(late) as address, pytest.raises(Problem) as caught:
            Usb2tcpLink(address, header_s=header_s, is_over=lambda is_over=is_over: is_over)
        assert caught.value.code == "port-not-opened"
