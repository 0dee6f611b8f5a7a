"""A real browser that looks at a page: what it complains of, how wide it gets, what can be read on it.

Rules: it has no network but the loopback of its driver; the page is a file; what
is measured is measured in the page, by the browser's own reckoning.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

HEADLESS_WORDS = (
    "--headless=new",
    "--no-sandbox",  # CI runs as root, and the page is ours
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
# Each text that is seen, with its contrast to what is behind it (WCAG 2.2, 1.4.3).
_CONTRASTS = """
const parsed = text => text.match(/[0-9.]+/g).map(Number);
const over = (top, below) => {
  const share = top[3] ?? 1;
  return [0, 1, 2].map(i => top[i] * share + below[i] * (1 - share));
};
const backs = node => {
  const found = [];
  for (let at = node; at; at = at.parentElement) found.push(parsed(getComputedStyle(at).backgroundColor));
  const canvas = matchMedia('(prefers-color-scheme: dark)').matches ? [0, 0, 0] : [255, 255, 255];
  return found.reverse().reduce((below, top) => over(top, below), canvas);
};
const light = rgb => {
  const [r, g, b] = rgb.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const found = [];
while (walker.nextNode()) {
  const node = walker.currentNode, parent = node.parentElement;
  if (!node.textContent.trim() || parent.closest('title, desc') || !parent.getClientRects().length) continue;
  const back = backs(parent), front = over(parsed(getComputedStyle(parent).color), back);
  const [low, high] = [light(front), light(back)].sort((a, b) => a - b);
  found.push([node.textContent.trim().slice(0, 40), (high + 0.05) / (low + 0.05)]);
}
return found;
"""
# Each short word that goes on in the next line: a column is too narrow for it.
_TORN_WORDS = """
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const found = [], range = document.createRange();
while (walker.nextNode()) {
  const node = walker.currentNode;
  for (const word of node.textContent.matchAll(/\\S+/g)) {
    if (word[0].length > arguments[0] || word[0].includes('-')) continue;
    range.setStart(node, word.index);
    range.setEnd(node, word.index + word[0].length);
    const tops = new Set([...range.getClientRects()].map(each => Math.round(each.top)));
    if (tops.size > 1) found.push(word[0]);
  }
}
return found;
"""
_SPEECH = """
const hidden = node => node.closest('[aria-hidden=true]');
return {
  language: document.documentElement.lang,
  title: document.title,
  headings: [...document.querySelectorAll('h1,h2,h3,h4')].map(
    node => [Number(node.tagName[1]), node.textContent]),
  unnamed: [...document.querySelectorAll('svg,img,[role=img]')].filter(node => !hidden(node)
    && !(node.getAttribute('aria-label') || node.getAttribute('alt') || node.querySelector('title')))
    .map(node => node.outerHTML.slice(0, 80)),
  tables: [...document.querySelectorAll('table')].map(node => [
    node.querySelector('caption')?.textContent ?? '', node.querySelectorAll('th[scope]').length]),
  landmarks: ['header', 'main', 'footer'].filter(name => document.querySelectorAll(name).length == 1),
};
"""


@dataclass(frozen=True, slots=True)
class Speech:
    """What a screen reader gets.

    Attributes:
        headings: (level, text), in order.
        unnamed: pictures that have no name.
        tables: (caption, number of labelled heads).
    """

    language: str
    title: str
    headings: list[list[Any]]
    unnamed: list[str]
    tables: list[list[Any]]
    landmarks: list[str]


class Browser:
    """See above; made by `browser`."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def open(self, page: Path, *, width: int = 1280, scheme: str = "light") -> None:
        """Show a page in a window of a width, to somebody who likes it light or dark."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self._driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self._driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
        self._driver.get(page.as_uri())

    def complaints(self) -> list[str]:
        """What stands in its console since this was asked last."""
        return [entry["message"] for entry in self._driver.get_log("browser")]

    def overhang(self) -> int:
        """Pixels by which the page is wider than the window."""
        script = "const e = document.documentElement; return e.scrollWidth - e.clientWidth"
        return int(self._driver.execute_script(script))

    def found(self, site: Path, words: str) -> list[str]:
        """The titles that the search of a site finds, once it says that it is over."""
        self._driver.get(f"{(site / 'search.html').as_uri()}?q={quote(words)}")
        over = "return (document.querySelector('.search-summary') || {innerText: ''}).innerText"
        WebDriverWait(self._driver, 20).until(lambda driver: "found" in str(driver.execute_script(over)))
        titles = "return [...document.querySelectorAll('#search-results li a')].map(a => a.innerText)"
        return [*map(str, self._driver.execute_script(titles))]

    def torn_words(self, letters: int) -> list[str]:
        """Words of up to so many letters that a line's end goes through."""
        return [*map(str, self._driver.execute_script(_TORN_WORDS, letters))]

    def texts(self, selector: str) -> list[str]:
        """The text of each part of the page that a CSS selector names."""
        script = "return [...document.querySelectorAll(arguments[0])].map(node => node.innerText)"
        return [*map(str, self._driver.execute_script(script, selector))]

    def contrasts(self) -> list[tuple[str, float]]:
        """Each text, and its contrast to what is behind it: from 1 to 21."""
        return [(text, ratio) for text, ratio in self._driver.execute_script(_CONTRASTS)]

    def speech(self) -> Speech:
        """What a screen reader gets."""
        return Speech(**self._driver.execute_script(_SPEECH))

    def printed(self) -> bytes:
        """The page as PDF, on the paper that it asks for."""
        words = {"printBackground": True, "preferCSSPageSize": True}
        return base64.b64decode(self._driver.execute_cdp_cmd("Page.printToPDF", words)["data"])

    def picture(self, height: int) -> bytes:
        """The upper part of the page, as WebP."""
        width = int(self._driver.execute_script("return innerWidth"))
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        words = {"captureBeyondViewport": True, "format": "webp", "quality": 60, "clip": clip}
        return base64.b64decode(self._driver.execute_cdp_cmd("Page.captureScreenshot", words)["data"])


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """A browser that ends with the block.

    Args:
        folder: as `fetch.get("chromium")` gives it.
    """
    options = Options()
    options.binary_location = str(folder / "bin" / "chromium")
    for word in HEADLESS_WORDS:
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, Service(str(folder / "bin" / "chromedriver")))
    try:
        yield Browser(driver)
    finally:
        driver.quit()
