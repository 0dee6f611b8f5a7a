"""What can be wrong before anything is written: each is told by its code, and what it says is text."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from modemflash_sim.sequans import images
from support.browser.chromium import Chromium, chromium, requests_of
from support.browser.echo_port import echo_port
from support.browser.page import Page
from support.browser.site import site
from support.browser.tab import wait_for
from support.browser.usb_ports import UsbPorts
from support.edl import maker_for

pytestmark = [pytest.mark.referee, pytest.mark.timeout(300)]
MARKUP = "<img src=x onerror=alert(1)>.dup"
# What the policy forbids, each in its own way; the directives that stopped it.
_TRY_TO_LEAVE = """
const stopped = new Set();
document.addEventListener('securitypolicyviolation', (event) => stopped.add(event.effectiveDirective));
const put = (name, words) => document.body.append(Object.assign(document.createElement(name), words));
put('img', { src: 'http://127.0.0.1:9/' });
put('script', { src: 'http://127.0.0.1:9/' });
put('script', { textContent: 'window.wasRun = true' });
put('style', { textContent: '* { color: red }' });
await fetch('http://127.0.0.1:9/').catch(() => {});
await new Promise((resolve) => { setTimeout(resolve, 100); });
return window.wasRun ? 'it was run' : [...stopped].sort();
"""
_SHOWN = "document.body.dataset.state == 'error' && document.getElementById('error').innerText"


def test_files_that_are_no_firmware(page: Page, window: Chromium, tmp_path: Path) -> None:
    """Text, a cut image, nothing at all: said at once, by the file's name, which is never markup."""
    (tmp_path / MARKUP).write_text("hello " * 1000)
    (tmp_path / "cut.dup").write_bytes(images.make_full_image(41065, size_bytes=60_000)[:50_000])
    (tmp_path / "empty.dup").touch()
    page.open()
    codes = set()
    for name in (MARKUP, "cut.dup", "empty.dup"):
        page.tab.run("document.body.dataset.state = 'ready'")
        page.tab.choose_files("#choose-files", tmp_path / name)
        wait_for(page.tab, _SHOWN)
        code, words = page.error()
        codes.add(code)
        assert name in str(words), (name, code, words)
        assert page.tab.run("return document.getElementById('connect').disabled")
    assert len(codes) == 3
    assert page.tab.run("return document.querySelectorAll('main img').length") == 0
    assert window.complaints() == []


def test_what_nobody_should_choose(page: Page, window: Chromium, firmware: Path, tmp_path: Path) -> None:
    """A film, a bomb, an archive in an archive, a folder with everything: quickly told, or passed over."""
    downloads, film = tmp_path / "downloads", tmp_path / "film.dup"
    (downloads / "modem" / "new").mkdir(parents=True)
    for name in ("CATM1-41065.dup", "updater.elf"):
        shutil.copy(firmware / name, downloads / "modem" / "new")
    for number in range(200):
        (downloads / f"{number}.txt").write_text("letter")
    for path in (film, downloads / "film.mkv"):
        with path.open("wb") as file:
            file.truncate(3 << 30)
    pack(tmp_path / "bomb.zip", {"a.dup": bytes(50 << 20)})
    pack(tmp_path / "outer.zip", {"inner.zip": pack(tmp_path / "inner.zip", {"a.dup": b"dup"}).read_bytes()})
    page.open()
    for path, code in (
        (film, "file-too-large"),
        (tmp_path / "bomb.zip", "archive-bomb"),
        (tmp_path / "outer.zip", "no-firmware-here"),
    ):
        page.tab.run("document.body.dataset.state = 'ready'")
        page.tab.choose_files("#choose-files", path)
        wait_for(page.tab, _SHOWN)
        found, words = page.error()
        assert found == code and path.name in str(words) and "/files" not in str(words)
    page.tab.run("document.body.dataset.state = 'ready'")
    page.tab.choose_files("#choose-folder", downloads)
    page.wait_state("files")
    assert "41065" in page.text("#firmware") and page.error() == ("", "")
    assert window.complaints() == []


def pack(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_firmware_for_the_program_alone(page: Page, tmp_path: Path) -> None:
    """A package for a module that this page does not write: said, and Connect stays shut."""
    with zipfile.ZipFile(tmp_path / "package.zip", "w") as package:
        for name, content in maker_for("rm520n").contents().items():
            package.writestr(name, content)
    page.open()
    page.tab.choose_files("#choose-files", tmp_path / "package.zip")
    wait_for(page.tab, "document.body.dataset.state != 'ready'")
    assert page.error()[0] == "only-on-a-pc"
    assert page.tab.run("return document.getElementById('connect').disabled")


def test_no_port(page: Page, firmware: Path) -> None:
    """Nobody chose one: it is said, and Connect can be pressed again."""
    page.open()
    page.choose_firmware(firmware)
    for _ in range(2):
        page.tab.click("#connect")
        wait_for(page.tab, "document.getElementById('error').dataset.code == 'no-port'")
        page.tab.run("delete document.getElementById('error').dataset.code")


def test_port_that_cannot_be_opened(page: Page, ports: UsbPorts, firmware: Path) -> None:
    """As one that another program has: what to close is said, and Connect can be pressed."""
    ports.plug("board-a", "/dev/null")
    page.open()
    page.choose_firmware(firmware)
    page.connect("board-a")
    assert page.outcome() == "failed"
    code, words = page.error()
    assert code == "port-busy"
    for said in ("untouched", "then press Connect again", "serial terminal", "dialout"):
        assert said in str(words)
    assert page.text("#result-title") == "Not begun"
    assert not page.tab.run("return document.getElementById('connect').disabled")


@pytest.mark.slow
def test_port_that_nobody_answers_at(page: Page, ports: UsbPorts, firmware: Path) -> None:
    """No board is there: nothing was touched, and it says what to look at."""
    with echo_port() as echo:
        ports.plug("board-a", echo.tty)
        page.open()
        page.choose_firmware(firmware)
        page.connect("board-a")
        assert page.outcome() == "failed"
        code, words = page.error()
        assert code == "board-not-reached" and "untouched" in str(words)


def test_second_tab(page: Page, window: Chromium, ports: UsbPorts, firmware: Path) -> None:
    """A port that another tab uses is busy; what that tab does goes on."""
    with echo_port() as echo:
        ports.plug("board-a", echo.tty)
        page.open()
        page.connect("board-a", "#start-ask")
        page.wait_state("connecting")
        first = window.driver.current_window_handle
        window.new_tab()
        page.open()
        page.choose_firmware(firmware)
        page.connect("board-a")
        page.outcome()
        assert page.error()[0] == "port-busy"
        window.driver.switch_to.window(first)
        assert page.state() == "connecting"


def test_page_that_is_not_whole(page_folder: Path, window: Chromium, page: Page, tmp_path: Path) -> None:
    """A host that lost a file: it is said, instead of a page that waits for ever."""
    shutil.copytree(page_folder, tmp_path / "page")
    (tmp_path / "page" / "pyodide.asm.wasm.bin").unlink()
    with site(tmp_path / "page") as origin:
        torn = Page(window, origin)
        torn.open(state="error")
        assert torn.error()[0] == "load-failed"
        window.forget(origin)
    (tmp_path / "page" / "show.js").unlink()
    with site(tmp_path / "page") as origin:
        window.go(origin + "/index.html")
        wait_for(window, "document.getElementById('not-begun').checkVisibility({ visibilityProperty: true })")
        window.forget(origin)


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("delete Navigator.prototype.serial", "no-web-serial"),
        ("delete WebAssembly.Suspending", "no-jspi"),
        ("Object.defineProperty(window, 'isSecureContext', { value: false })", "not-secure"),
    ],
)
def test_browser_that_cannot(window: Chromium, page: Page, script: str, code: str) -> None:
    """A plain sentence instead of a page that does not work, with the way by the program."""
    with window.before_pages(script):
        page.open(state="error")
        found, words = page.error()
        assert found == code and str(words)
        assert page.tab.run("return document.getElementById('choose-files').disabled")


def test_nothing_leaves_the_page(
    tool: Callable[[str], Path], origin: str, ports: UsbPorts, firmware: Path, tmp_path: Path
) -> None:
    """By the browser's own log: page and worker ask nobody but their host; and the policy would stop them."""
    log = tmp_path / "requests.json"
    with chromium(tool("chromium"), tmp_path / "profile", ports, origin, [], requests=log) as tab:
        page = Page(tab, origin)
        page.open()
        page.choose_firmware(firmware)
        page.tab.click("#start-demo")
        page.wait_question()
        page.tab.click("#decline")
        page.outcome()
        assert tab.complaints() == []
        assert tab.run(_TRY_TO_LEAVE) == ["connect-src", "img-src", "script-src-elem", "style-src-elem"]
    asked = requests_of(log, origin)
    assert any(url.endswith("/python.zip.bin") for url in asked)
    assert {url for url in asked if not url.startswith((origin + "/", "blob:"))} == set()


def test_browser_that_keeps_nothing(
    tool: Callable[[str], Path], origin: str, ports: UsbPorts, firmware: Path, tmp_path: Path
) -> None:
    """Said when the page opens; an update, whose journal has to outlive the tab, cannot be begun."""
    with chromium(tool("chromium"), tmp_path, ports, origin, ["board-a"], keeps_data=False) as tab:
        page = Page(tab, origin)
        page.open()
        wait_for(tab, "!document.getElementById('storage').hidden")
        page.choose_firmware(firmware)
        assert tab.run("return document.getElementById('connect').disabled")
        assert not [each for each in tab.complaints() if "Uncaught" in each]
