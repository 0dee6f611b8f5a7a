"""Real commands at a device of the test's own, in virtual time.

Rules: a port is a name of the test's choice, to which any device can be
plugged; whatever is plugged lives on when a command has ended.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from modemflash_host.capture import line as capture_line
from modemflash_host.errors import LinkProblem
from modemflash_sim.endpoints.virtual import VirtualLine


class Ports:
    """The serial ports of a PC.

    Args:
        monkeypatch: puts them in the place of real ones.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._lines: dict[str, VirtualLine] = {}
        monkeypatch.setattr(capture_line, "open_link", self._open)

    def plug(self, name: str, device: Any) -> VirtualLine:
        """A device comes to a port; what it was plugged to before is empty."""
        for other in [each for each, line in self._lines.items() if line.wire.device is device]:
            del self._lines[other]
        self._lines[name] = VirtualLine(device)
        return self._lines[name]

    def unplug(self, name: str) -> None:
        """Nothing is there any more."""
        self._lines.pop(name, None)

    def _open(self, name: str, on_wait: Callable[[], None] = lambda: None) -> tuple[Any, Any]:
        if name not in self._lines:
            raise LinkProblem("port-absent", name)
        return self._lines[name], self._lines[name]
