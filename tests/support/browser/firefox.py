"""Firefox without a window, on ports of a test: its real Web Serial and its real chooser, over Marionette.

Rules: its profile is new and lives as long as the block; it looks for no updates
and calls nobody.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from support.browser.marionette import ELEMENT, Marionette, MarionetteError
from support.browser.usb_ports import UsbPorts

_START_S = 30
_END_S = 10
_SCRIPT_TIMEOUT_MS = 60_000
_CHOOSER_S = 10
_PREFERENCES: dict[str, object] = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutConfig.showWarning": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "browser.warnOnQuit": False,
    "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "marionette.port": 0,  # any: it tells which, in a file of its profile
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}
# The chooser is open when its list is filled; the answer is whether this port was in it.
_CHOOSE = """
const [wanted] = arguments;
const list = document.getElementById('webSerial-selectPort-menulist');
const entry = PopupNotifications.panel?.firstElementChild;
if (!PopupNotifications.isPanelOpen || !entry?.button || !list?.itemCount) return false;
for (let i = 0; i < list.itemCount; i++)
  if (list.getItemAtIndex(i).label.startsWith(wanted)) {
    list.selectedIndex = i;
    entry.button.click();
    return true;
  }
return false;
"""


class Firefox:
    """See `Tab`; made by `firefox`.

    Args:
        marionette: a connection with a session.
    """

    def __init__(self, marionette: Marionette) -> None:
        self._ask = marionette.ask
        self._ask("WebDriver:SetTimeouts", script=_SCRIPT_TIMEOUT_MS)

    def go(self, address: str) -> None:
        self._ask("WebDriver:Navigate", url=address)

    def run(self, script: str, *words: object) -> object:
        whole = "return (async (words) => {%s})([...arguments])" % script
        return self._ask("WebDriver:ExecuteScript", script=whole, args=list(words))

    def click(self, css: str) -> None:
        self._ask("WebDriver:ElementClick", id=self._element(css))

    def choose_files(self, css: str, *paths: Path) -> None:
        text = "\n".join(map(str, paths))
        self._ask("WebDriver:ElementSendKeys", id=self._element(css), text=text)

    def allow_port(self, name: str) -> None:
        """Press the button of the chooser, which is open or opens soon."""
        self._ask("Marionette:SetContext", value="chrome")
        try:
            end = time.monotonic() + _CHOOSER_S
            while not self._ask("WebDriver:ExecuteScript", script=_CHOOSE, args=[name]):
                assert time.monotonic() < end, "no chooser with this port: " + name
                time.sleep(0.05)
        finally:
            self._ask("Marionette:SetContext", value="content")

    def _element(self, css: str) -> str:
        found = self._ask("WebDriver:FindElement", using="css selector", value=css)
        assert isinstance(found, dict)
        return str(found[ELEMENT])


@contextmanager
def firefox(folder: Path, room: Path, ports: UsbPorts) -> Iterator[Firefox]:
    """A browser that ends with the block.

    Args:
        folder: as `fetch.get("firefox-esr")` gives it.
        room: an empty folder for its profile.
        ports: what is plugged in.
    """
    lines = ["user_pref(%s, %s);\n" % (json.dumps(k), json.dumps(v)) for k, v in _PREFERENCES.items()]
    (room / "user.js").write_text("".join(lines))
    words = ("--headless", "--marionette", "-remote-allow-system-access", "--no-remote", "--profile", room)
    program = subprocess.Popen(
        [folder / "bin" / "firefox-esr", *words],
        env={**ports.environment(), "HOME": str(room)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        marionette = Marionette(_port(room / "MarionetteActivePort", program))
        try:
            marionette.ask("WebDriver:NewSession", capabilities={})
            yield Firefox(marionette)
            with suppress(MarionetteError):  # the answer may come or not
                marionette.ask("Marionette:Quit", flags=["eForceQuit"])
            program.wait(_END_S)
        finally:
            marionette.close()
    finally:
        program.kill()
        program.wait()


def _port(told: Path, program: subprocess.Popen[bytes]) -> int:
    """The port that the browser wrote into a file of its profile."""
    end = time.monotonic() + _START_S
    while not (told.exists() and told.read_text().strip()):
        assert program.poll() is None, "the browser ended at once, with %s" % program.returncode
        assert time.monotonic() < end, "the browser did not start"
        time.sleep(0.05)
    return int(told.read_text())
