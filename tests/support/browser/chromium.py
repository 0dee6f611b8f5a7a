"""Chromium without a window, on ports of a test: its real Web Serial, driven over WebDriver.

Rules: what a user grants in the chooser stands in its profile beforehand, for one
origin, by USB ids and serial number: no policy of the machine, no root. The
chooser itself cannot be pressed by a driver: `requestPort()` alone is answered by
a script, with what `getPorts()` gives. It has no network but loopback.
"""

from __future__ import annotations

import base64
import json
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import JavascriptException, WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

from support.browser.usb_ports import PRODUCT, VENDOR, UsbPorts
from support.browser.window import HEADLESS_WORDS

_SCRIPT_TIMEOUT_S = 60
# Instead of the chooser; a test may say which one is chosen.
_CHOOSER = """
if (navigator.serial) navigator.serial.requestPort = async () => {
  const ports = await navigator.serial.getPorts();
  if (!ports.length) throw new DOMException('No port selected by the user.', 'NotFoundError');
  return ports[window.chosenPort ?? 0];
};
"""


class Chromium:
    """See `Tab`; made by `chromium`.

    Attributes:
        driver: for what only this browser can do.
    """

    def __init__(self, driver: Any) -> None:
        self.driver = driver
        driver.set_script_timeout(_SCRIPT_TIMEOUT_S)
        self._prepare()

    def go(self, address: str) -> None:
        self.driver.get(address)

    def run(self, script: str, *words: object) -> object:
        try:
            return self.driver.execute_script(
                "return (async (words) => {%s})([...arguments])" % script, *words
            )
        except JavascriptException as error:
            raise AssertionError(error.msg) from None

    def click(self, css: str) -> None:
        self.driver.find_element(By.CSS_SELECTOR, css).click()

    def choose_files(self, css: str, *paths: Path) -> None:
        self.driver.find_element(By.CSS_SELECTOR, css).send_keys("\n".join(map(str, paths)))

    def allow_port(self, name: str) -> None:
        """Nothing is left to do: the profile was granted it."""

    def press(self, *keys: str) -> None:
        """Keys, one after the other, wherever the focus is."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def focus(self) -> str:
        """The id of what has the focus; "" for nothing that has one."""
        return str(self.driver.execute_script("return document.activeElement.id"))

    def save_files_in(self, folder: Path) -> None:
        """What a page lets its user save goes there, unasked."""
        words = {"behavior": "allow", "downloadPath": str(folder)}
        self.driver.execute_cdp_cmd("Browser.setDownloadBehavior", words)

    def complaints(self) -> list[str]:
        """Errors and warnings on its console since this was asked last."""
        return [str(entry["message"]) for entry in self.driver.get_log("browser") if entry["level"] != "INFO"]

    def new_tab(self) -> None:
        """Another tab, which is driven from now on."""
        self.driver.switch_to.new_window("tab")
        self._prepare()

    def close_tab(self) -> None:
        """Close the tab that is driven, whatever it would ask first; a new and empty one is driven then."""
        gone = self.driver.current_window_handle
        self.new_tab()
        self.driver.execute_cdp_cmd("Target.closeTarget", {"targetId": gone})

    def crash_tab(self) -> None:
        """End the process of the tab that is driven; a new and empty one is driven then."""
        gone = self.driver.current_window_handle
        self.new_tab()
        fresh = self.driver.current_window_handle
        self.driver.switch_to.window(gone)
        with suppress(WebDriverException):  # the answer is that it is gone
            self.driver.execute_cdp_cmd("Page.crash", {})
        self.driver.switch_to.window(fresh)
        self.driver.execute_cdp_cmd("Target.closeTarget", {"targetId": gone})

    @contextmanager
    def behind_another_tab(self) -> Iterator[None]:
        """The tab that is driven is hidden by a new one while this lasts."""
        hidden = self.driver.current_window_handle
        self.driver.switch_to.new_window("tab")
        before = self.driver.current_window_handle
        self.driver.switch_to.window(hidden)
        self.driver.execute_cdp_cmd("Target.activateTarget", {"targetId": before})
        yield
        self.driver.switch_to.window(before)
        self.driver.close()
        self.driver.switch_to.window(hidden)
        self.driver.execute_cdp_cmd("Page.bringToFront", {})

    @contextmanager
    def asleep(self) -> Iterator[None]:
        """Its computer sleeps: no process of the browser goes on while this lasts."""
        processes = _descendants(self.driver.service.process.pid)
        assert processes
        for each in processes:
            os.kill(each, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in processes:
                os.kill(each, signal.SIGCONT)

    @contextmanager
    def before_pages(self, script: str) -> Iterator[None]:
        """A script that runs first of all in each page of the tab, such as one that takes something away."""
        words = {"source": script}
        added = self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", words)
        try:
            yield
        finally:
            self.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)

    def resize(self, width: int, height: int = 900, scheme: str = "light", **likes: str) -> None:
        """The page in a window of a size, to somebody who likes it light or dark, or otherwise."""
        wanted = {"prefers-color-scheme": scheme, **likes}
        features = [{"name": name.replace("_", "-"), "value": value} for name, value in wanted.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})

    def picture(self, first: str, last: str) -> bytes:
        """The page from one element to another, over its whole width, as WebP."""
        script = """
            const [from, to] = [...arguments].map(css => document.querySelector(css).getBoundingClientRect());
            return [Math.max(0, from.top + scrollY - 8), to.bottom + scrollY + 8, innerWidth];"""
        top, bottom, width = self.driver.execute_script(script, first, last)
        clip = {"x": 0, "y": top, "width": width, "height": bottom - top, "scale": 1}
        words = {"captureBeyondViewport": True, "format": "webp", "quality": 60, "clip": clip}
        return base64.b64decode(self.driver.execute_cdp_cmd("Page.captureScreenshot", words)["data"])

    def overhang(self) -> int:
        """Pixels by which the page is wider than the window."""
        script = "const e = document.documentElement; return e.scrollWidth - e.clientWidth"
        return int(self.driver.execute_script(script))

    def forget(self, origin: str) -> None:
        """All that a site has kept; its tabs are closed, but one that is empty."""
        keep, *others = self.driver.window_handles
        for each in others:
            self.driver.switch_to.window(each)
            self.driver.close()
        self.driver.switch_to.window(keep)
        self.driver.get("about:blank")
        words = {"origin": origin, "storageTypes": "all"}
        self.driver.execute_cdp_cmd("Storage.clearDataForOrigin", words)

    def _prepare(self) -> None:
        """A script for every page of the tab that is driven."""
        self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _CHOOSER})


def _descendants(pid: int) -> list[int]:
    """The processes that one has begun, and those that they have."""
    threads = Path(f"/proc/{pid}/task").glob("*/children")  # each knows those that it has begun itself
    children = [child for thread in threads for child in thread.read_text().split()]
    return [found for child in map(int, children) for found in (child, *_descendants(child))]


def requests_of(log: Path, origin: str) -> list[str]:
    """What pages and workers of an origin asked for, from the log of a browser that has ended."""
    words = json.loads(log.read_text(encoding="utf-8"))
    kind = words["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    begun = [event["params"] for event in words["events"] if event["type"] == kind and "params" in event]
    return [each["url"] for each in begun if each.get("initiator") == origin]


@contextmanager
def chromium(
    folder: Path,
    room: Path,
    ports: UsbPorts,
    origin: str,
    granted: Sequence[str],
    *,
    keeps_data: bool = True,
    requests: Path | None = None,
) -> Iterator[Chromium]:
    """A browser that ends with the block.

    Args:
        folder: as `fetch.get("chromium")` gives it.
        room: an empty folder for its profile.
        ports: what is plugged in.
        origin: the site that may use ports.
        granted: the names of these ports.
        keeps_data: False for a user who lets no site keep anything.
        requests: where it writes down what it asks of any network, see `requests_of`.
    """
    options = Options()
    options.binary_location = str(folder / "bin" / "chromium")
    more = ["--log-net-log=%s" % requests] if requests else []
    for word in (*HEADLESS_WORDS, "--user-data-dir=%s" % room, *more):
        options.add_argument(word)
    chosen = [
        {"name": name, "vendor_id": VENDOR, "product_id": PRODUCT, "serial_number": name} for name in granted
    ]
    exceptions = {"serial_chooser_data": {origin + ",*": {"setting": {"chosen-objects": chosen}}}}
    refused = {} if keeps_data else {"default_content_setting_values": {"cookies": 2}}
    profile = {"content_settings": {"exceptions": exceptions}, **refused}
    options.add_experimental_option("prefs", {"profile": profile})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, Service(str(folder / "bin" / "chromedriver"), env=ports.environment()))
    try:
        yield Chromium(driver)
    finally:
        driver.quit()
