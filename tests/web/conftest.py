"""What the tests of the page share: USB ports, and browsers that see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from modemflash_sim.sequans import images
from support.browser.built_page import built_page
from support.browser.chromium import Chromium, chromium
from support.browser.firefox import Firefox, firefox
from support.browser.page import Page
from support.browser.site import site
from support.browser.usb_ports import UsbPorts, library
from tools.cache import Unavailable

BOARDS = ("board-a", "board-b")  # the names of the ports that may be plugged in
IMAGE_BYTES = 120_000


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


@pytest.fixture(scope="session")
def page_folder() -> Path:
    """The page as it is built for a host."""
    try:
        return built_page()
    except Unavailable as why:
        pytest.skip("the page: " + str(why))


@pytest.fixture(scope="module")
def origin(page_folder: Path) -> Iterator[str]:
    with site(page_folder) as served:
        yield served


@pytest.fixture(scope="module")
def window(
    open_chromium: Callable[[str], AbstractContextManager[Chromium]], origin: str
) -> Iterator[Chromium]:
    """The browser of a module."""
    with open_chromium(origin) as opened:
        yield opened


@pytest.fixture
def page(window: Chromium, origin: str, ports: UsbPorts) -> Iterator[Page]:
    """The page in a browser that keeps nothing of the test before."""
    yield Page(window, origin)
    window.forget(origin)
    ports.pull_all()


@pytest.fixture(scope="session")
def firmware(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder: `CATM1-41065.dup` and `updater.elf`."""
    folder = tmp_path_factory.mktemp("firmware")
    (folder / "CATM1-41065.dup").write_bytes(images.make_full_image(41065, size_bytes=IMAGE_BYTES))
    (folder / "updater.elf").write_bytes(images.make_updater_elf(66_000))
    return folder
