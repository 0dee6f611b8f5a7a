"""A small JSON record that must outlive a run: what was begun on the module behind a port.

Rules: it is written whole and flushed to the disk before the call returns, and
replaced as a whole; one that cannot be read is no record.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from modemflash_host.store.regular_file import read_regular
from modemflash_host.store.state_folder import kept_file

_MOST_BYTES = 10_000


class RecordFile:
    """One record.

    Args:
        path: of its file; the folder is there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> dict[str, str]:
        """Its fields; {} where there is none."""
        try:
            found = json.loads(read_regular(self._path, _MOST_BYTES, follow=False))
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(found, dict):
            return {}
        return {str(name): value for name, value in found.items() if isinstance(value, str)}

    def save(self, fields: Mapping[str, str]) -> None:
        """Write it and wait until the disk has it; what could not be written leaves nothing behind.

        Raises:
            OSError: the disk is full or read-only.
        """
        beside = self._path.with_name(self._path.name + ".new")
        try:
            with kept_file(beside) as file:
                file.write(json.dumps(dict(fields)).encode())
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, self._path)  # noqa: PTH105 (atomic on every system)
        except OSError:
            with suppress(OSError):
                beside.unlink()
            raise

    def remove(self) -> None:
        """It is done with."""
        self._path.unlink(missing_ok=True)
