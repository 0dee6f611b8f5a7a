"""A port on Windows, by pyserial's own code: nothing waits for ever, errors are known in any language."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from modemflash.errors import Problem
from modemflash_host.links import open as links
from modemflash_host.links import serial_port
from modemflash_host.links.names import device_name
from modemflash_host.links.serial_port import SerialPort
from modemflash_host.links.system_errors import windows_number
from support.fake_windows import Kernel, windows_serial

DATA = bytes(range(256)) * 40


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    """Windows, as far as a serial port is concerned."""
    import serial

    kernel, kind = windows_serial(monkeypatch)

    def for_url(name: str, **_: object) -> Any:
        made = kind(None)
        made.port = name
        return made

    monkeypatch.setattr(serial, "serial_for_url", for_url)
    for module in (links, serial_port):
        monkeypatch.setattr(module, "os", _Windows())
    monkeypatch.setattr(links, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.setattr(links, "port_names", lambda: ["COM3", "COM7"])
    return kernel


class _Windows:
    """The module `os` of a computer with Windows."""

    name = "nt"

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


def opened(on_wait: Callable[[], None] = lambda: None) -> SerialPort:
    port, _ = links.open_link("COM5", on_wait)
    assert isinstance(port, SerialPort)
    return port


def test_a_write_arrives_whole(kernel: Kernel) -> None:
    """A piece at a time, no two of them under way with one OVERLAPPED."""
    port = opened()
    port.write(b"<" + DATA + b">", 1, len(DATA))
    assert port.drain(5000)
    assert kernel.sent == DATA
    port.close()


def test_a_write_that_cts_holds_ends(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    """It keeps the screen alive meanwhile; the port is let go with nothing under way."""
    monkeypatch.setattr(serial_port, "WAIT_STEP_S", 0.01)
    monkeypatch.setattr(serial_port, "BLOCKED_S", 0.05)
    waits: list[int] = []
    port = opened(lambda: waits.append(1))
    kernel.cts = False
    with pytest.raises(Problem) as caught:
        port.write(DATA, 0, len(DATA))
    assert caught.value.code == "port-blocked"
    assert len(waits) > 1
    port.close()
    assert kernel.closed and not kernel.queue


def test_pyserials_own_write_would_wait_for_ever(kernel: Kernel) -> None:
    """The reason for a loop of our own; the fake sees the difference."""
    import serial

    link = serial.serial_for_url("COM5")
    link.baudrate = 115200
    link.open()
    kernel.cts = False
    with pytest.raises(AssertionError, match="waits for ever"):
        link.write(DATA)


def test_a_rate_that_the_driver_does_not_have_is_no_lost_port(kernel: Kernel) -> None:
    """The rate before it stays, and the port is in use as before."""
    port = opened()
    assert port.set_baud(115200)
    assert not port.set_baud(460800)
    port.write(b"AT\r\n", 0, 4)
    assert port.drain(1000)
    assert kernel.sent == b"AT\r\n"


def test_an_adapter_that_was_pulled_is_a_lost_port(kernel: Kernel) -> None:
    """In every use of it, a change of the rate too."""
    port = opened()
    kernel.gone = True
    uses: list[Callable[[], object]] = [
        lambda: port.set_baud(115200),
        lambda: port.write(DATA, 0, len(DATA)),
        lambda: port.readinto(bytearray(8), 8, 10),
        lambda: port.drain(10),
    ]
    for use in uses:
        with pytest.raises(Problem) as caught:
            use()
        assert caught.value.code == "port-lost"


@pytest.mark.parametrize(
    ("number", "code"),
    [(2, "port-absent"), (433, "port-absent"), (5, "port-busy"), (32, "port-busy"), (87, "port-not-opened")],
)
def test_why_it_did_not_open_in_any_language(kernel: Kernel, number: int, code: str) -> None:
    """By Windows' number; its sentence is German here."""
    kernel.opens = number
    with pytest.raises(Problem) as caught:
        links.open_link("COM5")
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("could not open port 'COM5': PermissionError(13, 'Accès refusé.', None, 5)", 5),
        ("could not open port 'COM5': FileNotFoundError(2, 'It''s not, here', None, 2)", 2),
        ("Cannot configure port. Original message: OSError(22, '参数错误。', None, 87)", 87),
        ("Access is denied", 0),
    ],
)
def test_the_number_in_pyserials_sentence(text: str, number: int) -> None:
    assert windows_number(OSError(text)) == number


@pytest.mark.parametrize(
    ("typed", "name"),
    [("com5", "COM5"), ("Com12", "COM12"), (r"\\.\com10", "COM10"), ("COM3:", "COM3"), ("auto", "auto"),
     ("socket://com5:1", "socket://com5:1"), ("comet", "comet")],
)  # fmt: skip
def test_the_name_of_a_port_as_people_type_it(typed: str, name: str) -> None:
    assert device_name(typed, "win32") == name
    assert device_name(typed, "linux") == typed


def test_nothing_decides_by_a_text_in_english() -> None:
    """Neither pyserial's sentences nor the system's are searched anywhere in the room of links."""
    for path in Path(links.__file__).parent.glob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert "in str(error)" not in source and "in text" not in source, path.name
