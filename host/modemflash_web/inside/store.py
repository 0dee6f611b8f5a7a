"""The state folder of the page: in memory, and each file that must outlive the tab in the browser's storage.

Rules: the folder is read whole when a job begins, because another tab may have written; what is flushed is
in the browser's storage when the call returns (OPFS, a handle with `flush`); a browser that keeps nothing is
told of before the first write, because an update that cannot keep its journal does not begin one.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from modemflash_web.inside.browser import Browser, Wait
from modemflash_web.inside.words import said

FOLDER = Path("/state")


class PageStore:
    """See above.

    Args:
        browser: see there.
        wait: see there.
        to_js: makes a Uint8Array of bytes.
        folder: in memory.
    """

    def __init__(
        self, browser: Browser, wait: Wait[object], to_js: Callable[[bytes], object], folder: Path = FOLDER
    ) -> None:
        self._browser = browser
        self._wait = wait
        self._to_js = to_js
        self._folder = folder

    def flush(self, file: BinaryIO, path: Path) -> None:
        """See `modemflash_host.computer.home.Home.flush`.

        Raises:
            OSError: the browser keeps nothing, or has no room.
        """
        file.flush()
        name = path.relative_to(self._folder).as_posix()
        why = str(self._wait(self._browser.save(f"state/{name}", self._to_js(path.read_bytes()))))
        if why:
            raise OSError(errno.ENOSPC, said("notKept", why=why))

    def load(self, files: dict[str, bytes]) -> None:
        """Put what the browser has kept into the folder."""
        for name, content in files.items():
            path = self._folder / name
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.write_bytes(content)
