"""Holds the computer awake while a module is written, as far as a page can."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from modemflash_web.inside.browser import Browser, Wait
from modemflash_web.inside.words import said


@contextmanager
def held_awake(browser: Browser, wait: Wait[object], on_trouble: Callable[[str], object]) -> Iterator[None]:
    """See `modemflash_host.computer.home.Home.sleep_inhibited`.

    Args:
        browser: see there.
        wait: see there.
        on_trouble: told in a sentence where the browser does not do it.
    """
    if not wait(browser.holdAwake(True)):
        on_trouble(said("mayFallAsleep"))
    try:
        yield
    finally:
        wait(browser.holdAwake(False))
