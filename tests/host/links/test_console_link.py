"""Opening a console moves no line that a board's reset may hang on."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import serial

from modemflash_host.links.open import open_console
from modemflash_sim.endpoints.rfc2217 import Rfc2217Endpoint


class Recorded:
    """As much of a pyserial object as is touched before and at opening."""

    def __init__(self) -> None:
        self.at_open: dict[str, Any] = {}
        self.after: list[str] = []

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("dtr", "rts", "rtscts") and "after" in self.__dict__ and self.at_open:
            self.after.append(name)
        super().__setattr__(name, value)

    def open(self) -> None:
        names = ("dtr", "rts", "rtscts", "bytesize", "baudrate", "exclusive")
        self.at_open = {name: getattr(self, name, None) for name in names}

    def close(self) -> None:
        pass

    def set_low_latency_mode(self, on: bool) -> None:
        pass

    def fileno(self) -> int:
        raise OSError("none")


def test_control_lines_are_set_before_the_port_is_opened_and_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both asserted is what every kernel does at open, and what the reset circuits of ESP32 boards ignore."""
    made = Recorded()
    monkeypatch.setattr(serial, "serial_for_url", lambda name, do_not_open: made)
    monkeypatch.setattr("modemflash_host.links.open.settle", lambda link: None)
    open_console("/dev/ttyUSB7")
    assert made.at_open == {
        "dtr": True,
        "rts": True,
        "rtscts": False,
        "bytesize": 8,
        "baudrate": 115_200,
        "exclusive": True,
    }
    assert made.after == []


@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # pyserial 3.5
def test_the_command_channel_of_a_pic_reaches_the_far_end_of_a_network_link() -> None:
    endpoint = Rfc2217Endpoint()
    stop = threading.Event()

    def far_end() -> None:
        while not stop.is_set():
            endpoint.read()
            stop.wait(0.002)

    thread = threading.Thread(target=far_end)
    thread.start()
    try:
        link, _ = open_console(endpoint.url, data_bits=5)
        assert endpoint._port.bytesize == 5
        assert endpoint._port.baudrate == 115_200
        assert not endpoint._port.rtscts
        link.close()
    finally:
        stop.set()
        thread.join(5)
        endpoint.close()
