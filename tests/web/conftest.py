"""What the tests of the page share: USB ports, and browsers that see them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from support.browser.chromium import Chromium, chromium
from support.browser.firefox import Firefox, firefox
from support.browser.usb_ports import UsbPorts, library
from tools.cache import Unavailable

BOARDS = ("board-a", "board-b")  # the names of the ports that may be plugged in


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> UsbPorts:
    """No port is plugged in yet."""
    try:
        library()
    except Unavailable as why:
        pytest.skip("usb ports: " + str(why))
    return UsbPorts(tmp_path_factory.mktemp("ports"))


@pytest.fixture(scope="module")
def open_chromium(
    tool: Callable[[str], Path], ports: UsbPorts, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], AbstractContextManager[Chromium]]:
    """`open_chromium(origin)`: with the ports of `BOARDS` granted to it."""
    folder = tool("chromium")
    return lambda origin: chromium(folder, tmp_path_factory.mktemp("chromium"), ports, origin, BOARDS)


@pytest.fixture(scope="module")
def open_firefox(
    tool: Callable[[str], Path], ports: UsbPorts, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], AbstractContextManager[Firefox]]:
    """`open_firefox(origin)`: it asks for each port."""
    folder = tool("firefox-esr")
    return lambda origin: firefox(folder, tmp_path_factory.mktemp("firefox"), ports)
