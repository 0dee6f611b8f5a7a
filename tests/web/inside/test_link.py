"""The browser's port as the engine's: what is read, written, and when it is opened anew."""

from __future__ import annotations

from typing import Any

import pytest

from modemflash_host.errors import LinkProblem
from modemflash_host.links.serial_port import BURST_WITHOUT_FLOW_CONTROL_BYTES
from modemflash_host.links.wait import PortBusy
from modemflash_web.inside.link import PagePort
from support.page_browser import StandInDevice, wait


def port_of(device: StandInDevice) -> PagePort:
    as_device: Any = device
    return PagePort(as_device, wait, lambda data: data)


def nothing() -> None:
    """A write waits."""


def test_what_is_there_is_read_without_a_wait() -> None:
    device = StandInDevice()
    link = port_of(device).open(115_200, nothing)
    device.there = b"abcdef"
    buf = bytearray(4)
    assert (link.readinto(buf, 4, 1000), bytes(buf)) == (4, b"abcd")
    assert ("wait", 1000) not in device.done


def test_one_wait_brings_what_comes_next() -> None:
    device = StandInDevice()
    link = port_of(device).open(115_200, nothing)
    device.coming.extend([b"one", b"two"])
    buf = bytearray(10)
    assert (link.readinto(buf, 10, 250), bytes(buf[:3])) == (3, b"one")
    assert device.done.count(("wait", 250)) == 1


def test_no_time_is_no_wait() -> None:
    device = StandInDevice()
    link = port_of(device).open(115_200, nothing)
    device.coming.append(b"later")
    assert link.readinto(bytearray(10), 10, 0) == 0
    assert device.done[-1][0] != "wait"


def test_a_pulled_plug_is_a_lost_port() -> None:
    device = StandInDevice()
    link = port_of(device).open(115_200, nothing)
    device.isLost = True
    for use in (lambda: link.readinto(bytearray(1), 1, 10), lambda: link.write(b"x", 0, 1)):
        with pytest.raises(LinkProblem) as caught:
            use()
        assert caught.value.code == "port-lost"


def test_a_port_that_is_open_at_its_rate_is_not_opened_again() -> None:
    """Each opening moves DTR, which may be a reset."""
    device = StandInDevice()
    port = port_of(device)
    port.open(115_200, nothing).close()
    port.open(115_200, nothing)
    assert device.done == [("open", 115_200, False)]


def opened(device: StandInDevice) -> list[tuple[object, ...]]:
    return [row for row in device.done if row[0] == "open"]


@pytest.mark.parametrize("cts", [True, False])
def test_flow_control_only_where_the_other_side_has_it(cts: bool) -> None:
    """Without CTS a browser holds every byte back; and it stays so at the next rate."""
    device = StandInDevice(cts=cts)
    link = port_of(device).open(921_600, nothing, flow_control=True)
    link.set_baud(115_200)
    assert opened(device)[-1] == ("open", 115_200, cts)
    assert link.max_burst == (0 if cts else BURST_WITHOUT_FLOW_CONTROL_BYTES)


def test_no_flow_control_where_nobody_asked_for_it() -> None:
    device = StandInDevice()
    port_of(device).open(460_800, nothing)
    assert opened(device) == [("open", 460_800, False)]


def test_another_rate_is_another_opening() -> None:
    device = StandInDevice()
    link = port_of(device).open(115_200, nothing)
    assert link.set_baud(115_200)
    assert link.set_baud(921_600)
    assert opened(device) == [("open", 115_200, False), ("open", 921_600, False)]


def test_a_port_that_keeps_its_rate_is_opened_once() -> None:
    device = StandInDevice()
    port = port_of(device)
    port.keeps_rate = True
    link = port.open(115_200, nothing)
    assert not link.set_baud(921_600)
    link.close()
    port.open(115_200, nothing)
    assert device.done == [("open", 115_200, False)]


def test_a_port_that_was_left_at_another_rate_is_opened_anew() -> None:
    """A first attempt may have ended in the middle of a change."""
    device = StandInDevice()
    port = port_of(device)
    port.open(115_200, nothing).set_baud(921_600)
    port.keeps_rate = True
    port.open(115_200, nothing)
    assert port.baud == 115_200


@pytest.mark.parametrize("pieces", [[b"rst:0x1 (POWERON"], [b"ets J", b"un  8 2016"]])
def test_a_board_that_restarts_at_an_opening_is_noticed(pieces: list[bytes]) -> None:
    device = StandInDevice()
    port = port_of(device)
    link = port.open(115_200, nothing)
    device.coming.extend(pieces)
    for _ in pieces:
        link.readinto(bytearray(100), 100, 10)
    assert port.restarts


def test_a_board_that_restarts_later_was_not_restarted_by_us(monkeypatch: pytest.MonkeyPatch) -> None:
    device = StandInDevice()
    port = port_of(device)
    link = port.open(115_200, nothing)
    port.opened_ms -= 10_000
    device.coming.append(b"rst:0x1 (POWERON_RESET)")
    link.readinto(bytearray(100), 100, 10)
    assert not port.restarts


def test_a_write_waits_only_where_much_is_on_its_way() -> None:
    device = StandInDevice()
    waits: list[int] = []
    link = port_of(device).open(115_200, lambda: waits.append(1))
    link.write(b"-abc-", 1, 3)
    assert device.done[-1] == ("write", b"abc")
    assert waits == []
    device.waiting, device.room_after = 1 << 20, 3
    link.write(b"more", 0, 4)
    assert len(waits) == 2


@pytest.mark.parametrize(
    ("refuses", "code"),
    [("InvalidStateError", "port-busy"), ("NetworkError", "port-busy"), ("TypeError", "port-not-opened")],
)
def test_a_port_that_does_not_open_has_a_code(refuses: str, code: str) -> None:
    with pytest.raises(LinkProblem) as caught:
        port_of(StandInDevice(refuses=refuses)).open(115_200, nothing)
    assert caught.value.code == code


def test_a_port_of_another_tab_is_busy_and_not_waited_for() -> None:
    with pytest.raises(PortBusy) as caught:
        port_of(StandInDevice(refuses="InvalidStateError")).open(115_200, nothing)
    assert "another tab" in caught.value.happened


def test_a_port_that_is_away_is_absent() -> None:
    device = StandInDevice(isLost=True)
    with pytest.raises(LinkProblem) as caught:
        port_of(device).open(115_200, nothing)
    assert caught.value.code == "port-absent"
