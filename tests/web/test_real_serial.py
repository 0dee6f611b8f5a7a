"""The rig itself: a page in a real browser talks to a pty by the browser's own Web Serial."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from support.browser.echo_port import echo_port
from support.browser.site import site
from support.browser.tab import Tab, wait_for
from support.browser.usb_ports import PRODUCT, VENDOR, UsbPorts

pytestmark = pytest.mark.referee
_PAGE = """<!doctype html><html lang=en><meta charset=utf-8><title>A page of the test</title>
<button id=ask>Connect</button>
<script>
  window.seen = [];
  for (const kind of ['connect', 'disconnect'])
    navigator.serial.addEventListener(kind, () => window.seen.push(kind));
  document.getElementById('ask').onclick = async () => {
    try { window.port = await navigator.serial.requestPort(); } catch (error) { window.refused = error.name; }
  };
</script>"""
# Opens at a rate, sends, hears as much, closes.
_TALK = """
const [rate, text] = words;
await port.open({baudRate: rate, bufferSize: 16384});
const writer = port.writable.getWriter();
await writer.write(new TextEncoder().encode(text));
writer.releaseLock();
const reader = port.readable.getReader();
let heard = '';
while (heard.length < text.length) heard += new TextDecoder().decode((await reader.read()).value);
reader.releaseLock();
const lines = await port.getSignals();
await port.setSignals({dataTerminalReady: false});
await port.close();
return [heard, lines.clearToSend];
"""


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def tab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text(_PAGE)
    open_browser: Callable[[str], AbstractContextManager[Tab]] = request.getfixturevalue(
        "open_" + request.param
    )
    with site(folder) as origin, open_browser(origin) as opened:
        opened.go(origin + "/index.html")
        yield opened


@pytest.fixture
def unplugged(ports: UsbPorts) -> Iterator[UsbPorts]:
    yield ports
    ports.pull_all()


def test_it_talks_at_two_rates(tab: Tab, unplugged: UsbPorts) -> None:
    """Chosen, opened, written to, read, closed, and all again at another rate, which the pty sees."""
    with echo_port() as echo:
        unplugged.plug("board-a", echo.tty)
        tab.click("#ask")
        tab.allow_port("Pysense board-a")
        wait_for(tab, "Boolean(window.port)")
        assert tab.run("return port.getInfo()") == {"usbVendorId": VENDOR, "usbProductId": PRODUCT}
        for rate in (115_200, 921_600):
            assert tab.run(_TALK, rate, "at %d" % rate) == ["AT %d" % rate, True]
            assert b"".join(data for data, there in echo.heard if there == rate) == b"at %d" % rate


def test_it_sees_a_plug_pulled(tab: Tab, unplugged: UsbPorts) -> None:
    """A port that goes and comes is told to a page that may use it, and is the same port."""
    with echo_port() as echo:
        unplugged.plug("board-a", echo.tty)
        tab.click("#ask")
        tab.allow_port("Pysense board-a")
        wait_for(tab, "Boolean(window.port)")
        tab.run("seen.length = 0")
        unplugged.pull("board-a")
        wait_for(tab, "seen.join() == 'disconnect'")
        unplugged.plug("board-a", echo.tty)
        wait_for(tab, "seen.join() == 'disconnect,connect'")
        assert tab.run("return (await navigator.serial.getPorts()).length") == 1


def test_without_a_port(tab: Tab) -> None:
    """No port is plugged in: there is none to use."""
    wait_for(tab, "(await navigator.serial.getPorts()).length == 0")
