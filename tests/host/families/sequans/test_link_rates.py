"""What a link cannot do is known before the first write, and no rate is claimed that was not measured."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest

from modemflash.errors import LinkProblem
from modemflash.line import Line
from modemflash.modem import Modem
from modemflash.planning import Plan
from modemflash_host.families.sequans.link_rates import has_one_rate, refusal_of_rates
from modemflash_host.links.open import open_link
from support.sinks import Clock, reporter


class Port:
    """Takes some rates, and answers OK to everything."""

    max_burst = 0

    def __init__(self, clock: Clock, *rates: int) -> None:
        self.clock = clock
        self.rates = rates
        self.asked: list[int] = []
        self.unread = b""

    def set_baud(self, rate: int) -> bool:
        self.asked.append(rate)
        return rate in self.rates

    def write(self, buf: Any, off: int, n: int) -> None:
        words = bytes(buf[off : off + n])
        if b"SMOD" in words:
            self.unread += b"\r\n+SMOD: 2\r\n"
        if b"\n" in words:
            self.unread += b"\r\nOK\r\n"

    def readinto(self, buf: Any, n: int, timeout_ms: int) -> int:
        got, self.unread = self.unread[:n], self.unread[n:]
        buf[: len(got)] = got
        if not got:
            self.clock.sleep_ms(max(1, timeout_ms))
        return len(got)

    def drop_input(self) -> None:
        self.unread = b""

    def drain(self, timeout_ms: int) -> bool:
        return True


def line_of(*rates: int) -> Line:
    clock = Clock()
    return Line(Port(clock, *rates), clock, reporter())


def plan_of(*steps: str) -> Plan:
    plan = Plan()
    plan.steps = [(step, "") for step in steps]
    return plan


BOTH = (921_600, 115_200)
RECOVERY = ("prepare", "enter-recovery", "send", "install", "read-back")
UPDATER = ("prepare", "enter-boot-loader", "load-updater", "send", "install", "read-back")


@pytest.mark.parametrize(
    ("rates", "state", "steps", "refused"),
    [
        (BOTH, "application", UPDATER, False),
        (BOTH, "boot-loader", UPDATER[2:], False),
        ((), "application", RECOVERY, False),
        ((), "application", UPDATER, True),
        ((), "boot-loader", UPDATER[2:], True),
        ((921_600,), "application", UPDATER, True),
        ((921_600,), "application", RECOVERY, False),
        ((115_200,), "boot-loader", ("start-application", "read-back"), True),
        ((), "boot-loader", (), False),
    ],
)
def test_a_plan_that_needs_both_rates_needs_a_link_that_has_both(
    rates: tuple[int, ...], state: str, steps: tuple[str, ...], refused: bool
) -> None:
    """Asked of the link itself; a rate that it lacks and the plan does not need is no error."""
    update: Any = SimpleNamespace(modem=SimpleNamespace(state=state))
    refusal = refusal_of_rates(line_of(*rates), update, plan_of(*steps))
    assert (refusal is not None and refusal.code == "link-one-rate") == refused
    if refusal is not None:
        assert refusal.modem_state == "untouched"
        assert "rfc2217" in refusal.hint


@pytest.mark.parametrize(("rates", "known"), [(BOTH, 921_600), ((), 0)])
def test_a_rate_that_was_not_set_is_not_claimed(rates: tuple[int, ...], known: int) -> None:
    """The modem answers, at whatever rate its bridge has."""
    line = line_of(*rates)
    modem = Modem(line)
    assert modem.probe(921_600, 500, 1)
    assert modem.baud == known
    assert has_one_rate(line) == (not rates)


def says_nothing(partner: socket.socket, got: bytes) -> None:
    """A server that only passes bytes to a modem that is silent."""


def echoes(partner: socket.socket, got: bytes) -> None:
    """A modem's echo behind it."""
    partner.sendall(got)


def is_plain_telnet(partner: socket.socket, got: bytes) -> None:
    """Every offer is declined, and every setting passed over."""
    for at in range(len(got) - 2):
        if got[at] == 255 and got[at + 1] in (251, 253):
            partner.sendall(bytes((255, {251: 254, 253: 252}[got[at + 1]], got[at + 2])))


def takes_the_option_and_no_setting(partner: socket.socket, got: bytes) -> None:
    """It agrees to speak RFC 2217, and then never answers a setting."""
    for at in range(len(got) - 2):
        if got[at] == 255 and got[at + 1] in (251, 253):
            partner.sendall(bytes((255, {251: 253, 253: 251}[got[at + 1]], got[at + 2])))


def hangs_up(partner: socket.socket, got: bytes) -> None:
    """A server whose port another client has."""
    partner.close()


def says_why_and_hangs_up(partner: socket.socket, got: bytes) -> None:
    """The same, as ser2net does it."""
    partner.sendall(b"Port already in use\r\n")
    partner.close()


ANSWERS = {
    says_nothing: "link-no-rfc2217",
    echoes: "link-no-rfc2217",
    is_plain_telnet: "link-no-rfc2217",
    takes_the_option_and_no_setting: "link-no-rfc2217",
    hangs_up: "port-busy",
    says_why_and_hangs_up: "port-busy",
}


@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # pyserial's own
@pytest.mark.parametrize("answer", ANSWERS)
def test_a_server_that_is_no_rfc_2217_is_named(answer: Callable[[socket.socket, bytes], None]) -> None:
    """It echoes, is silent, is telnet alone, or ends it: one sentence, and no inner words of pyserial."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                partner, _ = server.accept()
                with partner:
                    while got := partner.recv(100):
                        answer(partner, got)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with server, pytest.raises(LinkProblem) as raised:
        open_link(f"rfc2217://127.0.0.1:{server.getsockname()[1]}?timeout=0.3")
    assert raised.value.code == ANSWERS[answer]
    assert "REQUESTED" not in raised.value.happened
