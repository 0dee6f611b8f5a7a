"""Whole updates by the page, in a real browser, over its real serial port."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.browser.chromium import Chromium
from support.browser.page import Page
from support.browser.table import board_on_table
from support.browser.usb_ports import UsbPorts

pytestmark = [pytest.mark.referee, pytest.mark.slow]


def test_by_relay(
    page: Page, window: Chromium, ports: UsbPorts, interpreter: Path, firmware: Path, tmp_path: Path
) -> None:
    """Files, Connect, Agree, Updated: the modem has the new build, and no complaint on the console."""
    with board_on_table(interpreter, tmp_path, ports, "board-a") as board:
        page.open()
        page.choose(firmware / "CATM1-41065.dup", firmware / "updater.elf")
        page.connect("board-a")
        page.agree()
        assert page.outcome() == "updated", page.error()
        assert board.build() == 41065
    assert window.complaints() == []
