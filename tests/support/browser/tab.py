"""What a test does with a page in a browser, the same for every browser."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

LOOKS_EACH_S = 0.05


class Tab(Protocol):
    """A page that is open. An error of a script is an AssertionError with its words."""

    def go(self, address: str) -> None:
        """Load a page, and wait until it is loaded."""

    def run(self, script: str, *words: object) -> object:
        """What the body of an async function returns; it finds the words in `words`."""

    def click(self, css: str) -> None:
        """A click of the mouse on the first element that this selects: what a page may ask a user for."""

    def choose_files(self, css: str, *paths: Path) -> None:
        """Choose files in an `<input type=file>`."""

    def allow_port(self, name: str) -> None:
        """Whatever the page asks for next, by `requestPort()`: its user chooses the port of this name."""


def wait_for(tab: Tab, condition: str, timeout_s: float = 30) -> object:
    """The value of a JavaScript expression, as soon as it is true there.

    Raises:
        AssertionError: it never was.
    """
    return wait_until(lambda: tab.run("return " + condition), timeout_s, condition)


def wait_until(condition: Callable[[], object], timeout_s: float, words: str = "") -> object:
    """What a function returns, as soon as that is true.

    Raises:
        AssertionError: it never was; with the words.
    """
    end = time.monotonic() + timeout_s
    while not (value := condition()):
        assert time.monotonic() < end, "not within %s s: %s" % (timeout_s, words)
        time.sleep(LOOKS_EACH_S)
    return value
