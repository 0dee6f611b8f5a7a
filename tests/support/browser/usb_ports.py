"""The USB serial ports that a browser of the tests sees: ptys under names, plugged in and pulled.

Rules: it needs no root and touches no device: the browser's libudev is replaced by
`usb_ports.c`, compiled once. The name of a port is its USB serial number.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from tools.cache import CACHE, made_once, run

SOURCE = Path(__file__).with_name("usb_ports.c")
VENDOR, PRODUCT = 0x04D8, 0xF012  # a Pysense's
LONGEST_NAME = 15
_FLAGS = ("-Wall", "-Wextra", "-Wno-unused-parameter", "-O1", "-shared", "-fPIC")
_AS_LIBUDEV = (
    "-Wl,-soname,libudev.so.1"  # Firefox asks for that name while it runs, Chromium when it is loaded
)


def library() -> Path:
    """The library to preload.

    Raises:
        Unavailable: there is no C compiler.
    """

    def make(folder: Path) -> None:
        run("gcc", *_FLAGS, _AS_LIBUDEV, "-o", folder / "usb_ports.so", SOURCE)

    key = hashlib.sha256(SOURCE.read_bytes()).hexdigest()
    return made_once(CACHE / "usb-ports", key, make) / "usb_ports.so"


class UsbPorts:
    """The ports of a browser.

    Args:
        folder: an empty folder, where they stand as links.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def environment(self) -> dict[str, str]:
        """What the browser has to be started with.

        Raises:
            Unavailable: there is no C compiler.
        """
        return {**os.environ, "LD_PRELOAD": str(library()), "USB_PORTS": str(self._folder)}

    def plug(self, name: str, tty: str) -> None:
        """A port appears."""
        assert 0 < len(name) <= LONGEST_NAME
        (self._folder / name).symlink_to(tty)

    def pull(self, name: str) -> None:
        """A port is gone. Its tty has to be hung up by whoever has it."""
        (self._folder / name).unlink()

    def pull_all(self) -> None:
        """No port is left."""
        for link in list(self._folder.iterdir()):
            link.unlink()
