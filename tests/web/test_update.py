"""Whole updates by the page, in a real browser, over its real serial port."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from modemflash_sim.endpoints.pty import PtyEndpoint
from modemflash_sim.endpoints.serve import serve
from support.browser.chromium import Chromium
from support.browser.firefox import Firefox
from support.browser.page import Page
from support.browser.tab import wait_for
from support.browser.table import board_on_table, quick_modem
from support.browser.usb_ports import UsbPorts

pytestmark = [pytest.mark.referee, pytest.mark.slow, pytest.mark.timeout(300)]


def test_by_relay(
    page: Page, window: Chromium, ports: UsbPorts, interpreter: Path, firmware: Path, tmp_path: Path
) -> None:
    """A board as bought: files, Connect, Agree, Updated, and no complaint on the console."""
    with board_on_table(interpreter, tmp_path, ports, "board-a", fresh=True) as board:
        page.open()
        page.choose_firmware(firmware)
        page.connect("board-a")
        page.agree()
        assert page.outcome() == "updated", page.error()
        assert board.build() == 41065
    assert window.complaints() == []


def test_direct(page: Page, window: Chromium, ports: UsbPorts, firmware: Path) -> None:
    """The modem itself at a serial adapter."""
    modem, endpoint = quick_modem(), PtyEndpoint()
    with serve(modem, endpoint):
        ports.plug("board-a", endpoint.url)
        page.open()
        page.choose_firmware(firmware)
        page.tab.click("#via-direct")
        page.connect("board-a")
        page.agree()
        assert page.outcome() == "updated", page.error()
    assert modem.verdict.build == 41065
    assert window.complaints() == []


def test_in_firefox(
    open_firefox: Callable[[str], AbstractContextManager[Firefox]],
    origin: str,
    ports: UsbPorts,
    interpreter: Path,
    firmware: Path,
    tmp_path: Path,
) -> None:
    """The same in another browser: whole, over its own Web Serial, its port chosen in its own chooser."""
    with (
        board_on_table(interpreter, tmp_path, ports, "board-a") as board,
        open_firefox(origin) as tab,
    ):
        page = Page(tab, origin)
        page.open()
        page.choose_firmware(firmware)
        page.connect("board-a")
        page.agree()
        assert page.outcome() == "updated", page.error()
        assert board.build() == 41065
        page.connect("board-a", "#start-ask")
        wait_for(
            tab,
            "!document.getElementById('save-answers').hidden && document.body.dataset.state == 'result'",
            60,
        )
        assert page.outcome() == "nothing-to-do" and "41065" in page.text("#answers")
