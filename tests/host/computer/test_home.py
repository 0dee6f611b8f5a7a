"""What a home of the program sets in another way is used, and on a PC all is as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from modemflash_host.board.console.session import find_port
from modemflash_host.board.install.package import deployed
from modemflash_host.board.pic import DATA_BITS
from modemflash_host.computer.clock import MonotonicClock
from modemflash_host.computer.home import HOME, Home, Opener
from modemflash_host.computer.sleep_inhibitor import sleep_inhibited
from modemflash_host.links.open import open_console, open_link

NAME = "page://port#04d8:f012"


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Home:
    """This very home, put back at the end."""
    for name in ("sleep", "flush", "sleep_inhibited", "board_package"):
        monkeypatch.setattr(HOME, name, getattr(HOME, name))
    monkeypatch.setattr(HOME, "openers", {})
    return HOME


def test_a_port_is_opened_by_the_opener_of_its_scheme(home: Home) -> None:
    opened: list[tuple[str, int, bool]] = []

    def open_it(name: str, baud: int, flow_control: bool, on_wait: object) -> Any:
        opened.append((name, baud, flow_control))
        return "link", "clock"

    home.openers["page"] = Opener(open_it)
    assert open_console(NAME) == ("link", "clock")
    assert open_link(NAME) == ("link", "clock")
    assert open_link(NAME, flow_control=False) == ("link", "clock")
    assert opened == [(NAME, 115_200, False), (NAME, 921_600, True), (NAME, 921_600, False)]
    assert home.opener_of("/dev/ttyUSB0") is None
    assert home.opener_of("sim://pycom-catm1") is None


@pytest.mark.parametrize(("bits", "is_pic"), [({8}, False), ({8, DATA_BITS}, True)])
def test_a_link_without_5_data_bits_has_no_pic(home: Home, bits: set[int], is_pic: bool) -> None:
    """A shield's reset by its PIC is not tried where the link cannot say it."""
    home.openers["page"] = Opener(lambda *_: ("link", "clock"), frozenset(bits))  # type: ignore[arg-type]
    assert find_port(NAME)[1].is_pic is is_pic


def test_a_shield_at_an_address_of_no_opener_keeps_its_pic(home: Home) -> None:
    assert find_port("rfc2217://host:4000#04d8:f012")[1].is_pic


def test_a_clock_waits_as_its_home_does(home: Home) -> None:
    slept: list[float] = []
    home.sleep = slept.append
    MonotonicClock().sleep_ms(250)
    assert slept == [0.25]


def test_the_computer_is_held_awake_as_its_home_does(home: Home) -> None:
    steps: list[str] = []

    @contextmanager
    def held(on_trouble: Any) -> Iterator[None]:
        steps.append("held")
        yield
        steps.append("let go")

    home.sleep_inhibited = held
    with sleep_inhibited(steps.append, which=lambda _: pytest.fail("a program was looked for")):
        steps.append("written")
    assert steps == ["held", "written", "let go"]


def test_a_package_that_was_made_beforehand_is_the_one(home: Home) -> None:
    deployed.cache_clear()
    home.board_package = {"modemflash/__init__.py": b"made"}
    try:
        assert deployed() == {"modemflash/__init__.py": b"made"}
    finally:
        deployed.cache_clear()
