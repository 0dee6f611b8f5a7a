"""Whole updates by the page, in a real browser, over its real serial port."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from modemflash_sim.endpoints.pty import PtyEndpoint
from modemflash_sim.endpoints.serve import serve
from modemflash_sim.quectel_gnss import assumptions
from modemflash_sim.quectel_gnss.module import SimGnss
from modemflash_sim.quectel_gnss.profiles import PROFILES, SECOND_US
from modemflash_sim.sequans import images
from support.browser.chromium import Chromium
from support.browser.firefox import Firefox
from support.browser.page import Page
from support.browser.tab import wait_for, wait_until
from support.browser.table import board_on_table, quick_modem
from support.browser.usb_ports import UsbPorts
from support.gnss import VERSION, package

pytestmark = [pytest.mark.referee, pytest.mark.slow, pytest.mark.timeout(300)]
MARKUP = "<img src=x onerror=alert(1)>"


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


def test_a_danger(page: Page, window: Chromium, ports: UsbPorts, firmware: Path, tmp_path: Path) -> None:
    """Accepted by its typed word alone, then the plan by a click; what a modem says is never markup."""
    shutil.copy(firmware / "updater.elf", tmp_path)
    (tmp_path / "unproven.dup").write_bytes(images.make_full_image(50523, size_bytes=60_000))
    modem, endpoint = quick_modem(ue=MARKUP), PtyEndpoint()
    with serve(modem, endpoint):
        ports.plug("board-a", endpoint.url)
        page.open()
        page.choose(tmp_path / "unproven.dup", tmp_path / "updater.elf")
        page.tab.click("#via-direct")
        for typed in ("", "YES", "38638-50523 ", "38638-50523"):
            page.connect("board-a")
            wait_for(page.tab, "document.body.dataset.state != 'result'")
            page.wait_question()
            assert window.focus() == "danger-word"
            window.press(*typed, Keys.ENTER)
            if typed != "38638-50523":
                assert page.outcome() == "refused" and page.error()[0] == "not-confirmed", typed
        page.wait_question()
        assert page.tab.run("return document.getElementById('danger').hidden")
        page.tab.click("#decline")
        assert page.outcome() == "refused"
    assert modem.verdict.images == () and modem.verdict.build == 38638
    assert page.tab.run("return document.querySelectorAll('main img').length") == 0
    assert window.complaints() == []


def test_gnss(page: Page, window: Chromium, ports: UsbPorts, tmp_path: Path) -> None:
    """A GNSS receiver at its adapter: known by its file, written without a board."""
    (tmp_path / f"{VERSION}.pkg").write_bytes(package())
    module = SimGnss(
        replace(PROFILES["lg290p"], last_us=SECOND_US, erase_us=SECOND_US), assumptions.parse("")
    )
    endpoint = PtyEndpoint()
    with serve(module, endpoint):
        ports.plug("board-a", endpoint.url)
        page.open()
        page.choose(tmp_path / f"{VERSION}.pkg")
        page.connect("board-a")
        page.agree()
        assert page.outcome() == "updated", page.error()
    assert (module.verdict.version, module.verdict.violations) == (VERSION, ())
    assert window.complaints() == []


def test_only_asking(
    page: Page, window: Chromium, ports: UsbPorts, interpreter: Path, tmp_path: Path
) -> None:
    """Ten openings, each told; who the modem is; the answers as a file. Nothing is written to the modem."""
    with board_on_table(interpreter, tmp_path, ports, "board-a") as board:
        page.open("?info")
        page.connect("board-a", "#start-ask")
        assert page.outcome() == "nothing-to-do", page.error()
        window.save_files_in(tmp_path)
        page.tab.click("#save-answers")
        saved = tmp_path / "modemflash-answers.json"
        wait_until(saved.exists, 10)
        answers = json.loads(saved.read_text())
        assert [row.get("restarted") for row in answers["answers"]] == [None, *[False] * 10, None]
        assert "38638" in answers["answers"][-1]["text"] and "Chrome" in answers["browser"]
        assert board.ask(lambda: board.modem.verdict.images) == ()
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


def test_the_module_itself_in_firefox(
    open_firefox: Callable[[str], AbstractContextManager[Firefox]],
    origin: str,
    ports: UsbPorts,
    firmware: Path,
) -> None:
    """Direct, and what is wrong with a file is said there, too."""
    modem, endpoint = quick_modem(), PtyEndpoint()
    with serve(modem, endpoint), open_firefox(origin) as tab:
        ports.plug("board-a", endpoint.url)
        try:
            page = Page(tab, origin)
            page.open()
            page.tab.choose_files("#choose-files", Path(__file__))
            wait_for(tab, "document.body.dataset.state == 'error'")
            assert page.error()[0] and Path(__file__).name in str(page.error()[1])
            page.tab.run("document.body.dataset.state = 'ready'")
            page.choose_firmware(firmware)
            page.tab.click("#via-direct")
            page.connect("board-a")
            page.agree()
            assert page.outcome() == "updated", page.error()
        finally:
            ports.pull_all()
    assert modem.verdict.build == 41065
